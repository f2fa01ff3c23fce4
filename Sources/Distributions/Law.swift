public import ForwardProcess
public import LinearAlgebra

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
  /// fraction at its lower end is within 0.1 % of the limit, or, for laws with edges, which
  /// approach it only in proportion to σ, the lower end is 1e-3 of the data scale. The same numbers
  /// on every call.
  var noiseRange: NoiseRange { get }

  /// The information curve at noise levels `sigmas`, in their order.
  func informationCurve(at sigmas: [Double], sampling: CurveSampling) -> [InformationPoint]
}

extension Law {
  /// How many samples of a noise level can have their exact score when `samples` are asked for.
  ///
  /// All of them, but for large sets of points: see `RareEventSampler`.
  public func affordableSamples(_ samples: Int) -> Int {
    (self as? PointsLaw).map { RareEventSampler.affordableSamples(samples, law: $0) } ?? samples
  }
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

/// Parameters that no law of a kind can have.
public enum LawError: Error, Equatable, Sendable {
  /// Parameter `key` of the law is not as it must be: what was expected, and what was found.
  case invalid(key: String, expected: String, found: String)
}
