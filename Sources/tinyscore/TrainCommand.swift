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

  @Argument(help: "A law (.json), a point file (.npy, .csv), or a name in datasets/.")
  var dataset: String

  @Option(
    help: ArgumentHelp(
      "The checkpoint (default: checkpoints/NAME.safetensors).", valueName: "FILE"))
  var output: String?

  @OptionGroup(title: "Options that change the result") var choices: RunOptions
  @OptionGroup(title: "Common options") var common: CommonOptions

  @Option(help: ArgumentHelp("Steps between saves on the way, 0 for none.", valueName: "N"))
  var checkpointEvery = 2000

  @Option(help: ArgumentHelp("Progress as JSON lines.", valueName: "FILE"))
  var metrics: String?

  @Flag(help: "Leave out of the result what only a resumed run needs.")
  var weightsOnly = false

  @Flag(help: "Go on from the checkpoint at the output.")
  var resume = false

  @Flag(help: "Say what would be done, and stop.")
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
    if let metrics, metrics.isEmpty || metrics == output {
      throw ValidationError(
        "--metrics: expected a file of its own, found \(excerpt(metrics))")
    }
  }

  mutating func run() throws {
    let whole = try Dataset(dataset, shareFolders: shareFolders)
    let data = try whole.split(holdout: choices.holdout, seed: common.seed).data
    let options = try choices.resolved(for: data, path: dataset, seed: common.seed)
    let path = output ?? "checkpoints/\(Dataset.stem(of: dataset)).safetensors"
    if dryRun {
      try Terminal.print(plan(options, data: data, path: path).prettyText)
      return
    }
    if output == nil { try makeFolder("checkpoints") }
    let lock = try RunLock(path: path)
    lock.removeAbandonedFiles()
    try checkOutput(path)
    let trainer = try makeTrainer(options, data: data, record: whole.record, path: path)
    try train(trainer, record: whole.record, path: path)
    _ = consume lock
  }

  /// The run: fresh, or from the checkpoint at the output.
  private func makeTrainer(
    _ options: TrainingConfiguration, data: Dataset, record: JSONValue, path: String
  ) throws -> Trainer {
    let workers = common.makeWorkers()
    guard resume else {
      return Trainer(configuration: options, source: data.law, workers: workers)
    }
    let saved = try Checkpoint(path: path)
    try checkContinues(
      saved, options, shape: options.networkShape(dimension: data.law.dimension), record: record,
      path: path)
    if saved.provenance.coreType != Provenance.current.coreType {
      Terminal.complain(
        "\(path) was begun with the kernels of \(saved.provenance.coreType), not "
          + "\(Provenance.current.coreType): the result will differ in its last bits")
    }
    return Trainer(
      configuration: options, source: data.law, state: saved.state, ledger: saved.ledger,
      step: saved.step, workers: workers)
  }

  /// Throws unless the saved run is one with these options on these data, and can go on.
  private func checkContinues(
    _ saved: Checkpoint, _ options: TrainingConfiguration, shape: NetworkShape, record: JSONValue,
    path: String
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

  /// Runs the steps that are left, with progress, metrics and saves.
  private func train(_ trainer: Trainer, record: JSONValue, path: String) throws {
    let start = Terminal.now
    var meter = Terminal.meter("training", unit: "steps", quiet: common.quiet)
    var log = try metrics.map { try MetricsLog(path: $0) }
    var smoothLoss: Double?
    let total = trainer.configuration.steps
    while trainer.step < total {
      do {
        try trainer.advance()
      } catch {
        meter.finish()
        try? log?.save(isLast: true)
        throw error
      }
      smoothLoss = (smoothLoss ?? trainer.batchLoss) * 0.98 + trainer.batchLoss * 0.02
      let now = Terminal.now
      meter.update(step: trainer.step, of: total, loss: smoothLoss, time: now)
      log?.note(trainer, seconds: now - start)
      if checkpointEvery > 0 && trainer.step % checkpointEvery == 0 && trainer.step < total {
        try save(trainer, record: record, path: path)
        try log?.save(isLast: false)
      }
    }
    meter.finish()
    try save(trainer, record: record, path: path, weightsOnly: weightsOnly)
    try log?.save(isLast: true)
    if !common.quiet {
      let estimate = trainer.ledger.integral
      let entropy = estimate.map {
        "; the ledger's entropy is " + formatEstimate($0.value, standardError: $0.standardError)
          + " nats"
      }
      Terminal.note(
        "trained \(trainer.step) steps in \(formatDuration(Terminal.now - start))\(entropy ?? "")")
      Terminal.note("wrote \(path)")
    }
  }

  private func save(
    _ trainer: Trainer, record: JSONValue, path: String, weightsOnly: Bool = false
  ) throws {
    try Checkpoint(
      configuration: trainer.configuration, dataset: record, state: trainer.state,
      ledger: trainer.ledger, step: trainer.step
    ).write(to: path, weightsOnly: weightsOnly)
  }

  /// What `--dry-run` prints.
  private func plan(_ options: TrainingConfiguration, data: Dataset, path: String) -> JSONValue {
    let shape = options.networkShape(dimension: data.law.dimension)
    return [
      "dataset": .string(data.name), "distribution": .string(data.distribution),
      "dimension": .number(Double(data.law.dimension)),
      "dataScale": .number(data.law.moments.scale), "config": options.json,
      "parameters": .number(Double(shape.parameterCount)),
      "operationsPerStep": .number(Double(shape.trainingFLOPsPerRow * options.batch)),
      "output": .string(path),
    ]
  }
}
