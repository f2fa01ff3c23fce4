internal import ArgumentParser
internal import Distributions
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
    /// The stochastic one by Euler's and Maruyama's method.
    case sde
    /// The stochastic one with the noise that is exact for data in one point.
    case ancestral
    /// The deterministic one by Euler's method.
    case ode
    /// The deterministic one by Heun's method.
    case heun
    /// The deterministic one by Dormand's and Prince's method, which chooses its own steps.
    case adaptive
  }

  @Argument(help: "A checkpoint or a data set.", completion: .model)
  var model: String

  @Option(help: ArgumentHelp("How many samples.", valueName: "N"))
  var count: Int

  @Option(
    help: ArgumentHelp("Where they go.", valueName: "O.npy"),
    completion: .file(extensions: ["npy"]))
  var output: String

  @Option(
    name: .customLong("sampler"),
    help: ArgumentHelp("The reverse process and its method (default: heun).", valueName: "NAME"))
  var askedSampler: Sampler?

  @Option(
    help: ArgumentHelp(
      "Steps before a last one to no noise (default: 64).", valueName: "N"))
  var steps: Int?

  @Option(
    help: ArgumentHelp(
      """
      karras, geometric, entropic, rescaled-entropic, or a file with a list of levels \
      (default: karras).
      """, valueName: "NAME"), completion: .schedule)
  var schedule: String?

  @Option(
    help: ArgumentHelp(
      "With adaptive: error of a step in data scales (default: 1e-4).", valueName: "R"))
  var tolerance: Double?

  @Flag(help: "Draw from the data set itself.")
  var exact = false

  @Option(help: ArgumentHelp("With --exact: the noise level of the samples.", valueName: "S"))
  var sigma: Double?

  @Option(help: ArgumentHelp("Weights of a checkpoint.", valueName: "NAME"))
  var weights = Checkpoint.Weights.ema

  @OptionGroup(title: "Common options") var common: CommonOptions

  /// The reverse process and its method.
  var sampler: Sampler { askedSampler ?? .heun }

  /// Samples handled by one task; a multiple of 4, as random streams ask.
  static let blockSamples = 256
  /// The most samples; long before, the memory is full.
  private static let maximumCount = 1 << 40

  func validate() throws {
    guard count >= 1 && count <= Self.maximumCount else {
      throw ValidationError(
        "--count: expected an integer from 1 to \(Self.maximumCount), found \(count)")
    }
    try checkArrayOutput(output, inputs: [model])
    try checkOutputs([("output", output)], inputs: [schedule, common.config])
    try checkSteps()
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
    try withOutputs([output]) { try writeSamples(of: model) }
  }

  private func writeSamples(of model: Model) throws {
    let workers = common.makeWorkers()
    let blocks = (count + Self.blockSamples - 1) / Self.blockSamples
    let draw: @Sendable (Int, Int) -> Matrix<Double>
    if exact {
      draw = exactDraw(try model.dataset(replacement: nil).data.law)
    } else {
      draw = try reverseDraw(model, workers: workers)
    }
    let parts = workers.map(blocks) { [count] block -> [Double] in
      let first = block * Self.blockSamples
      return draw(first, min(Self.blockSamples, count - first)).elements
    }
    let values = Array(parts.joined())
    guard values.allSatisfy(\.isFinite) else {
      throw Failure(
        .notFinite,
        "the samples left the finite numbers with seed \(common.seed); "
          + (sampler == .adaptive ? "take a larger --tolerance" : "take more --steps"))
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
}
