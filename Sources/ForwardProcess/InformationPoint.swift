public import Statistics

/// The exact information quantities of a law at one noise level, in nats.
public struct InformationPoint: Sendable {
  /// The noise level σ.
  public let sigma: Double
  /// `C(σ) = E tr Cov(y|x)/σ² = dH/d ln σ`, in nats per unit of `ln σ`.
  ///
  /// Ambrogioni (2025), Equations 11 and 12, corrected.
  public let entropyRate: Estimate
  /// `H[y | x_σ]` in nats; nil where it is not finite (a continuous law on a lower dimension).
  public let conditionalEntropy: Estimate?
  /// The variance over x of the posterior entropy `h(x) = H[p(y|x)]`, in nats².
  public let posteriorEntropyVariance: Estimate?
  /// The variance over (x, y) of the surprisal `−log p(y|x)`, in nats².
  public let surprisalVariance: Estimate?
  /// Whether the samples have hardly seen the rare events that make up the rate at this level, so
  /// that the standard error says little.
  public let restsOnRareEvents: Bool

  /// A point of an information curve.
  public init(
    sigma: Double, entropyRate: Estimate, conditionalEntropy: Estimate? = nil,
    posteriorEntropyVariance: Estimate? = nil, surprisalVariance: Estimate? = nil,
    restsOnRareEvents: Bool = false
  ) {
    self.sigma = sigma
    self.entropyRate = entropyRate
    self.conditionalEntropy = conditionalEntropy
    self.posteriorEntropyVariance = posteriorEntropyVariance
    self.surprisalVariance = surprisalVariance
    self.restsOnRareEvents = restsOnRareEvents
  }
}
