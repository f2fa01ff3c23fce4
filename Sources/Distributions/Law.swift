public import ForwardProcess
public import LinearAlgebra
public import Statistics

/// A probability law of clean data whose noised score and information curves are known.
///
/// Laws are the reference that learned scores are measured against, so everything here is in double
/// precision and finite for every finite `x` and `σ > 0`.
public protocol Law: ScoreFunction, SampleSource {
  /// `log p_σ(x)` at the rows of `x`, `(B)`, in nats, the density of `x = y + σ z`.
  func logDensity(at x: Matrix<Double>, sigma: Double) -> [Double]

  /// The Shannon entropy of the law in nats if it is finite and discrete, nil if it is continuous.
  var entropy: Double? { get }

  /// The range of noise levels over which this law decides what there is to decide.
  ///
  /// For discrete laws it holds at least 99.5 % of the entropy; for continuous ones the bandwidth
  /// fraction at its lower end is within 0.1 % of the limit. The same numbers on every call.
  var noiseRange: NoiseRange { get }

  /// The information curve at noise levels `sigmas`, in their order.
  func informationCurve(at sigmas: [Double], sampling: CurveSampling) -> [InformationPoint]
}

/// How a law may sample where its information curve has no quadrature.
public struct CurveSampling: Sendable {
  /// Samples per noise level.
  public let samples: Int
  /// The seed of the samples.
  public let seed: UInt64
  /// The threads that share the work; results do not depend on their number.
  public let workers: Workers

  /// Sampling as given.
  public init(samples: Int, seed: UInt64, workers: Workers) {
    self.samples = samples
    self.seed = seed
    self.workers = workers
  }
}

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

/// Parameters that no law of a kind can have.
public enum LawError: Error, Equatable, Sendable {
  /// Parameter `key` of the law is not as it must be: what was expected, and what was found.
  case invalid(key: String, expected: String, found: String)
}
