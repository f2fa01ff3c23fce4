internal import JSONText
internal import Storage
internal import Training

/// `--metrics FILE.jsonl`: one JSON object a line, every hundredth step and the last.
///
/// The file is written anew with every checkpoint, and when the run ends in whatever way.
struct MetricsLog {
  private var lines = ""
  private let path: String

  init(path: String) throws {
    self.path = path
    // An output that cannot be made is an error before the run, not after it.
    if path != "-" { try checkOutput(path) }
  }

  /// Notes a step, if it is its turn.
  mutating func note(_ trainer: Trainer, seconds: Double) {
    guard trainer.step % 100 == 0 || trainer.step == trainer.configuration.steps else { return }
    let record: JSONValue = [
      "step": .number(Double(trainer.step)), "seconds": .number(seconds),
      "loss": .number(trainer.batchLoss),
      "learningRate": .number(trainer.configuration.learningRate(step: trainer.step - 1)),
      "gradientNorm": .number(trainer.gradientNorm),
    ]
    lines += record.canonicalText + "\n"
  }

  /// Brings the file up to date; what goes to stdout or a pipe waits for the end.
  func save(isLast: Bool) throws {
    if isLast || !isStream(path) { try Terminal.save(lines, to: path) }
  }
}
