public import ForwardProcess
public import LinearAlgebra
internal import Statistics

/// Evaluates a score function at noise levels from fresh samples of the data.
///
/// One pass over the samples feeds all routes. Noise levels share their samples: along `x = y + σ
/// z` with fixed `y` and `z` the losses of an exact score integrate to the surprisal of `y`, `∫ (D
/// + σ² ∇·s + ‖ẑ‖² − z·ẑ) d ln σ = log p(y|x_min) − log p(y|x_max)` (from the heat equation,
/// Equation 14), which for a finite law hardly varies from sample to sample. Stein's identity makes
/// the same integrand a loss of any score, learned ones included: so the total entropy is known far
/// better than the rates. The surprisal of continuous data varies more, with their density; a pilot
/// sample tells whether the integral gains, and if not, levels have samples of their own. Results
/// are keyed by the seed and do not depend on the number of threads.
public struct ScoreEvaluator: Sendable {
  /// The score function that is evaluated.
  public let score: any ScoreFunction
  /// Where the clean data come from.
  public let source: any SampleSource
  /// The exact score of the same data, where known.
  public let exact: (any ScoreFunction)?
  /// Samples per noise level.
  public let samplesPerLevel: Int
  /// About how many of the samples have their exact score taken too: all, unless it would cost too
  /// much.
  public let exactSamples: Int
  /// About how many of the samples have the Jacobian of the score taken, for spectra.
  public let jacobianSamples: Int
  /// The seed of the samples.
  public let seed: UInt64
  /// How samples are drawn and means corrected.
  public let design: SamplingDesign

  let baseline: GaussianBaseline?
  let wideNoise: WideNoise?
  /// Whether the divergence at every sample is the exact one, or from a random probe.
  let divergenceIsExact: Bool

  /// In so many dimensions the divergence of any score is taken exactly.
  private static let fewDimensions = 4

  /// An evaluator of `score` on data from `source`; dimensions must agree.
  ///
  /// `exactSamples` is `samplesPerLevel` if nil. `hasCheapDivergence` says that the divergence of
  /// the score costs about as much as the score, as with most laws. Otherwise, in more than a few
  /// dimensions, one random probe a sample (Hutchinson 1990) stands in for it.
  public init(
    score: any ScoreFunction, source: any SampleSource, exact: (any ScoreFunction)?,
    samplesPerLevel: Int, exactSamples: Int? = nil, jacobianSamples: Int = 0,
    hasCheapDivergence: Bool = false, seed: UInt64, design: SamplingDesign = .full
  ) {
    precondition(score.dimension == source.dimension && samplesPerLevel >= 1)
    precondition(exactSamples.map { $0 >= 1 && $0 <= samplesPerLevel } ?? true)
    precondition(jacobianSamples >= 0)
    self.exactSamples = exactSamples ?? samplesPerLevel
    self.jacobianSamples = min(jacobianSamples, samplesPerLevel)
    self.score = score
    self.source = source
    self.exact = exact
    self.samplesPerLevel = samplesPerLevel
    self.seed = seed
    self.design = design
    divergenceIsExact = hasCheapDivergence || score.dimension <= Self.fewDimensions
    baseline = design.controls >= .baseline ? GaussianBaseline(source) : nil
    wideNoise = design.hasWideNoise ? WideNoise(dimension: source.dimension) : nil
  }

  /// The estimates at each of the ascending noise levels, and of their integrals.
  public func curve(at sigmas: [Double], workers: Workers) -> SampledCurve {
    precondition(zip(sigmas, sigmas.dropFirst()).allSatisfy { $0 < $1 })
    let pass = EvaluationPass(self, sigmas: sigmas, workers: workers)
    return SampledCurve(
      pass.batches(workers: workers), sigmas: sigmas, source: source, wideNoise: wideNoise,
      sharesSamples: pass.sharesSamples)
  }
}
