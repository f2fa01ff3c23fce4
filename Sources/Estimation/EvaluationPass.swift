internal import ForwardProcess
internal import Glibc
internal import LinearAlgebra
internal import Randomness
internal import Statistics

/// The pass over the samples of an evaluation: batches of pairs, each at every noise level.
struct EvaluationPass: Sendable {
  private let evaluator: ScoreEvaluator
  private let sigmas: [Double]
  /// The weights of the levels in the integral.
  private let weights: [Double]
  /// Pairs of samples in all, and in each batch but the last.
  private let pairs: Int
  private let share: Int
  private let pilot: Pilot

  /// What some samples of their own tell in advance.
  private struct Pilot: Sendable {
    /// `A/B` at each level, the slope of the scaled bound.
    var ratios: [Double]
    /// Whether the integral gains when levels share their samples.
    var integralGains: Bool
  }

  /// Pairs of samples handled at once; even, as random streams ask.
  private static let blockPairs = 128
  /// Batches of samples, each the work of one task, and the least pairs of one.
  private static let mostBatches = 32
  private static let leastPairs = 8
  /// Pairs of the pilot sample: one in sixteen, but no more than it needs.
  private static let pilotShare = 16
  private static let mostPilotPairs = 512

  /// The pass of an evaluator over the levels `sigmas`, its pilot taken.
  init(_ evaluator: ScoreEvaluator, sigmas: [Double], workers: Workers) {
    self.evaluator = evaluator
    self.sigmas = sigmas
    weights = LogIntegral(sigmas: sigmas).weights
    pairs = (evaluator.samplesPerLevel + 1) / 2
    let count = max(1, min(Self.mostBatches, pairs / Self.leastPairs))
    // Even, as random streams ask for samples in blocks of four numbers.
    share = (pairs + 2 * count - 1) / (2 * count) * 2
    pilot = Self.pilot(
      evaluator, sigmas: sigmas, weights: weights, pairs: pairs, workers: workers)
  }

  /// Whether noise levels share their samples: if the design says so, and the integral gains.
  var sharesSamples: Bool { evaluator.design.sharesSamples && pilot.integralGains }

  /// The sums of each batch.
  func batches(workers: Workers) -> [CurveSums] {
    workers.map((pairs + share - 1) / share) { batch -> CurveSums in
      var sums = CurveSums(sigmas: sigmas, dimension: evaluator.source.dimension)
      let range = batch * share..<min(pairs, (batch + 1) * share)
      for first in stride(from: range.lowerBound, to: range.upperBound, by: Self.blockPairs) {
        let block = first..<min(first + Self.blockPairs, range.upperBound)
        add(block, after: first - range.lowerBound, to: &sums)
      }
      return sums
    }
  }

  /// Adds the samples of the pairs `range` at every noise level, `done` pairs of the batch after
  /// others.
  private func add(_ range: Range<Int>, after done: Int, to sums: inout CurveSums) {
    /// How many samples here are among `samples` of all, shared out evenly between batches.
    func part(of samples: Int) -> Int {
      guard samples < evaluator.samplesPerLevel else { return 2 * range.count }
      let most = ((samples + 1) / 2 * share + pairs - 1) / pairs
      return 2 * max(0, min(range.count, most - done))
    }
    let comparesAll = evaluator.exactSamples == evaluator.samplesPerLevel
    // An even number of pairs, as part of the strata is taken two pairs at a time.
    let compared =
      evaluator.exact == nil
      ? 0 : min(2 * range.count, (part(of: evaluator.exactSamples) + 3) / 4 * 4)
    let jacobians = part(of: evaluator.jacobianSamples)
    let shared = sharesSamples ? block(range, level: 0) : nil
    var totals = Matrix<Double>(rows: 2 * range.count, columns: RateSums.Column.count)
    for (level, sigma) in sigmas.enumerated() {
      let samples = shared ?? block(range, level: level)
      let quantities = LevelQuantities(
        evaluator, samples, sigma: sigma, level: level, ratio: pilot.ratios[level],
        compared: compared)
      sums.levels[level].add(quantities.rows, compared: compared, comparesAll: comparesAll)
      sums.geometry[level].add(
        evaluator, samples.prefix(jacobians), quantities.rows, level: level)
      quantities.addTo(&totals, weight: weights[level])
    }
    sums.total.add(totals, compared: compared, comparesAll: comparesAll)
  }

  /// The samples of the pairs `range`, those of one level if levels have their own.
  private func block(_ range: Range<Int>, level: Int) -> SampleBlock {
    SampleBlock(evaluator, pairs: range, of: pairs, step: UInt32(level))
  }

  /// A pilot from samples and probes that are not used again.
  private static func pilot(
    _ evaluator: ScoreEvaluator, sigmas: [Double], weights: [Double], pairs: Int, workers: Workers
  ) -> Pilot {
    var pilot = Pilot(ratios: sigmas.map { _ in 1 }, integralGains: true)
    let count = min(mostPilotPairs, pairs / pilotShare) / 2 * 2
    guard count > 0 && sigmas.count > 1 else { return pilot }
    // Level by level, so that all threads have work; the levels' own samples are the same.
    let parts = workers.map(sigmas.count) { level in
      let samples = SampleBlock(evaluator, pairs: 0..<count, of: count, step: pilotStep)
      return LevelQuantities(
        evaluator, samples, sigma: sigmas[level], level: Int(pilotStep) + level, ratio: 1,
        compared: 0)
    }
    var levels = Array(repeating: RateSums(), count: sigmas.count)
    var total = RateSums()
    var totals = Matrix<Double>(rows: 2 * count, columns: RateSums.Column.count)
    for (level, part) in parts.enumerated() {
      levels[level].add(part.rows, compared: 0)
      part.addTo(&totals, weight: weights[level])
    }
    total.add(totals, compared: 0)
    pilot.ratios = levels.map { $0.ratio(dimension: evaluator.source.dimension) }
    let errors = zip(levels, weights).map { $0.lossError * $1 }
    pilot.integralGains = total.lossError < errors.reduce(0) { hypot($0, $1) }
    return pilot
  }

  /// A step that no level has; the pilot's probes are those of the steps from here on.
  private static let pilotStep: UInt32 = 1 << 30
}

/// The sums of all noise levels and of the integrals over them.
struct CurveSums: Sendable {
  var levels: [RateSums]
  var geometry: [LevelGeometry]
  var total = RateSums()

  init(sigmas: [Double], dimension: Int) {
    levels = Array(repeating: RateSums(), count: sigmas.count)
    geometry = sigmas.map { LevelGeometry(dimension: dimension, sigma: $0) }
  }
}
