public import ForwardProcess
public import LinearAlgebra
internal import Randomness
internal import Statistics

/// Evaluates a score function at noise levels from fresh samples of the data.
///
/// One pass over the samples feeds all routes. Noise levels share their samples: along `x = y + σ z` with
/// fixed `y` and `z` the losses of an exact score integrate to the surprisal of `y`,
/// `∫ (D + σ² ∇·s + ‖ẑ‖² − z·ẑ) d ln σ = log p(y|x_min) − log p(y|x_max)` (from the heat equation, Equation
/// 14), which hardly varies from sample to sample. Stein's identity makes the same integrand a loss
/// of any score, learned ones included: so the total entropy is known far better than the rates.
/// Results are keyed by the seed and do not depend on the number of threads.
public struct ScoreEvaluator: Sendable {
  /// The score function that is evaluated.
  public let score: any ScoreFunction
  /// Where the clean data come from.
  public let source: any SampleSource
  /// The exact score of the same data, where known.
  public let exact: (any ScoreFunction)?
  /// Samples per noise level.
  public let samplesPerLevel: Int
  /// The samples, the first ones, at which the exact score is taken too: all, unless it would cost too
  /// much.
  public let exactSamples: Int
  /// The seed of the samples.
  public let seed: UInt64
  /// How samples are drawn and means corrected.
  public let design: SamplingDesign

  let baseline: GaussianBaseline?
  let wideNoise: WideNoise?
  /// Whether the divergence is taken at every sample: where it is cheap.
  let tracesAreExact: Bool

  /// In so many dimensions the divergence of any score is taken at every sample.
  private static let fewDimensions = 4
  /// Samples handled at once; a multiple of 4, as random streams ask.
  static let blockSamples = 256
  /// The most tasks: what each has summed is kept until all are done.
  private static let mostTasks = 256

  /// An evaluator of `score` on data from `source`; dimensions must agree.
  ///
  /// `exactSamples` is `samplesPerLevel` if nil. `hasCheapDivergence` says that the divergence of the
  /// score costs about as much as the score, as with most laws; in few dimensions it is taken anyway.
  public init(
    score: any ScoreFunction, source: any SampleSource, exact: (any ScoreFunction)?,
    samplesPerLevel: Int, exactSamples: Int? = nil, hasCheapDivergence: Bool = false,
    seed: UInt64, design: SamplingDesign = .full
  ) {
    precondition(score.dimension == source.dimension && samplesPerLevel >= 1)
    precondition(exactSamples.map { $0 >= 1 && $0 <= samplesPerLevel } ?? true)
    self.exactSamples = exactSamples ?? samplesPerLevel
    self.score = score
    self.source = source
    self.exact = exact
    self.samplesPerLevel = samplesPerLevel
    self.seed = seed
    self.design = design
    tracesAreExact = hasCheapDivergence || score.dimension <= Self.fewDimensions
    baseline = design.controls >= .baseline ? GaussianBaseline(source) : nil
    wideNoise = design.hasWideNoise ? WideNoise(dimension: source.dimension) : nil
  }

  /// The estimates at each of the ascending noise levels, and of their integrals.
  public func curve(at sigmas: [Double], workers: Workers) -> SampledCurve {
    let rule = LogIntegral(sigmas: sigmas)
    let pairs = (samplesPerLevel + 1) / 2
    let stride = Self.blockSamples / 2
    let share = max(1, (pairs + Self.mostTasks * stride - 1) / (Self.mostTasks * stride)) * stride
    let pilot = pilotRatios(sigmas, pairs: pairs)
    let parts = workers.map((pairs + share - 1) / share) { task -> CurveSums in
      var sums = CurveSums(levels: sigmas.count)
      for first in Swift.stride(
        from: task * share, to: min(pairs, (task + 1) * share), by: stride)
      {
        let range = first..<min(first + stride, pairs, (task + 1) * share)
        add(range, of: pairs, sigmas: sigmas, weights: rule.weights, ratios: pilot, to: &sums)
      }
      return sums
    }
    var total = CurveSums(levels: sigmas.count)
    for part in parts { total.merge(part) }
    return SampledCurve(total, sigmas: sigmas, rule: rule, source: source, design: design)
  }

  /// `A/B` at each level from the first block: the slope of the scaled bound, for the error of its
  /// integral.
  private func pilotRatios(_ sigmas: [Double], pairs: Int) -> [Double] {
    var sums = CurveSums(levels: sigmas.count)
    let none = Array(repeating: 0.0, count: sigmas.count)
    add(
      0..<min(pairs, Self.blockSamples / 2), of: pairs, sigmas: sigmas, weights: none, ratios: none,
      to: &sums)
    return sums.levels.map {
      let (a, b) = ($0.moments.plainMean(0).value, $0.moments.plainMean(1).value)
      return b > 0 ? a / b : 0
    }
  }

  /// Adds the samples of the pairs `range` at every noise level.
  private func add(
    _ range: Range<Int>, of pairs: Int, sigmas: [Double], weights: [Double], ratios: [Double],
    to sums: inout CurveSums
  ) {
    let shared = design.sharesSamples ? block(range, of: pairs, level: 0) : nil
    var totals = Matrix<Double>(rows: 2 * range.count, columns: RateSums.columns)
    for (level, sigma) in sigmas.enumerated() {
      let samples = shared ?? block(range, of: pairs, level: level)
      let compared = max(0, min(samples.y.rows, exactSamples - 2 * range.lowerBound) / 2 * 2)
      let quantities = LevelQuantities(
        self, samples, sigma: sigma, ratio: ratios[level], compared: compared)
      sums.levels[level].add(quantities.rows, compared: compared)
      quantities.addTo(&totals, weight: weights[level])
      if level == sigmas.count - 1 { sums.total.add(totals, compared: compared) }
    }
  }

  /// The samples of the pairs `range`, those of one level if levels have their own.
  private func block(_ range: Range<Int>, of pairs: Int, level: Int) -> SampleBlock {
    let strata =
      design.isStratified
      ? Strata(cells: pairs, dimension: source.dimension, ingredients: source.ingredients) : nil
    let stream = RandomStream(
      seed: seed, step: RandomStream.evaluationSteps + UInt32(level), purpose: .noise,
      strata: strata)
    return SampleBlock(
      source, stream: stream, wideNoise: wideNoise, first: 2 * range.lowerBound,
      count: 2 * range.count)
  }
}

/// The sums of all noise levels and of the integrals over them.
struct CurveSums: Sendable {
  var levels: [RateSums]
  var total = RateSums()

  init(levels: Int) { self.levels = Array(repeating: RateSums(), count: levels) }

  mutating func merge(_ other: CurveSums) {
    for level in levels.indices { levels[level].merge(other.levels[level]) }
    total.merge(other.total)
  }
}
