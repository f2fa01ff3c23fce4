internal import ArgumentParser
internal import ForwardProcess
internal import LinearAlgebra
internal import Storage

/// `tinyscore score`: one quantity of a score function at given points.
struct Score: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Evaluates a score, learned or exact, at given points.",
    usage: "tinyscore score <model> --points <P> --sigma <S> --output <O> [<options>]",
    discussion: """
      Writes F64: (N, D), (N,) for divergence, (N, D, D) for jacobian.
      Example: tinyscore score ring-8 --points x.npy --sigma 0.5 --output s.npy
      """)

  /// What can be asked for.
  enum Quantity: String, ExpressibleByArgument, CaseIterable {
    case score
    case denoised
    case noise
    case jacobian
    case divergence
  }

  @Argument(help: "A checkpoint or a data set.", completion: .model)
  var model: String

  @Option(help: ArgumentHelp("The points, (N, D).", valueName: "P.npy"), completion: .points)
  var points: String

  @Option(help: ArgumentHelp("The noise level.", valueName: "S"))
  var sigma: Double

  @Option(
    help: ArgumentHelp("Where the result goes.", valueName: "O.npy"),
    completion: .file(extensions: ["npy"]))
  var output: String

  @Option(help: ArgumentHelp("What of the score.", valueName: "NAME"))
  var quantity = Quantity.score

  @Option(help: ArgumentHelp("Weights of a checkpoint.", valueName: "NAME"))
  var weights = Checkpoint.Weights.ema

  @OptionGroup(title: "Common options") var common: CommonOptions

  func validate() throws {
    guard RunOptions.sigmaBounds.contains(sigma) else {
      throw ValidationError("--sigma: expected a number from 1e-30 to 1e30, found \(sigma)")
    }
    try checkArrayOutput(output, inputs: [model, points])
  }

  mutating func run() throws {
    let score: any ScoreFunction =
      switch try Model(model) {
      case .network(let checkpoint, _): checkpoint.score(weights)
      case .exact(let dataset, _): dataset.law
      }
    let x = try PointFile(path: points).points
    guard x.columns == score.dimension else {
      throw Failure(
        .malformedData,
        "\(points): expected \(score.dimension) columns, as \(model) has, found \(x.columns)")
    }
    try checkMemory(points: x.rows, dimension: x.columns)
    try withOutputs([output]) { try write(score, at: x) }
  }

  private func write(_ score: any ScoreFunction, at x: Matrix<Double>) throws {
    let values = evaluate(score, at: x)
    if let index = values.firstIndex(where: { !$0.isFinite }) {
      throw Failure(
        .notFinite,
        "\(points), row \(index / (values.count / x.rows)) (from 0): the \(quantity) at σ = \(sigma) "
          + "left the finite numbers; check the scale of the points")
    }
    let shape =
      switch quantity {
      case .score, .denoised, .noise: [x.rows, x.columns]
      case .jacobian: [x.rows, x.columns, x.columns]
      case .divergence: [x.rows]
      }
    try NumpyFile.write(values, shape: shape, to: output)
  }

  /// Throws if the results, in their blocks, together and as the bytes of the file, have no room.
  private func checkMemory(points: Int, dimension: Int) throws {
    let exponent = quantity == .jacobian ? 2 : quantity == .divergence ? 0 : 1
    let numbers = (0..<exponent).reduce(Double(points)) { size, _ in size * Double(dimension) }
    let needed = 3 * numbers * Double(MemoryLayout<Double>.size)
    guard let memory = availableMemory(), needed > memory else { return }
    throw Failure.usage(
      "quantity", expected: "a result that fits into \(memoryText(memory)) of memory",
      found: "a \(quantity) that takes \(memoryText(needed)), with N = \(points) and "
        + "D = \(dimension); give fewer points")
  }

  /// The quantity at every point, row by row; blocks of points share the threads.
  private func evaluate(_ score: any ScoreFunction, at x: Matrix<Double>) -> [Double] {
    // Small enough to share, and not more blocks than workers can count.
    let blockRows = 256
    let blocks = (x.rows + blockRows - 1) / blockRows
    let parts = common.makeWorkers().map(blocks) { [quantity, sigma] block -> [Double] in
      let rows = x.rows(block * blockRows..<min((block + 1) * blockRows, x.rows))
      return switch quantity {
      case .score: score.score(at: rows, sigma: sigma).elements
      case .denoised: score.denoised(at: rows, sigma: sigma).elements
      case .noise: score.predictedNoise(at: rows, sigma: sigma).elements
      case .jacobian: score.jacobian(at: rows, sigma: sigma).elements
      case .divergence: score.divergence(at: rows, sigma: sigma)
      }
    }
    return Array(parts.joined())
  }
}
