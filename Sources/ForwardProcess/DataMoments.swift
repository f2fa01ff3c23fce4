/// The exact mean and total variance of a source of data.
public struct DataMoments: Sendable, Equatable {
  /// The mean `E y`, `(D)`.
  public let mean: [Double]
  /// The trace of the covariance, `E‖y − E y‖²`.
  public let totalVariance: Double

  /// Moments as given.
  public init(mean: [Double], totalVariance: Double) {
    self.mean = mean
    self.totalVariance = totalVariance
  }

  /// The data scale `√(tr Cov / D)` of the preconditioning, 1 where the variance is 0.
  public var scale: Double {
    totalVariance > 0 ? (totalVariance / Double(mean.count)).squareRoot() : 1
  }
}
