internal import ForwardProcess
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

  /// What some samples of their own tell in advance about each level.
  struct Pilot: Sendable {
    /// `A/B`, the slope of the scaled bound.
    let ratios: [Double]
    /// The slopes of the loss on its controls.
    let slopes: [[Double]]

    static func none(levels: Int) -> Pilot {
      Pilot(
        ratios: Array(repeating: 0, count: levels), slopes: Array(repeating: [], count: levels))
    }
  }

  /// Pairs of samples handled at once; even, as random streams ask.
  private static let blockPairs = 128
  /// Batches of samples, each the work of one task, and the least pairs of one.
  private static let mostBatches = 32
  private static let leastPairs = 8
  /// Pairs of the pilot sample: one in sixteen, but no more than tell its slopes well.
  private static let pilotShare = 16
  private static let mostPilotPairs = 512

  init(_ evaluator: ScoreEvaluator, sigmas: [Double]) {
    self.evaluator = evaluator
    self.sigmas = sigmas
    weights = LogIntegral(sigmas: sigmas).weights
    pairs = (evaluator.samplesPerLevel + 1) / 2
    let count = max(1, min(Self.mostBatches, pairs / Self.leastPairs))
    // Even, as random streams ask for samples in blocks of four numbers.
    share = (pairs + 2 * count - 1) / (2 * count) * 2
    pilot = Self.pilot(evaluator, sigmas: sigmas, pairs: pairs)
  }

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

  /// Adds the samples of the pairs `range` at every noise level, `done` pairs of the batch after others.
  private func add(_ range: Range<Int>, after done: Int, to sums: inout CurveSums) {
    /// How many samples here are among `samples` of all, shared out evenly between batches.
    func part(of samples: Int) -> Int {
      guard samples < evaluator.samplesPerLevel else { return 2 * range.count }
      let most = ((samples + 1) / 2 * share + pairs - 1) / pairs
      return 2 * max(0, min(range.count, most - done))
    }
    let compared = part(of: evaluator.exactSamples)
    let jacobians = part(of: evaluator.jacobianSamples)
    let shared = evaluator.design.sharesSamples ? block(range, level: 0) : nil
    var totals = Matrix<Double>(rows: 2 * range.count, columns: RateSums.Column.count)
    for (level, sigma) in sigmas.enumerated() {
      let samples = shared ?? block(range, level: level)
      let quantities = LevelQuantities(
        evaluator, samples, sigma: sigma, level: level, pilot: pilot, compared: compared)
      sums.levels[level].add(quantities.rows, compared: compared)
      sums.geometry[level].add(
        evaluator, samples.prefix(jacobians), quantities.rows, level: level)
      quantities.addTo(&totals, weight: weights[level])
    }
    sums.total.add(totals, compared: compared)
  }

  /// The samples of the pairs `range`, those of one level if levels have their own.
  private func block(_ range: Range<Int>, level: Int) -> SampleBlock {
    SampleBlock(evaluator, pairs: range, of: pairs, step: UInt32(level))
  }

  /// A pilot from samples that are not used again; for few pairs without slopes.
  private static func pilot(
    _ evaluator: ScoreEvaluator, sigmas: [Double], pairs: Int
  ) -> Pilot {
    let count = min(mostPilotPairs, pairs / pilotShare) / 2 * 2
    let none = Pilot.none(levels: sigmas.count)
    guard count > 0 && sigmas.count > 1 else { return none }
    let all = sigmas.enumerated().map { level, sigma in
      var sums = RateSums()
      for first in stride(from: 0, to: count, by: blockPairs) {
        let samples = SampleBlock(
          evaluator, pairs: first..<min(count, first + blockPairs), of: count,
          step: pilotStep)
        let quantities = LevelQuantities(
          evaluator, samples, sigma: sigma, level: level, pilot: none, compared: 0)
        sums.add(quantities.rows, compared: 0)
      }
      return sums
    }
    return Pilot(ratios: all.map(\.ratio), slopes: all.map(\.lossSlopes))
  }

  /// A step that no level has.
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
