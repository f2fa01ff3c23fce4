internal import ArgumentParser
internal import Distributions
internal import Dynamics
internal import ForwardProcess
internal import JSONText
internal import LinearAlgebra
internal import Randomness
internal import Storage

extension Sample {
  private static let defaultSteps = 64
  private static let defaultTolerance = 1e-4
  /// Below, steps would follow the rounding of a network, which computes in single precision.
  private static let leastLearnedTolerance = 1e-8
  /// Samples per noise level of a curve that entropic levels come from.
  private static let curveSamples = 4096

  /// Throws if the options about steps cannot be, or not together.
  func checkSteps() throws {
    let reverse = [
      ("sampler", askedSampler != nil), ("steps", steps != nil), ("schedule", schedule != nil),
      ("tolerance", tolerance != nil),
    ]
    if exact, let (name, _) = reverse.first(where: \.1) {
      throw ValidationError("--\(name): expected none beside --exact, which takes no steps")
    }
    if let steps, !(1...1 << 20).contains(steps) {
      throw ValidationError("--steps: expected an integer from 1 to 1048576, found \(steps)")
    }
    if let tolerance {
      guard tolerance >= 1e-13 && tolerance <= 1 else {
        throw ValidationError("--tolerance: expected a number from 1e-13 to 1, found \(tolerance)")
      }
      guard sampler == .adaptive else {
        throw ValidationError("--tolerance: expected --sampler adaptive beside it")
      }
    }
    for (name, isThere) in [("steps", steps != nil), ("schedule", schedule != nil)]
    where isThere && sampler == .adaptive {
      throw ValidationError(
        "--\(name): expected another sampler than adaptive, which chooses its own steps")
    }
    guard let schedule else { return }
    if LevelsFile.endings.contains(where: { schedule.lowercased().hasSuffix($0) }) {
      guard steps == nil else {
        throw ValidationError("--steps: expected none beside a list of levels, found \(steps ?? 0)")
      }
    } else if ScheduleKind(rawValue: schedule) == nil {
      let names = ScheduleKind.allCases.map(\.rawValue)
      let near = nearestName(to: schedule, among: names).map { "; did you mean '\($0)'?" }
      throw ValidationError(
        "--schedule: expected \(names.joined(separator: ", ")), or a file .json, .csv or .npy, "
          + "found \(excerpt(schedule))\(near ?? "")")
    }
  }

  /// Samples of the reverse process of a model, by their first number and how many.
  func reverseDraw(
    _ model: Model, workers: Workers
  ) throws -> @Sendable (Int, Int) -> Matrix<Double> {
    let source = ScheduleSource.model(model, weights: weights)
    let score: any ScoreFunction =
      switch model {
      case .network(let checkpoint, _): checkpoint.score(weights)
      case .exact(let dataset, _): dataset.law
      }
    let (start, dataScale) = start(of: model)
    guard sampler != .adaptive else {
      if case .network = model, let tolerance, tolerance < Self.leastLearnedTolerance {
        throw Failure.usage(
          "tolerance",
          expected: "a number from 1e-8 to 1 for a checkpoint, which has single precision",
          found: "\(tolerance)")
      }
      return adaptiveDraw(score, over: source.range, start: start, dataScale: dataScale)
    }
    let levels = try levels(for: source, workers: workers)
    return { [seed = common.seed, sampler] first, count in
      let x = start.samples(
        count, sigma: levels[0], stream: Self.startStream(seed), firstSample: first)
      let last =
        switch sampler {
        case .sde:
          ReverseDiffusion(score: score)
            .eulerMaruyama(from: x, sigmas: levels, seed: seed, firstSample: first)
        case .ancestral:
          ReverseDiffusion(score: score)
            .ancestral(from: x, sigmas: levels, seed: seed, firstSample: first)
        case .ode: ProbabilityFlow(score: score).euler(from: x, sigmas: levels)
        case .heun, .adaptive: ProbabilityFlow(score: score).heun(from: x, sigmas: levels)
        }
      // The noise of the last level goes in one step: Euler's from there to 0.
      return score.denoised(at: last, sigma: levels[levels.count - 1])
    }
  }

  /// Samples by the adaptive flow; not finite where it finds no step.
  private func adaptiveDraw(
    _ score: any ScoreFunction, over range: NoiseRange, start: GaussianBaseline, dataScale: Double
  ) -> @Sendable (Int, Int) -> Matrix<Double> {
    { [seed = common.seed, tolerance, quiet = common.quiet] first, count in
      // A block shares its steps: it is always whole, so that no sample depends on how many there
      // are.
      let x = start.samples(
        Self.blockSamples, sigma: range.maximum, stream: Self.startStream(seed), firstSample: first)
      guard
        let arrival = ProbabilityFlow(score: score).adaptive(
          from: x, over: range, tolerance: tolerance ?? Self.defaultTolerance,
          dataScale: dataScale)
      else {
        return Matrix(rows: 1, columns: 1, elements: [.nan])
      }
      // The blocks differ little: the first speaks for them.
      if first == 0 && !quiet {
        Terminal.note(
          "the first block took \(arrival.evaluations + 1) evaluations of the score, "
            + "\(arrival.rejections) steps were taken again")
      }
      return score.denoised(at: arrival.points, sigma: range.minimum).rows(0..<count)
    }
  }

  /// The levels of a sampler with given steps.
  private func levels(for source: ScheduleSource, workers: Workers) throws -> [Double] {
    let kind = ScheduleKind(rawValue: schedule ?? ScheduleKind.karras.rawValue)
    guard let kind else { return try LevelsFile(path: schedule ?? "").levels }
    return try source.levels(
      kind, count: (steps ?? Self.defaultSteps) + 1, over: source.range, rho: 7,
      sampling: .init(samples: Self.curveSamples, seed: common.seed, workers: workers))
  }

  /// The normal law that the reverse process starts from, before noise, and the data scale.
  ///
  /// That of the data's mean and covariance where these are known; of the scale that a checkpoint
  /// holds where its data are not at hand, or have too many dimensions.
  private func start(of model: Model) -> (GaussianBaseline, dataScale: Double) {
    let law = try? model.dataset(replacement: nil).data.law
    let moments: DataMoments
    switch model {
    case .network(let checkpoint, _):
      let preconditioning = checkpoint.state.preconditioning
      moments = DataMoments(
        mean: preconditioning.mean,
        totalVariance: preconditioning.scale * preconditioning.scale
          * Double(preconditioning.mean.count))
    case .exact(let dataset, _): moments = dataset.law.moments
    }
    if law == nil && !common.quiet {
      Terminal.note(
        "the data of \(model.path) are not at hand: samples start from their scale alone")
    }
    let known = law.flatMap { GaussianBaseline($0) }
    return (known ?? GaussianBaseline(isotropic: moments), moments.scale)
  }

  /// The numbers that samples start from.
  private static func startStream(_ seed: UInt64) -> RandomStream {
    RandomStream(seed: seed, step: RandomStream.evaluationSteps, purpose: .sampler)
  }
}
