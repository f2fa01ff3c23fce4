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
  }

  mutating func run() throws {
    let whole = try Dataset(dataset, shareFolders: shareFolders)
    let data = try whole.training(holdout: choices.holdout, seed: common.seed)
    let options = try choices.resolved(for: data, seed: common.seed)
    let path = output ?? "checkpoints/\(whole.name).safetensors"
    if dryRun {
      try Terminal.print(plan(options, data: data, path: path).prettyText)
      return
    }
    if output == nil { try makeFolder("checkpoints") }
    let lock = try RunLock(path: path)
    lock.removeAbandonedFiles()
    let trainer = try makeTrainer(options, data: data, path: path)
    try train(trainer, record: whole.record, path: path)
    _ = consume lock
  }

  /// The run: fresh, or from the checkpoint at the output.
  private func makeTrainer(
    _ options: TrainingConfiguration, data: Dataset, path: String
  ) throws -> Trainer {
    let workers = common.makeWorkers()
    guard resume else {
      return Trainer(
        configuration: options, source: data.law,
        state: TrainingState(
          shape: options.networkShape(dimension: data.law.dimension), moments: data.law.moments,
          seed: options.seed),
        ledger: LossLedger(
          range: options.range, totalVariance: data.law.moments.totalVariance,
          dataScale: data.law.moments.scale, pageSteps: max(1, options.steps / 20)), step: 0,
        workers: workers)
    }
    let saved = try Checkpoint(path: path)
    guard saved.configuration == options && saved.hasOptimizerState else {
      throw Failure(
        .usage,
        "--resume: expected the options and the data of \(path), found others; "
          + "'tinyscore inspect' shows what they were")
    }
    return Trainer(
      configuration: options, source: data.law, state: saved.state, ledger: saved.ledger,
      step: saved.step, workers: workers)
  }

  /// Runs the steps that are left, with progress, metrics and saves.
  private func train(_ trainer: Trainer, record: JSONValue, path: String) throws {
    let start = Terminal.now
    var meter = Terminal.meter("training", unit: "steps", quiet: common.quiet)
    var log = try metrics.map { try MetricsLog(path: $0) }
    var smoothLoss: Double?
    let total = trainer.configuration.steps
    while trainer.step < total {
      try trainer.advance()
      smoothLoss = (smoothLoss ?? trainer.batchLoss) * 0.98 + trainer.batchLoss * 0.02
      let now = Terminal.now
      meter.update(step: trainer.step, of: total, loss: smoothLoss, time: now)
      try log?.note(trainer, seconds: now - start)
      if checkpointEvery > 0 && trainer.step % checkpointEvery == 0 && trainer.step < total {
        try save(trainer, record: record, path: path)
      }
    }
    meter.finish()
    try log?.close()
    try save(trainer, record: record, path: path, weightsOnly: weightsOnly)
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
    trainer.collectLedger()
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
