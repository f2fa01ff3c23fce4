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
  /// About how many of the samples have their exact score taken too: all, unless it would cost too
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
  /// Pairs of samples handled at once; even, as random streams ask.
  private static let blockPairs = 128
  /// Batches of samples, each the work of one task, and the least pairs of one.
  private static let mostBatches = 32
  private static let leastPairs = 8

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
    let count = max(1, min(Self.mostBatches, pairs / Self.leastPairs))
    // Even, as random streams ask for samples in blocks of four numbers.
    let share = (pairs + 2 * count - 1) / (2 * count) * 2
    let most =
      exactSamples == samplesPerLevel ? share : ((exactSamples + 1) / 2 + count - 1) / count
    let pilot = pilotRatios(sigmas, pairs: pairs)
    let batches = workers.map((pairs + share - 1) / share) { batch -> CurveSums in
      var sums = CurveSums(levels: sigmas.count)
      let range = batch * share..<min(pairs, (batch + 1) * share)
      for first in stride(from: range.lowerBound, to: range.upperBound, by: Self.blockPairs) {
        let block = first..<min(first + Self.blockPairs, range.upperBound)
        // The exact score is taken at the first samples of each batch.
        let compared = max(0, min(block.count, range.lowerBound + most - first))
        add(
          block, of: pairs, sigmas: sigmas, weights: rule.weights, ratios: pilot,
          compared: 2 * compared, to: &sums)
      }
      return sums
    }
    return SampledCurve(batches, sigmas: sigmas, rule: rule, evaluator: self)
  }

  /// `A/B` at each level from the first block: the slope of the scaled bound, for the error of its
  /// integral.
  private func pilotRatios(_ sigmas: [Double], pairs: Int) -> [Double] {
    var sums = CurveSums(levels: sigmas.count)
    let none = Array(repeating: 0.0, count: sigmas.count)
    add(
      0..<min(pairs, Self.blockPairs), of: pairs, sigmas: sigmas, weights: none, ratios: none,
      compared: 0, to: &sums)
    return sums.levels.map {
      let (a, b) = ($0.moments.plainMean(0).value, $0.moments.plainMean(1).value)
      return b > 0 ? a / b : 0
    }
  }

  /// Adds the samples of the pairs `range` at every noise level, the score-matching losses of the first
  /// `compared` samples.
  private func add(
    _ range: Range<Int>, of pairs: Int, sigmas: [Double], weights: [Double], ratios: [Double],
    compared: Int, to sums: inout CurveSums
  ) {
    let shared = design.sharesSamples ? block(range, of: pairs, level: 0) : nil
    var totals = Matrix<Double>(rows: 2 * range.count, columns: RateSums.Column.count)
    for (level, sigma) in sigmas.enumerated() {
      let samples = shared ?? block(range, of: pairs, level: level)
      let quantities = LevelQuantities(
        self, samples, sigma: sigma, ratio: ratios[level], compared: compared)
      sums.levels[level].add(quantities.rows, compared: compared)
      quantities.addTo(&totals, weight: weights[level])
    }
    sums.total.add(totals, compared: compared)
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
}
