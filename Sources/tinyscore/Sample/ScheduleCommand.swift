internal import ArgumentParser
internal import ForwardProcess
internal import JSONText
internal import LinearAlgebra
internal import Storage

/// `tinyscore schedule`: noise levels for anyone's sampler.
struct Schedule: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Makes a list of noise levels for a sampler.",
    discussion: """
      A SOURCE is a MODEL, or a CSV of anyone's model whose header has sigma and
      loss (the noise prediction loss, summed over dimensions), with --dimension;
      an estimate of it a little below 0 counts as 0.
      Levels descend from the largest to the smallest; entropic kinds spend equal
      entropy on every step.
      Example: tinyscore schedule ring-8 --steps 18 --kind rescaled-entropic
      """)

  /// How a list is written.
  enum Format: String, ExpressibleByArgument, CaseIterable {
    case json
    case csv
    case npy
  }

  @Argument(help: "A checkpoint, a data set, or a CSV of losses.", completion: .model)
  var source: String

  @Option(help: ArgumentHelp("How many levels.", valueName: "N"))
  var steps: Int

  @Option(
    help: ArgumentHelp("What the levels are equal steps of.", valueName: "NAME"))
  var kind = ScheduleKind.entropic

  @Option(help: ArgumentHelp("How the list is written.", valueName: "NAME"))
  var format = Format.json

  @Option(
    help: ArgumentHelp("Where the list goes ('-': stdout).", valueName: "FILE"),
    completion: .file(extensions: ["json", "csv", "npy"]))
  var output = "-"

  @Flag(help: "End the list with 0.")
  var appendZero = false

  @Option(help: ArgumentHelp("The exponent of karras.", valueName: "R"))
  var rho = 7.0

  @Option(help: ArgumentHelp("With a CSV of losses: D of the data.", valueName: "D"))
  var dimension: Int?

  @Option(help: ArgumentHelp("Smallest level (default: from the source).", valueName: "S"))
  var sigmaMin: Double?

  @Option(help: ArgumentHelp("Largest level (default: from the source).", valueName: "S"))
  var sigmaMax: Double?

  @Option(help: ArgumentHelp("Samples per level of a curve that is sampled.", valueName: "N"))
  var samples = 4096

  @Option(help: ArgumentHelp("Weights of a checkpoint.", valueName: "NAME"))
  var weights = Checkpoint.Weights.ema

  @OptionGroup(title: "Common options") var common: CommonOptions

  func validate() throws {
    for (name, value, bounds) in [
      ("steps", steps, 2...1 << 20), ("samples", samples, 16...1 << 22),
      ("dimension", dimension ?? 1, 1...1 << 40),
    ] where !bounds.contains(value) {
      throw ValidationError(
        "--\(name): expected an integer from \(bounds.lowerBound) to \(bounds.upperBound), found "
          + "\(value)")
    }
    // Beyond, a power of a level leaves the range of numbers, or all levels are one.
    guard (0.1...1000).contains(rho) else {
      throw ValidationError("--rho: expected a number from 0.1 to 1000, found \(rho)")
    }
    for (name, sigma) in [("sigma-min", sigmaMin), ("sigma-max", sigmaMax)] {
      guard let sigma, !RunOptions.sigmaBounds.contains(sigma) else { continue }
      throw ValidationError("--\(name): expected a number from 1e-30 to 1e30, found \(sigma)")
    }
    if format == .npy { try checkArrayOutput(output, inputs: [source]) }
    try checkOutputs([("output", output)], inputs: [source, common.config])
  }

  mutating func run() throws {
    let source = try makeSource()
    let range = try range(of: source)
    try withOutputs([output]) {
      let levels = try source.levels(
        kind, count: steps, over: range, rho: rho,
        sampling: .init(samples: samples, seed: common.seed, workers: common.makeWorkers()))
      try write(appendZero ? levels + [0] : levels)
    }
  }

  /// The model or the losses that the command line names.
  private func makeSource() throws -> ScheduleSource {
    let isCSV = source.lowercased().hasSuffix(".csv")
    if let dimension {
      guard isCSV else {
        throw Failure.usage(
          "dimension", expected: "a CSV of losses as SOURCE", found: "\(source), which has its own")
      }
      return .losses(
        try LossTable(FileContents(path: source), dimension: dimension), path: source)
    }
    if isCSV, let contents = try? FileContents(path: source), LossTable.isTable(contents) {
      throw Failure.usage(
        "dimension", expected: "the dimension D of the data beside the losses in \(source)",
        found: "none; give --dimension D")
    }
    return .model(try Model(source), weights: weights)
  }

  /// The levels asked for, within those of a table.
  private func range(of source: ScheduleSource) throws -> NoiseRange {
    let natural = source.range
    let (low, high) = (sigmaMin ?? natural.minimum, sigmaMax ?? natural.maximum)
    if case .losses = source {
      for (name, sigma) in [("sigma-min", low), ("sigma-max", high)] {
        guard sigma < natural.minimum || sigma > natural.maximum else { continue }
        throw Failure.usage(
          name,
          expected: "a level between those of the losses, \(natural.minimum) to "
            + "\(natural.maximum)", found: "\(sigma)")
      }
    }
    guard let range = NoiseRange(minimum: low, maximum: high), range.logWidth > 1e-3 else {
      throw Failure.usage(
        sigmaMin == nil ? "sigma-max" : "sigma-min",
        expected: "sigma-min below sigma-max by 0.1 % at least",
        found: "\(low) and \(high)")
    }
    return range
  }

  private func write(_ levels: [Double]) throws {
    switch format {
    case .json: try Terminal.save(JSONValue(levels).canonicalText + "\n", to: output)
    case .csv:
      let lines = ["sigma"] + levels.map(shortestText)
      try Terminal.save(lines.joined(separator: "\n") + "\n", to: output)
    case .npy: try NumpyFile.write(levels, shape: [levels.count], to: output)
    }
  }
}
