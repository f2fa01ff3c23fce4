internal import JSONText
internal import Storage
internal import Training

/// `--metrics FILE.jsonl`: one JSON object a line, every hundredth step and the last.
struct MetricsLog: ~Copyable {
  private var lines = ""
  private let path: String

  init(path: String) throws {
    self.path = path
    // An output that cannot be made is an error before the run, not after it.
    try writeDurably([], to: path)
  }

  /// Notes a step, if it is its turn.
  mutating func note(_ trainer: Trainer, seconds: Double) throws {
    guard trainer.step % 100 == 0 || trainer.step == trainer.configuration.steps else { return }
    let record: JSONValue = [
      "step": .number(Double(trainer.step)), "seconds": .number(seconds),
      "loss": .number(trainer.batchLoss),
      "learningRate": .number(trainer.configuration.learningRate(step: trainer.step - 1)),
      "gradientNorm": .number(trainer.gradientNorm),
    ]
    lines += record.canonicalText + "\n"
  }

  /// Writes what was noted.
  consuming func close() throws { try writeDurably(Array(lines.utf8), to: path) }
}
