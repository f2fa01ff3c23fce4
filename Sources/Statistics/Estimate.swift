internal import Glibc

/// A number with the standard deviation of its sampling error.
public struct Estimate: Sendable, Equatable {
  /// The estimated value.
  public let value: Double
  /// The standard error: 0 where the value is exact to rounding.
  public let standardError: Double
  /// How well the standard error is known: its degrees of freedom, infinite where it is as good as
  /// exact.
  public let freedom: Double

  /// An estimate with the given standard error, 0 for an exact number.
  public init(_ value: Double, standardError: Double = 0, freedom: Double = .infinity) {
    self.value = value
    self.standardError = standardError
    self.freedom = freedom
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
  /// error is normal, by Student's t.
  public func interval(confidence: Double) -> (lower: Double, upper: Double) {
    guard standardError > 0 else { return (value, value) }
    // From the tail: 1 − confidence keeps its digits when 0.5 + confidence/2 would round to 1.
    let reach = -studentQuantile((1 - confidence) / 2, freedom: freedom) * standardError
    return (value - reach, value + reach)
  }

  /// The estimate of `offset + scale · x` when this is an estimate of `x`.
  public func scaled(by scale: Double, offset: Double = 0) -> Estimate {
    Estimate(
      offset + scale * value, standardError: abs(scale) * standardError, freedom: freedom)
  }

  /// The sum of two estimates with independent errors.
  ///
  /// Its degrees of freedom are those of Welch (1947) and Satterthwaite (1946).
  public static func + (left: Estimate, right: Estimate) -> Estimate {
    let error = hypot(left.standardError, right.standardError)
    guard left.freedom.isFinite || right.freedom.isFinite, error > 0 && error.isFinite else {
      return Estimate(left.value + right.value, standardError: error)
    }
    let share = { (part: Estimate) in pow(part.standardError / error, 4) / part.freedom }
    return Estimate(
      left.value + right.value, standardError: error, freedom: 1 / (share(left) + share(right)))
  }
}

/// The standard error of a variance that rounding may have made a little negative.
///
/// Infinite where the variance is not finite: nothing is known about the error then.
public func errorFrom(variance: Double) -> Double {
  variance.isFinite ? max(0, variance).squareRoot() : .infinity
}
