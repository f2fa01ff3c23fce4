/// How estimates of the same quantity by independent trials differ.
public struct Spread: Sendable, Equatable {
  /// The mean of the values.
  public let mean: Double
  /// Their standard deviation, of the unbiased variance: errors of the estimates are part of it.
  public let standardDeviation: Double
  /// The root mean square of the estimates' own standard errors.
  public let samplingError: Double

  /// The spread of two estimates or more; nil for fewer.
  public init?(_ estimates: [Estimate]) {
    guard estimates.count > 1 else { return nil }
    var (values, squares) = (RunningMoments(), RunningMoments())
    for estimate in estimates {
      values.add(estimate.value)
      squares.add(estimate.standardError * estimate.standardError)
    }
    mean = values.mean.value
    standardDeviation = values.variance.squareRoot()
    samplingError = squares.mean.value.squareRoot()
  }
}
