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

/// Mean and variance of values seen one at a time (Welford 1962), with the merge of two such sums
/// (Chan, Golub and LeVeque 1983).
public struct RunningMoments: Sendable, Equatable {
  /// How many values were added.
  public private(set) var count = 0
  private var center = 0.0
  private var squares = 0.0

  /// No values yet.
  public init() {}

  /// Adds one value.
  public mutating func add(_ value: Double) {
    count += 1
    let delta = value - center
    center += delta / Double(count)
    squares += delta * (value - center)
  }

  /// Adds all values that `other` has seen.
  public mutating func merge(_ other: RunningMoments) {
    guard other.count > 0 else { return }
    let total = Double(count + other.count)
    let delta = other.center - center
    center += delta * Double(other.count) / total
    squares += other.squares + delta * delta * Double(count) * Double(other.count) / total
    count += other.count
  }

  /// The mean with its standard error; the error is infinite for fewer than two values.
  public var mean: Estimate {
    Estimate(
      center,
      standardError: count > 1 ? (variance / Double(count)).squareRoot() : .infinity)
  }

  /// The unbiased sample variance; infinite for fewer than two values.
  public var variance: Double { count > 1 ? max(0, squares) / Double(count - 1) : .infinity }
}

/// The value below which a standard normal falls with probability `p` in (0, 1).
///
/// Newton's iteration on the complementary error function, from the tail's leading term; error below
/// 1e-14 relative.
public func normalQuantile(_ p: Double) -> Double {
  precondition(p > 0 && p < 1)
  // Work in the lower tail, where erfc keeps its relative accuracy.
  let tail = min(p, 1 - p)
  // Φ(x) < exp(−x²/2)/2 for x < 0, so this start lies left of the solution.
  var x = -(max(0, -2 * log(2 * tail))).squareRoot()
  for _ in 0..<60 {
    let density = exp(-x * x / 2) / (2 * Double.pi).squareRoot()
    let below = erfc(-x / 2.0.squareRoot()) / 2
    // Newton on log Φ, which is concave: it converges from anywhere left of the solution.
    let step = log(below / tail) * below / density
    x -= step
    if abs(step) < 1e-15 * max(1, abs(x)) { break }
  }
  return p < 0.5 ? x : -x
}
