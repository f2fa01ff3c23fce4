internal import ForwardProcess
internal import Statistics

/// The expectations over `x ~ p_σ` that make an information point of a finite law.
struct PosteriorMoments: Sendable {
  /// `E tr Cov(y|x)/σ²`.
  var rate = 0.0
  /// `E h(x)`.
  var entropy = 0.0
  /// `E h(x)²`.
  var squaredEntropy = 0.0
  /// `E log² p(y|x)`.
  var squaredSurprisal = 0.0

  /// Adds a node of a quadrature: `mass` is `p_σ(x)` times its weight.
  mutating func add(
    mass: Double, rate: Double, entropy: Double, squaredSurprisal: Double
  ) {
    self.rate += mass * max(0, rate)
    self.entropy += mass * max(0, entropy)
    squaredEntropy += mass * entropy * entropy
    self.squaredSurprisal += mass * max(0, squaredSurprisal)
  }

  /// The information point that these expectations make where they have no sampling error.
  func point(sigma: Double) -> InformationPoint {
    InformationPoint(
      sigma: sigma, entropyRate: Estimate(rate), conditionalEntropy: Estimate(entropy),
      posteriorEntropyVariance: Estimate(max(0, squaredEntropy - entropy * entropy)),
      surprisalVariance: Estimate(max(0, squaredSurprisal - entropy * entropy)))
  }
}
