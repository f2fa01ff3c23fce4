internal import JSONText
internal import Report
internal import Statistics
internal import Storage

/// What `inspect --check` verified of a checkpoint.
struct Verification {
  /// One kind of check, and what was found.
  private struct Check {
    let name: String
    let finding: String
    /// Whether it could be made: data may be elsewhere.
    var wasMade = true
  }

  private let path: String
  private let result: Result<[Check], Failure>

  /// Verifies the file `path`, up to the first thing that is wrong.
  init(path: String) throws {
    self.path = path
    do {
      result = .success(try Self.checks(path: path))
    } catch {
      guard let failure = Failure(error) else { throw error }
      result = .failure(failure)
    }
  }

  /// What is wrong; nil for a file that is whole.
  var failure: Failure? {
    if case .failure(let failure) = result { failure } else { nil }
  }

  private static func checks(path: String) throws -> [Check] {
    // Reading alone verifies form, hash and what is needed to go on.
    let inspection = try Inspection(path: path)
    let checkpoint = inspection.checkpoint
    try checkpoint.checkLedger(path: path)
    try checkpoint.checkEmbedding(path: path)
    let options = checkpoint.configuration
    let tensors = inspection.file.tensors.values
    let elements = tensors.reduce(0) { $0 + $1.shape.reduce(1, *) }
    return [
      Check(name: "header", finding: "the one encoding of its content, data aligned to 64 bytes"),
      Check(name: "hash", finding: "SHA-256 over all tensors and texts"),
      Check(
        name: "tensors",
        finding: "the \(tensors.count) of these options by name, type and shape; \(elements) finite"
      ),
      Check(
        name: "progress",
        finding: "step \(checkpoint.step) of \(options.steps), samples and generator as at it"),
      Check(name: "optimizer", finding: optimizer(checkpoint)),
      Check(
        name: "ledger",
        finding:
          "\(checkpoint.ledger.bandCount) bands hold the samples of the last steps, sums possible"),
      Check(
        name: "embedding",
        finding: "\(checkpoint.state.embedding.frequencies.count) frequencies, ascending"),
      try data(inspection),
    ]
  }

  private static func optimizer(_ checkpoint: Checkpoint) -> String {
    guard checkpoint.hasOptimizerState else { return "none, weights only" }
    let moments = "second moments not below 0"
    guard let defect = checkpoint.basisDefect else { return moments }
    return moments + ", bases orthonormal to \(formatNumber(Double(defect), significant: 1))"
  }

  /// Compares the mean and scale in the file with those of the data set.
  private static func data(_ inspection: Inspection) throws -> Check {
    let data: Dataset
    do {
      data = try inspection.trainingData()
    } catch {
      guard let reason = inspection.missingData(error) else { throw error }
      return Check(name: "data", finding: "not compared: \(reason)", wasMade: false)
    }
    try inspection.checkpoint.checkMoments(data.law.moments, path: inspection.path)
    return Check(name: "data", finding: "mean, scale and variance are those of \(data.name)")
  }

  /// What `inspect --check` prints of a file that is whole; nil for another.
  var text: String? {
    guard case .success(let checks) = result else { return nil }
    let isComplete = checks.allSatisfy(\.wasMade)
    var table = TextTable(
      title: "\(path): whole, every hash and field agrees"
        + (isComplete ? "" : ", the data not compared"),
      columns: [.init("check", alignment: .left), .init("finding", alignment: .left)])
    for check in checks { table.append([check.name, plainText(check.finding, limit: 300)]) }
    return table.text
  }

  /// What `inspect --check --json` prints, schema `tinyscore.check.v1`.
  ///
  /// A file that is not valid has no checks, and the message in their place.
  var json: JSONValue {
    let checks = (try? result.get()) ?? []
    return [
      "schema": "tinyscore.check.v1", "path": .string(path), "valid": .bool(failure == nil),
      "message": failure.map { .string($0.message) } ?? .null,
      "checks": .array(
        checks.map {
          ["name": .string($0.name), "made": .bool($0.wasMade), "finding": .string($0.finding)]
        }),
    ]
  }
}
