internal import ArgumentParser
internal import Estimation
internal import ForwardProcess
internal import JSONText
internal import LinearAlgebra
internal import Report
internal import ScoreNetwork
internal import Storage
internal import Training

/// `tinyscore train`: trains a network on a data set and writes a checkpoint.
struct Train: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Trains a score network on a data set and writes a checkpoint.",
    discussion: "Example: tinyscore train ring-8 --steps 4000 --output /tmp/ring.safetensors")

  @Argument(
    help: "A law (.json), a point file (.npy, .csv), or a name in datasets/.",
    completion: .dataset)
  var dataset: String

  @Option(
    help: ArgumentHelp(
      "The checkpoint (default: checkpoints/NAME.safetensors).", valueName: "FILE"),
    completion: .file(extensions: ["safetensors"]))
  var output: String?

  @OptionGroup(title: "Options that change the result") var choices: RunOptions
  @OptionGroup(title: "Common options") var common: CommonOptions

  @Option(help: ArgumentHelp("Steps between saves on the way, 0 for none.", valueName: "N"))
  var checkpointEvery = 2000

  @Option(
    help: ArgumentHelp("A JSON line every 100 steps, for tail -F.", valueName: "FILE"),
    completion: .file(extensions: ["jsonl"]))
  var metrics: String?

  @Flag(help: "Leave out of the result what only a resumed run needs.")
  var weightsOnly = false

  @Flag(help: "Go on from the checkpoint at the output.")
  var resume = false

  @Flag(help: "Say what would be done, and how long it takes.")
  var dryRun = false

  func validate() throws {
    if checkpointEvery < 0 {
      throw ValidationError(
        "--checkpoint-every: expected an integer not below 0, found \(checkpointEvery)")
    }
    // Under another name no command would take the file for a checkpoint.
    if let output, !output.lowercased().hasSuffix(".safetensors"),
      output == "-" || !isStream(output)
    {
      throw ValidationError(
        "--output: expected a name that ends in .safetensors, found \(excerpt(output))")
    }
    if let output, output.split(separator: "/").last?.lowercased() == ".safetensors" {
      throw ValidationError(
        "--output: expected a name before .safetensors, found \(excerpt(output))")
    }
    if let metrics, metrics.isEmpty {
      throw ValidationError("--metrics: expected the name of a file, found ''")
    }
    try checkOutputs(
      [("output", path), ("metrics", metrics)], inputs: [dataset, common.config])
  }

  mutating func run() throws {
    let whole = try Dataset(dataset, shareFolders: shareFolders)
    let data = try whole.split(holdout: choices.holdout, seed: common.seed).data
    let options = try choices.resolved(for: data, path: dataset, seed: common.seed)
    if dryRun { return try printPlan(options, data: data, record: whole.record) }
    if output == nil { try makeFolder("checkpoints") }
    let lock = try RunLock(path: path)
    lock.removeAbandonedFiles()
    try checkOutput(path)
    let trainer = try makeTrainer(options, data: data, record: whole.record)
    var run = TrainingRun(
      trainer, record: whole.record, path: path, checkpointEvery: checkpointEvery,
      weightsOnly: weightsOnly, quiet: common.quiet,
      log: try metrics.map {
        try resume ? MetricsLog(path: $0, resumedAt: trainer.step) : MetricsLog(path: $0)
      })
    try run.run()
    _ = consume lock
  }

  /// The checkpoint.
  private var path: String { output ?? "checkpoints/\(Dataset.stem(of: dataset)).safetensors" }

  private func printPlan(
    _ options: TrainingConfiguration, data: Dataset, record: JSONValue
  ) throws {
    let stepsDone =
      resume ? try savedRun(options, dimension: data.law.dimension, record: record).step : 0
    try checkPlannedOutputs()
    let plan = TrainingPlan(
      options, data: data, output: path, metrics: metrics, stepsDone: stepsDone,
      workers: common.makeWorkers())
    try Terminal.print(plan.json.prettyText)
    if let warning = plan.warning { Terminal.complain(warning) }
    if !common.quiet { Terminal.note(plan.text) }
  }

  /// Throws where the run could not make its outputs.
  private func checkPlannedOutputs() throws {
    if output != nil || fileExists("checkpoints") {
      try checkOutput(path)
    } else {
      try checkNewFolder("checkpoints")
    }
    if let metrics { try MetricsLog.check(metrics) }
  }

  /// The run: fresh, or from the checkpoint at the output.
  private func makeTrainer(
    _ options: TrainingConfiguration, data: Dataset, record: JSONValue
  ) throws -> Trainer {
    let workers = common.makeWorkers()
    guard resume else {
      return Trainer(configuration: options, source: data.law, workers: workers)
    }
    let saved = try savedRun(options, dimension: data.law.dimension, record: record)
    if saved.provenance.coreType != Provenance.current.coreType {
      Terminal.complain(
        "\(path) was begun with the kernels of \(saved.provenance.coreType), not "
          + "\(Provenance.current.coreType): the result will differ in its last bits")
    }
    return Trainer(
      configuration: options, source: data.law, state: saved.state, ledger: saved.ledger,
      history: saved.history, step: saved.step, workers: workers)
  }

  /// The run to go on from, which has these options and data.
  private func savedRun(
    _ options: TrainingConfiguration, dimension: Int, record: JSONValue
  ) throws -> Checkpoint {
    let saved = try Checkpoint(path: path)
    try checkContinues(
      saved, options, shape: options.networkShape(dimension: dimension), record: record)
    return saved
  }

  /// Throws unless the saved run is one with these options on these data, and can go on.
  private func checkContinues(
    _ saved: Checkpoint, _ options: TrainingConfiguration, shape: NetworkShape, record: JSONValue
  ) throws {
    guard saved.hasOptimizerState else {
      throw Failure(
        .malformedData,
        "\(path): expected a checkpoint that a run can go on from, found one with weights only")
    }
    let differences = Comparison.differences(saved.configuration.json, options.json)
    if let first = differences.first {
      throw Failure.usage(
        "resume", expected: "the options of \(path)",
        found: differences.map { "--\($0.name) \($0.right) instead of \($0.left)" }
          .joined(separator: ", ")
          + "; give --\(first.name) \(first.left), or choose another --output")
    }
    guard saved.state.network.shape == shape else {
      throw Failure(
        .malformedData,
        "\(path): expected the \(shape.frequencyCount) frequencies and \(shape.dimension) coordinates of "
          + "its configuration, found tensors of another network")
    }
    guard saved.dataset.canonicalText == record.canonicalText else {
      throw Failure.usage(
        "resume", expected: "the data set that \(path) was trained on",
        found: "another one; choose another --output")
    }
  }
}
