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
  let quiet: Bool
  private var saves: RunSaves
  private var log: MetricsLog?
  private let start = Terminal.now

  init(_ trainer: Trainer, record: JSONValue, saves: RunSaves, log: MetricsLog?, quiet: Bool) {
    self.trainer = trainer
    self.record = record
    self.saves = saves
    self.log = log
    self.quiet = quiet
  }

  private var total: Int { trainer.configuration.steps }

  /// Runs the steps that are left.
  mutating func run() throws {
    do {
      try advanceToEnd()
      log?.saveOnTheWay()
      try saves.saveToLeave(checkpoint, isDone: true)
    } catch {
      // What was logged says how it came to that.
      try? log?.finish()
      throw error
    }
    try log?.finish()
    if !quiet { report() }
  }

  private mutating func advanceToEnd() throws {
    var meter = Terminal.meter("training", unit: "steps", quiet: quiet)
    defer { meter.finish() }
    var smoothLoss: Double?
    while trainer.step < total {
      if let signal = StopRequest.signal {
        meter.finish()
        try endEarly(signal)
      }
      try trainer.advance()
      smoothLoss = (smoothLoss ?? trainer.batchLoss) * 0.98 + trainer.batchLoss * 0.02
      let now = Terminal.now
      meter.update(step: trainer.step, of: total, loss: smoothLoss, note: entropy, time: now)
      log?.note(trainer, seconds: now - start)
      if trainer.step < total && saves.isDue(step: trainer.step, time: now) {
        // The log first: what goes on after this checkpoint does not write its lines again.
        log?.saveOnTheWay()
        saves.saveOnTheWay(checkpoint, time: now)
      }
    }
  }

  /// Saves the run as it stands, and ends it.
  private mutating func endEarly(_ signal: String) throws {
    // An untrained network is no reason to replace a file.
    let isKept = trainer.step == 0 && fileExists(saves.path)
    log?.saveOnTheWay()
    if !isKept { try saves.saveToLeave(checkpoint, isDone: false) }
    throw Failure(
      .stopped,
      "stopped by \(signal) after step \(trainer.step) of \(total); "
        + (isKept
          ? "\(saves.path) is as it was" : "\(saves.path) is saved, go on with --resume"))
  }

  private var checkpoint: Checkpoint {
    Checkpoint(
      configuration: trainer.configuration, dataset: record, state: trainer.state,
      ledger: trainer.ledger, history: trainer.history, step: trainer.step)
  }

  /// The total entropy so far, from above: the loss of a network that still learns is too large.
  private var entropy: String {
    trainer.ledger.integral.map {
      "H ≤ \(formatEstimate($0.value, standardError: $0.standardError)) nats"
    } ?? ""
  }

  private func report() {
    let entropy = trainer.ledger.integral.map {
      "; the ledger's entropy is " + formatEstimate($0.value, standardError: $0.standardError)
        + " nats"
    }
    Terminal.note(
      "trained \(trainer.step) steps in \(formatDuration(Terminal.now - start))\(entropy ?? "")")
    Terminal.note("wrote \(saves.path)")
  }
}
