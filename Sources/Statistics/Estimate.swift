internal import Glibc

/// A number with the standard deviation of its sampling error.
public struct Estimate: Sendable, Equatable {
  /// The estimated value.
  public let value: Double
  /// The standard error: 0 where the value is exact to rounding.
  public let standardError: Double

  /// An estimate with the given standard error, 0 for an exact number.
  public init(_ value: Double, standardError: Double = 0) {
    self.value = value
    self.standardError = standardError
  }

  /// The mean of independent values and its standard error, from their sample variance.
  ///
  /// With fewer than two values the error is infinite: nothing is known about it.
  public init(meanOf values: some Collection<Double>) {
    var moments = RunningMoments()
    for value in values { moments.add(value) }
    self = moments.mean
  }

  /// The central interval that holds the truth with probability `confidence` (in (0, 1)) when the
  /// error is normal.
  public func interval(confidence: Double) -> (lower: Double, upper: Double) {
    guard standardError > 0 else { return (value, value) }
    // From the tail: 1 − confidence keeps its digits when 0.5 + confidence/2 would round to 1.
    let reach = -normalQuantile((1 - confidence) / 2) * standardError
    return (value - reach, value + reach)
  }

  /// The estimate of `offset + scale · x` when this is an estimate of `x`.
  public func scaled(by scale: Double, offset: Double = 0) -> Estimate {
    Estimate(offset + scale * value, standardError: abs(scale) * standardError)
  }

  /// The sum of two estimates with independent errors.
  public static func + (left: Estimate, right: Estimate) -> Estimate {
    Estimate(
      left.value + right.value, standardError: hypot(left.standardError, right.standardError))
  }
}

/// The standard error of a variance that rounding may have made a little negative.
///
/// Infinite where the variance is not finite: nothing is known about the error then.
public func errorFrom(variance: Double) -> Double {
  variance.isFinite ? max(0, variance).squareRoot() : .infinity
}
