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
