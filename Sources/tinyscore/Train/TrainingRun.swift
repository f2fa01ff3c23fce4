internal import Estimation
internal import JSONText
internal import Report
internal import Storage
internal import Training

/// A run of `train` from where it stands to its last step, with progress, metrics and saves.
struct TrainingRun {
  let trainer: Trainer
  /// What the checkpoint says about the data set.
  let record: JSONValue
  /// The checkpoint.
  let path: String
  /// Steps between saves on the way, 0 for none.
  let checkpointEvery: Int
  let weightsOnly: Bool
  let quiet: Bool
  private var log: MetricsLog?
  private let start = Terminal.now

  init(
    _ trainer: Trainer, record: JSONValue, path: String, checkpointEvery: Int,
    weightsOnly: Bool,
    quiet: Bool, log: MetricsLog?
  ) {
    self.trainer = trainer
    self.record = record
    self.path = path
    self.checkpointEvery = checkpointEvery
    self.weightsOnly = weightsOnly
    self.quiet = quiet
    self.log = log
  }

  /// Runs the steps that are left.
  mutating func run() throws {
    StopRequest.listen()
    do {
      try advanceToEnd()
      try save(weightsOnly: weightsOnly)
    } catch {
      // What was logged says how it came to that.
      try? log?.save(isLast: true)
      throw error
    }
    try log?.save(isLast: true)
    if !quiet { report() }
  }

  private mutating func advanceToEnd() throws {
    var meter = Terminal.meter("training", unit: "steps", quiet: quiet)
    defer { meter.finish() }
    var smoothLoss: Double?
    let total = trainer.configuration.steps
    while trainer.step < total {
      try trainer.advance()
      smoothLoss = (smoothLoss ?? trainer.batchLoss) * 0.98 + trainer.batchLoss * 0.02
      let now = Terminal.now
      meter.update(step: trainer.step, of: total, loss: smoothLoss, note: entropy, time: now)
      log?.note(trainer, seconds: now - start)
      if checkpointEvery > 0 && trainer.step % checkpointEvery == 0 && trainer.step < total {
        try save(weightsOnly: false)
        try log?.save(isLast: false)
      }
      if trainer.step < total, let signal = StopRequest.signal {
        meter.finish()
        try endEarly(signal)
      }
    }
  }

  /// Saves the run as it stands, and ends it.
  private func endEarly(_ signal: String) throws {
    try save(weightsOnly: false)
    throw Failure(
      .stopped,
      "stopped by \(signal) after step \(trainer.step) of \(trainer.configuration.steps); "
        + "\(path) is saved, go on with --resume")
  }

  /// The total entropy so far, from above: the loss of a network that still learns is too large.
  private var entropy: String {
    trainer.ledger.integral.map {
      "H ≤ \(formatEstimate($0.value, standardError: $0.standardError)) nats"
    } ?? ""
  }

  private func save(weightsOnly: Bool) throws {
    try Checkpoint(
      configuration: trainer.configuration, dataset: record, state: trainer.state,
      ledger: trainer.ledger, history: trainer.history, step: trainer.step
    ).write(to: path, weightsOnly: weightsOnly)
  }

  private func report() {
    let entropy = trainer.ledger.integral.map {
      "; the ledger's entropy is " + formatEstimate($0.value, standardError: $0.standardError)
        + " nats"
    }
    Terminal.note(
      "trained \(trainer.step) steps in \(formatDuration(Terminal.now - start))\(entropy ?? "")")
    Terminal.note("wrote \(path)")
  }
}
