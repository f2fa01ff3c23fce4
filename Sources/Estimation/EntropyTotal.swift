public import Statistics

/// The entropy that data decide over all noise levels, from an entropy rate at some: the entropy of
/// a finite law, in nats.
public struct EntropyTotal: Sendable, Equatable {
  /// The trapezoid rule's integral of the rate over the levels, with its sampling error.
  public let integral: Estimate
  /// An estimate from above of the rule's own error, infinite for two or three levels.
  public let quadratureError: Double
  /// Bounds on what is decided below the smallest level; nil where that has no end.
  public let below: ClosedRange<Double>?
  /// Bounds on what is decided above the largest level; nil where nothing is known of it.
  public let above: ClosedRange<Double>?
  /// Whether the rate is a loss, at least the entropy rate, so that only upper bounds hold.
  public let isUpperBound: Bool

  /// The total from `rates`, smooth but for their sampling error, at ascending `sigmas`.
  ///
  /// `integral` is that of `rates` by `LogIntegral`, its standard error by whoever knows which
  /// samples the levels share; the quadrature's own error is estimated from `shape`, values of a
  /// like curve without noise (the exact rate beside a sampled one), or from `rates` themselves.
  public init(
    sigmas: [Double], rates: [Double], shape: [Double]? = nil, integral: Estimate,
    below: ClosedRange<Double>?, above: ClosedRange<Double>?, isUpperBound: Bool = false
  ) {
    quadratureError = LogIntegral(sigmas: sigmas).error(of: shape ?? rates)
    (self.integral, self.below, self.above) = (integral, below, above)
    self.isUpperBound = isUpperBound
  }

  /// The integral and the middle of each tail, with the integral's sampling error; nil without
  /// tails.
  public var estimate: Estimate? {
    guard let below, let above else { return nil }
    return integral.scaled(by: 1, offset: below.middle + above.middle)
  }

  /// Where the total lies: the integral's interval at `confidence`, wider on both sides by the
  /// quadrature's error, moved up by the smaller and by the larger bound of each tail; nil without
  /// tails.
  ///
  /// Errors that are not random are added, not squared: the confidence is at least that asked for
  /// as far as the quadrature's error is one from above. Never below 0, and from 0 on where the
  /// rate is but an upper bound.
  public func interval(confidence: Double) -> (lower: Double, upper: Double)? {
    guard let below, let above else { return nil }
    let inner = integral.interval(confidence: confidence)
    let lower = inner.lower - quadratureError + below.lowerBound + above.lowerBound
    let upper = inner.upper + quadratureError + below.upperBound + above.upperBound
    return (isUpperBound ? 0 : max(0, lower), max(0, upper))
  }
}

extension ClosedRange<Double> {
  var middle: Double { lowerBound + (upperBound - lowerBound) / 2 }
}
