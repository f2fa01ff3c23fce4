internal import ArgumentParser
internal import Distributions
internal import Dynamics
internal import ForwardProcess
internal import LinearAlgebra
internal import Randomness
internal import Storage

/// `tinyscore sample`: samples by the reverse process of a model, or from a law itself.
struct Sample: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Draws samples from a model by its reverse process, or from a law exactly.",
    discussion: """
      Writes F64 (N, D).
      Example: tinyscore sample checkpoints/ring-8.safetensors --count 1000 --output y.npy
      """)

  /// The reverse processes there are.
  enum Sampler: String, ExpressibleByArgument, CaseIterable {
    /// The stochastic one.
    case sde
    /// The deterministic one by Euler's method.
    case ode
    /// The deterministic one by Heun's method.
    case heun
  }

  /// The schedules there are.
  enum Schedule: String, ExpressibleByArgument, CaseIterable {
    case karras
    case geometric
  }

  @Argument(help: "A checkpoint or a data set.")
  var model: String

  @Option(help: ArgumentHelp("How many samples.", valueName: "N"))
  var count: Int

  @Option(help: ArgumentHelp("Where they go.", valueName: "O.npy"))
  var output: String

  @Option(help: ArgumentHelp("sde, ode or heun.", valueName: "NAME"))
  var sampler = Sampler.heun

  @Option(
    help: ArgumentHelp(
      "Steps of the reverse process, before a last one to no noise.", valueName: "N"))
  var steps = 64

  @Option(help: ArgumentHelp("karras or geometric.", valueName: "NAME"))
  var schedule = Schedule.karras

  @Flag(help: "Draw from the data set itself.")
  var exact = false

  @Option(help: ArgumentHelp("With --exact: the noise level of the samples.", valueName: "S"))
  var sigma: Double?

  @Option(help: ArgumentHelp("ema or online.", valueName: "NAME"))
  var weights = Checkpoint.Weights.ema

  @OptionGroup(title: "Common options") var common: CommonOptions

  /// Samples handled by one task; a multiple of 4, as random streams ask.
  private static let blockSamples = 256
  /// The most samples; long before, the memory is full.
  private static let maximumCount = 1 << 40

  func validate() throws {
    guard count >= 1 && count <= Self.maximumCount else {
      throw ValidationError(
        "--count: expected an integer from 1 to \(Self.maximumCount), found \(count)")
    }
    try checkArrayOutput(output, inputs: [model])
    guard steps >= 1 && steps <= 1 << 20 else {
      throw ValidationError("--steps: expected an integer from 1 to 1048576, found \(steps)")
    }
    if let sigma {
      guard sigma == 0 || RunOptions.sigmaBounds.contains(sigma) else {
        throw ValidationError(
          "--sigma: expected 0 or a number from 1e-30 to 1e30, found \(sigma)")
      }
      guard exact else { throw ValidationError("--sigma: expected --exact beside it") }
    }
  }

  mutating func run() throws {
    let model = try Model(model)
    try checkMemory(dimension: model.dimension)
    try checkOutput(output)
    let blocks = (count + Self.blockSamples - 1) / Self.blockSamples
    let draw: @Sendable (Int, Int) -> Matrix<Double>
    if exact {
      draw = exactDraw(try model.dataset(replacement: nil).data.law)
    } else {
      draw = reverseDraw(model)
    }
    let parts = common.makeWorkers().map(blocks) { [count] block -> [Double] in
      let first = block * Self.blockSamples
      return draw(first, min(Self.blockSamples, count - first)).elements
    }
    let values = Array(parts.joined())
    guard values.allSatisfy(\.isFinite) else {
      throw Failure(
        .notFinite,
        "the samples left the finite numbers with seed \(common.seed); take more --steps")
    }
    try NumpyFile.write(values, shape: [count, values.count / count], to: output)
  }

  /// Throws if the samples, in their blocks, together and as the bytes of the file, have no room.
  private func checkMemory(dimension: Int) throws {
    let needed = 3 * Double(count) * Double(dimension) * Double(MemoryLayout<Double>.size)
    guard let memory = availableMemory(), needed > memory else { return }
    throw Failure.usage(
      "count",
      expected: "samples that fit into the memory, at most "
        + "\(Int(Double(count) * memory / needed)) in \(dimension) dimensions", found: "\(count)")
  }

  /// Samples of a law, with noise if asked for.
  private func exactDraw(_ law: any Law) -> @Sendable (Int, Int) -> Matrix<Double> {
    { [seed = common.seed, sigma] first, count in
      let stream = RandomStream(seed: seed, step: 0, purpose: .sampler)
      let y = law.samples(count, stream: stream, firstSample: first)
      guard let sigma else { return y }
      return perturbed(
        y, noise: stream.normals(count, law.dimension, firstSample: first), sigma: sigma)
    }
  }

  /// Samples of the reverse process, started from a Gaussian of the data's mean and scale.
  private func reverseDraw(_ model: Model) -> @Sendable (Int, Int) -> Matrix<Double> {
    let score: any ScoreFunction
    let range: NoiseRange
    let moments: DataMoments
    switch model {
    case .network(let checkpoint, _):
      score = checkpoint.score(weights)
      range = checkpoint.configuration.range
      let preconditioning = checkpoint.state.preconditioning
      moments = DataMoments(
        mean: preconditioning.mean,
        totalVariance: preconditioning.scale * preconditioning.scale
          * Double(preconditioning.mean.count))
    case .exact(let dataset, _):
      score = dataset.law
      range = dataset.law.noiseRange
      moments = dataset.law.moments
    }
    let levels =
      schedule == .karras
      ? NoiseSchedule.karras(range, count: steps + 1)
      : NoiseSchedule.geometric(range, count: steps + 1)
    let spread = (range.maximum * range.maximum + moments.scale * moments.scale).squareRoot()
    return { [seed = common.seed, sampler] first, count in
      let dimension = moments.mean.count
      var x = RandomStream(seed: seed, step: RandomStream.evaluationSteps, purpose: .sampler)
        .normals(count, dimension, firstSample: first)
      for row in 0..<count {
        for j in 0..<dimension { x[row, j] = moments.mean[j] + spread * x[row, j] }
      }
      let last =
        switch sampler {
        case .sde:
          ReverseDiffusion(score: score)
            .eulerMaruyama(from: x, sigmas: levels, seed: seed, firstSample: first)
        case .ode: ProbabilityFlow(score: score).euler(from: x, sigmas: levels)
        case .heun: ProbabilityFlow(score: score).heun(from: x, sigmas: levels)
        }
      // The noise of the last level goes in one step: Euler's from there to 0.
      return score.denoised(at: last, sigma: range.minimum)
    }
  }
}
