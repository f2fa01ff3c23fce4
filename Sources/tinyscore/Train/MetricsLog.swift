internal import Estimation
internal import JSONText
internal import Storage
internal import Training

/// `--metrics FILE.jsonl`: one JSON object a line, every hundredth step and the last.
///
/// The file is brought up to date every five seconds, with every checkpoint, and when the run ends
/// in whatever way. Times stand here alone: a checkpoint holds nothing that differs from run to
/// run.
struct MetricsLog {
  private let path: String
  private var file: LineFile
  /// The lines that are not in the file yet.
  private var lines = ""
  /// The last line's step, and when that was, in seconds of training over all runs.
  private var last: (step: Int, seconds: Double)
  /// The seconds of training before this run.
  private let secondsBefore: Double
  private var lastUpdate = 0.0
  /// Whether the last update failed.
  private var isBehind = false

  /// Steps from one line to the next.
  static let period = 100
  /// Seconds between two updates of the file.
  private static let updateInterval = 5.0
  /// The groups into which a line puts the bands of the ledger.
  private static let groupCount = 12

  /// The log of a run that begins, in the place of an older one.
  init(path: String) throws {
    try Self.check(path)
    try Self.checkIsLog(path)
    self.init(path: path, file: LineFile(path: path), step: 0)
  }

  /// The log of a run that goes on after step `step`: the lines up to there stay, later ones go.
  ///
  /// Throws if the file is there and is no log.
  init(path: String, resumedAt step: Int) throws {
    try Self.check(path)
    guard !isStream(path), fileExists(path) else {
      self.init(path: path, file: LineFile(path: path), step: step)
      return
    }
    let kept = try LoggedLines(FileContents(path: path), upTo: step)
    self.init(
      path: path, file: LineFile(path: path, keeping: kept.length), step: step,
      seconds: kept.seconds)
  }

  private init(path: String, file: LineFile, step: Int, seconds: Double = 0) {
    (self.path, self.file) = (path, file)
    last = (step, seconds)
    secondsBefore = seconds
  }

  /// Throws if no log can be made at `path`: an error before the run, not after it.
  static func check(_ path: String) throws {
    if path != "-" { try checkOutput(path) }
  }

  /// Throws if there is a file at `path` that is no log: another name led there.
  private static func checkIsLog(_ path: String) throws {
    guard !isStream(path), fileExists(path) else { return }
    let isLog = try FileContents(path: path).withBytes { bytes in
      bytes.isEmpty || bytes[0] == UInt8(ascii: "{")
    }
    guard isLog else {
      throw Failure.usage(
        "metrics", expected: "a log of an earlier run or no file, to be replaced",
        found: "another kind of file at \(path); choose another name")
    }
  }

  /// Notes a step after `seconds` of this run, if it is its turn, and updates the file, if that is
  /// due.
  mutating func note(_ trainer: Trainer, seconds: Double) {
    if trainer.step % Self.period == 0 || trainer.step == trainer.configuration.steps {
      lines += record(trainer, seconds: secondsBefore + seconds).canonicalText + "\n"
      last = (trainer.step, secondsBefore + seconds)
    }
    guard seconds - lastUpdate >= Self.updateInterval else { return }
    lastUpdate = seconds
    saveOnTheWay()
  }

  /// Brings the file up to date; says so, once, if that fails, and goes on: a log that cannot be
  /// written must not end the training.
  mutating func saveOnTheWay() {
    do {
      try save()
      isBehind = false
    } catch {
      if !isBehind { Terminal.complain("\(error); the run goes on, and tries again") }
      isBehind = true
    }
  }

  private func record(_ trainer: Trainer, seconds: Double) -> JSONValue {
    let entropy = trainer.ledger.integral
    let groups = trainer.ledger.groups(Self.groupCount)
    let elapsed = seconds - last.seconds
    return [
      "step": .number(Double(trainer.step)), "seconds": .number(seconds),
      "stepsPerSecond": JSONValue(
        elapsed > 0 ? Double(trainer.step - last.step) / elapsed : nil),
      "loss": .number(trainer.batchLoss),
      "learningRate": .number(trainer.configuration.learningRate(step: trainer.step - 1)),
      "gradientNorm": .number(trainer.gradientNorm),
      "entropy": JSONValue(entropy?.value),
      "entropyStandardError": JSONValue(entropy?.standardError),
      "bandSigmas": JSONValue(groups.map(\.sigma)),
      "bandLosses": .array(groups.map { JSONValue($0.loss?.value) }),
      "bandStandardErrors": .array(groups.map { JSONValue($0.loss?.standardError) }),
    ]
  }

  /// Brings the file up to date; what goes to stdout or a pipe waits for the end.
  private mutating func save() throws {
    guard !isStream(path) else { return }
    try file.append(lines)
    lines = ""
  }

  /// Brings the file up to date when the run has ended.
  mutating func finish() throws {
    guard isStream(path) else { return try save() }
    // Nobody may be reading the pipe, and nothing is lost any more by an early end.
    StopRequest.release()
    try Terminal.save(lines, to: path)
  }
}
