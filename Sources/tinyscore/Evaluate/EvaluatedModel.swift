internal import Estimation
internal import ForwardProcess
internal import JSONText
internal import Statistics
internal import Storage

/// The evaluation of one model with what it was made from: what the outputs of `evaluate` show.
struct EvaluatedModel: EstimateOutput {
  let model: Model
  let dataset: Dataset
  /// The losses on training and held-out points, where some were kept aside.
  let heldOut: HeldOutComparison?
  let evaluation: Evaluation
  /// What is known of the data beside their entropy rates.
  let data: EvaluatedData
  /// When single paths decide.
  let decisions: DecisionFindings
  /// The range of noise levels that the model is made for.
  let range: NoiseRange
  let samplesPerLevel: Int
  /// The reverse paths that were asked for.
  let paths: Int
  let seed: UInt64
  let confidence: Double
  let weights: Checkpoint.Weights
  let clock: Clock?

  /// The learned routes that this evaluation has.
  var learnedRoutes: [Route] {
    Route.learned.filter { route in
      evaluation.levels.contains { evaluation.rate(route, at: $0) != nil }
    }
  }

  /// Throws if an entropy rate is not a finite number.
  func checkFinite() throws {
    for level in evaluation.levels {
      for route in Route.allCases {
        guard let rate = evaluation.rate(route, at: level), !rate.value.isFinite else { continue }
        throw Failure(
          .notFinite,
          "\(model.path): the entropy rate by \(Self.name(route)) left the finite numbers at σ = "
            + "\(level.sigma) with seed \(seed); train anew with a lower --learning-rate")
      }
    }
  }

  /// The levels outside of the range that the network was trained on.
  var untrainedLevels: [Evaluation.Level] {
    guard case .network(let checkpoint, _) = model else { return [] }
    return evaluation.levels.filter { !checkpoint.configuration.range.contains($0.sigma) }
  }

  /// `dH/d ln σ → dH/dt` at a level, where a clock was asked for.
  func timeFactor(_ level: Evaluation.Level) -> Double? {
    clock.map { $0.logSigmaRate(sigma: level.sigma) }
  }
}
