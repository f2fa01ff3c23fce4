public import Statistics

/// What follows from an entropy rate C at a noise level, exact or by any route.
public struct RateQuantities: Sendable {
  /// The fraction `b = C/D` of the maximum bandwidth.
  public let fraction: Estimate
  /// The mean divergence of the score, `(C − D)/σ²`.
  public let divergence: Estimate
  /// By how much it exceeds that of noise alone, `C/σ²`.
  public let dataDivergence: Estimate
  /// The mean square of the score, `(D − C)/σ²`.
  public let scoreSquaredNorm: Estimate
  /// The rate of the marginal entropy, `dH[x]/d ln σ = D − C` (Equations 38 and 46); from a loss a
  /// lower bound.
  public let marginalRate: Estimate

  /// What follows from `rate` at the noise level `sigma`.
  public init(_ rate: Estimate, sigma: Double, dimension: Int) {
    let (d, s2) = (Double(dimension), sigma * sigma)
    fraction = rate.scaled(by: 1 / d)
    divergence = rate.scaled(by: 1 / s2, offset: -d / s2)
    dataDivergence = rate.scaled(by: 1 / s2)
    scoreSquaredNorm = rate.scaled(by: -1 / s2, offset: d / s2)
    marginalRate = rate.scaled(by: -1, offset: d)
  }
}
