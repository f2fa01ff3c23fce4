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

  @Flag(help: "Go on from the last save; more --steps extend it.")
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
    if !dryRun { StopRequest.listen() }
    let whole = try Dataset(dataset, shareFolders: shareFolders)
    if dryRun { return try printPlan(start(on: whole), record: whole.record) }
    // What is wrong with the options of a run that begins is found before anything is made.
    let fresh = resume ? nil : try start(on: whole)
    if output == nil && !resume { try makeFolder("checkpoints") }
    try withOutputs([path], keepingTemporaries: resume) {
      try withOutputs([metrics]) { try train(fresh ?? start(on: whole), record: whole.record) }
    }
  }

  private func train(_ start: RunStart, record: JSONValue) throws {
    try prepareOutput(start)
    let trainer = start.trainer(workers: common.makeWorkers())
    var run = TrainingRun(
      trainer, record: record,
      saves: RunSaves(
        path: path, period: checkpointEvery, weightsOnly: weightsOnly, isBegun: resume,
        savedStep: start.isUnchanged ? trainer.step : nil),
      log: try metrics.map {
        try resume ? MetricsLog(path: $0, resumedAt: trainer.step) : MetricsLog(path: $0)
      }, quiet: common.quiet)
    try run.run()
  }

  /// The checkpoint.
  private var path: String { output ?? "checkpoints/\(Dataset.stem(of: dataset)).safetensors" }

  private func printPlan(_ start: RunStart, record: JSONValue) throws {
    try checkPlannedOutputs()
    let plan = TrainingPlan(
      start.configuration, data: start.data, output: path, metrics: metrics,
      stepsDone: start.saved?.checkpoint.step ?? 0, workers: common.makeWorkers())
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

  // MARK: - The start

  /// What the run begins with: the options of this call, or those of the run that goes on.
  private func start(on whole: Dataset) throws -> RunStart {
    guard resume else {
      let data = try whole.split(holdout: choices.holdout ?? 0, seed: common.seed).data
      let options = try choices.resolved(for: data, path: dataset, seed: common.seed)
      return RunStart(configuration: options, data: data, saved: nil)
    }
    guard !isStream(path) else {
      throw Failure.usage(
        "resume", expected: "an output that is a file", found: "a pipe or a device: \(path)")
    }
    let saved = try RunFiles(output: path).newest()
    let options = try choices.continued(
      saved.checkpoint.configuration, seed: common.givenSeed, path: saved.file)
    guard saved.checkpoint.dataset.canonicalText == whole.record.canonicalText else {
      throw Failure.usage(
        "resume", expected: "the data set that \(saved.file) was trained on",
        found: "another one; choose another --output")
    }
    let data = try whole.split(holdout: options.holdout, seed: options.seed).data
    try data.checkTrainable(path: dataset)
    try options.checkMemory(dimension: data.law.dimension)
    let start = RunStart(configuration: options, data: data, saved: saved)
    try start.check()
    return start
  }

  /// Says what is to be known before the run, and makes the output ready for it.
  private func prepareOutput(_ start: RunStart) throws {
    let files = RunFiles(output: path)
    if let saved = start.saved {
      start.report(output: path)
      try files.restore(saved)
    } else {
      warnOfReplacement()
    }
  }

  /// Says so if the run is to replace one that could go on.
  private func warnOfReplacement() {
    guard fileExists(path), !isStream(path), let contents = try? FileContents(path: path),
      contents.withBytes({ !$0.isEmpty })
    else { return }
    guard let old = try? Checkpoint(path: path) else {
      return Terminal.complain("\(path) is no whole checkpoint, and is replaced at the next save")
    }
    guard old.hasOptimizerState && old.step < old.configuration.steps else { return }
    Terminal.complain(
      "\(path) has a run that was stopped after step \(old.step) of \(old.configuration.steps), "
        + "and is replaced at the next save; --resume would go on with it")
  }
}
