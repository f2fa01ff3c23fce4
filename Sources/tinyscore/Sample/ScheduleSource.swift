internal import Distributions
internal import Dynamics
internal import Estimation
internal import ForwardProcess
internal import LinearAlgebra
internal import Statistics
internal import Storage

/// What noise levels are made for: a model, or the table of anyone's losses.
enum ScheduleSource {
  case model(Model, weights: Checkpoint.Weights)
  case losses(LossTable, path: String)

  /// How a curve without a quadrature is sampled.
  struct Sampling {
    let samples: Int
    let seed: UInt64
    let workers: Workers
  }

  /// The source as the user wrote it.
  var path: String {
    switch self {
    case .model(let model, _): model.path
    case .losses(_, let path): path
    }
  }

  /// The levels that the source speaks about: those of the table, of the training, or of the law's
  /// decisions.
  var range: NoiseRange {
    switch self {
    case .model(.network(let checkpoint, _), _): return checkpoint.configuration.range
    case .model(.exact(let dataset, _), _): return dataset.law.noiseRange
    case .losses(let table, _):
      let last = table.sigmas.count - 1
      guard let range = NoiseRange(minimum: table.sigmas[0], maximum: table.sigmas[last]) else {
        preconditionFailure("a table's levels ascend")
      }
      return range
    }
  }

  /// `count` levels over `range`, strictly descending from its maximum to its minimum.
  func levels(
    _ kind: ScheduleKind, count: Int, over range: NoiseRange, rho: Double, sampling: Sampling
  ) throws -> [Double] {
    let levels: [Double]
    if let clock = kind.clock {
      guard let time = try time(clock, over: range, sampling: sampling),
        time.time(sigma: range.maximum) > time.time(sigma: range.minimum)
      else {
        throw Failure(
          .malformedData,
          "\(path): expected an entropy rate above 0 between σ = \(range.minimum) and "
            + "\(range.maximum), found none; take --kind karras or geometric, or other levels")
      }
      levels = NoiseSchedule.entropic(time, over: range, count: count)
    } else {
      levels =
        kind == .karras
        ? NoiseSchedule.karras(range, count: count, rho: rho)
        : NoiseSchedule.geometric(range, count: count)
    }
    guard zip(levels, levels.dropFirst()).allSatisfy({ $0 > $1 }) else {
      throw Failure.usage(
        "steps", expected: "so few levels that neighbours differ in double precision",
        found: "\(count)")
    }
    return levels
  }

  /// The clock of the source; nil if no time passes.
  private func time(
    _ kind: EntropicTime.Kind, over range: NoiseRange, sampling: Sampling
  ) throws -> EntropicTime? {
    guard case .model(let model, let weights) = self else {
      guard case .losses(let table, _) = self else { return nil }
      return EntropicTime(kind, sigmas: table.sigmas, rates: table.losses)
    }
    let data = try model.dataset(replacement: nil).data
    try data.checkMoments(path: model.path)
    let rates = Self.rates(of: model, weights: weights, law: data.law, sampling: sampling)
    var isFinite = true
    let time = EntropicTime(kind, over: range) { sigmas in
      let result = rates(sigmas)
      isFinite = isFinite && result.allSatisfy(\.value.isFinite)
      return result
    }
    guard isFinite else {
      throw Failure(
        .notFinite,
        "\(path): the entropy rate left the finite numbers with seed \(sampling.seed); check the "
          + "scale of the data, or take a --kind that needs none")
    }
    return time
  }

  /// The entropy rates of a law, or the losses of a network on its data.
  private static func rates(
    of model: Model, weights: Checkpoint.Weights, law: any Law, sampling: Sampling
  ) -> ([Double]) -> [Estimate] {
    switch model {
    case .exact:
      return { sigmas in
        law.informationCurve(
          at: sigmas,
          sampling: CurveSampling(
            samples: sampling.samples, seed: sampling.seed, workers: sampling.workers)
        ).map(\.entropyRate)
      }
    case .network(let checkpoint, _):
      let evaluator = ScoreEvaluator(
        score: checkpoint.score(weights), source: law, exact: nil,
        samplesPerLevel: sampling.samples, seed: sampling.seed)
      return { evaluator.curve(at: $0, workers: sampling.workers).levels.map(\.loss) }
    }
  }
}
