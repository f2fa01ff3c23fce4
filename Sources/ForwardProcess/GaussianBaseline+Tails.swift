internal import Glibc
public import Statistics

/// What lies above the largest noise level, bounded by the rate at that level alone.
///
/// With `G_σ` the baseline's law of `x = y + σ z` and C the rate of the data, `∫_σ^∞ (C_G − C) d ln
/// σ′ = KL(p_σ ‖ G_σ)`, as both entropies of x meet at infinity. The normal law's logarithmic
/// Sobolev inequality (Gross 1975; Bakry and Émery 1985) bounds it by `½ (λ_max + σ²) E‖∇ log
/// p_σ/G_σ‖²`, and that expectation is `(C_G − C)/σ²`: the baseline's loss C_G exceeds C by the
/// squared distance of its prediction from `E[z|x]`. Hence `KL ≤ ½ (1 + λ_max/σ²) (C_G − C)`,
/// whatever the data. The difference falls as σ⁻⁶ where the baseline has their covariance (Guo, Wu,
/// Shamai and Verdú 2011), so the bound is then three times the truth or a little more.
extension GaussianBaseline {
  /// How many standard errors a sampled rate is moved to the side on which bounds are wider.
  package static let caution = 4.0

  /// The bounds, in nats, on `KL(p_σ ‖ G_σ)`, the baseline's entropy above `sigma` less that of
  /// data whose entropy rate there is `rate`.
  ///
  /// A sampled rate counts four standard errors lower.
  public func excessEntropy(above sigma: Double, rate: Estimate) -> ClosedRange<Double> {
    let difference = entropyRate(sigma: sigma) - rate.value + Self.caution * rate.standardError
    let stretch = 1 + (eigenvalues.max() ?? 0) / sigma / sigma
    return 0...min(max(0, difference) * stretch / 2, entropy(above: sigma))
  }

  /// The bounds, in nats, on the entropy that data with this baseline decide above `sigma`, where
  /// their entropy rate is `rate`; from 0 on where it is nil.
  public func entropyOfData(above sigma: Double, rate: Estimate?) -> ClosedRange<Double> {
    let most = entropy(above: sigma)
    guard let rate else { return 0...most }
    return max(0, most - excessEntropy(above: sigma, rate: rate).upperBound)...most
  }

  /// The integral of `D − C_G` from 0 to `sigma`, `½ Σ log(1 + σ²/λ)`, in nats: what noise adds to
  /// the baseline's differential entropy; infinite where some λ is 0.
  public func addedEntropy(below sigma: Double) -> Double {
    eigenvalues.reduce(0) { $0 + log1p(sigma / $1 * sigma) / 2 }
  }
}
