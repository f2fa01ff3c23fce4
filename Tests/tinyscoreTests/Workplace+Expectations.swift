import JSONText
import Testing

/// Options that make a run small.
let smallRun = ["--steps", "100", "--batch", "512", "--width", "8", "--depth", "1", "--quiet"]
/// Options that make an evaluation small.
let smallEvaluation = ["--levels", "5", "--samples", "256", "--paths", "32", "--quiet"]

extension Workplace {
  /// Expects that the program refuses these words: with this exit code, one message on stderr that
  /// holds every one of `mentions`, nothing on stdout, and every file as it was.
  func expectError(
    _ code: Int32, _ words: [String], redirection: String? = nil, mentions: [String] = [],
    sourceLocation: SourceLocation = #_sourceLocation
  ) async throws {
    let before = contents
    let outcome = try await run(words, redirection: redirection)
    let lines = outcome.stderr.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(outcome.code == code, "\(words): \(outcome.stderr)", sourceLocation: sourceLocation)
    #expect(outcome.stdout == "", sourceLocation: sourceLocation)
    #expect(
      lines.count == 2 && lines[0].hasPrefix("tinyscore: ") && lines[1].isEmpty,
      "\(words): \(outcome.stderr)", sourceLocation: sourceLocation)
    for text in mentions {
      #expect(
        outcome.stderr.contains(text), "\(words): \(outcome.stderr)",
        sourceLocation: sourceLocation)
    }
    let after = contents
    #expect(after.keys.sorted() == before.keys.sorted(), sourceLocation: sourceLocation)
    #expect(after == before, "a file has changed", sourceLocation: sourceLocation)
  }

  /// As `run`, of a run that must succeed; returns its stdout.
  @discardableResult
  func expectSuccess(
    _ words: [String], sourceLocation: SourceLocation = #_sourceLocation
  ) async throws -> String {
    let outcome = try await run(words)
    #expect(
      outcome.code == 0, "\(words): \(outcome.stderr)", sourceLocation: sourceLocation)
    return outcome.stdout
  }

  /// Trains a small network on `dataset`, with no word about it.
  func train(
    _ dataset: String, to output: String, _ options: [String] = [],
    sourceLocation: SourceLocation = #_sourceLocation
  ) async throws {
    let outcome = try await run(["train", dataset, "--output", output] + smallRun + options)
    #expect(outcome.code == 0, "\(outcome.stderr)", sourceLocation: sourceLocation)
    #expect(outcome.stdout == "" && outcome.stderr == "", sourceLocation: sourceLocation)
    #expect(has(output), sourceLocation: sourceLocation)
  }

  /// The JSON that a small evaluation of `model` gives.
  func evaluation(
    _ model: String, _ options: [String] = [], sourceLocation: SourceLocation = #_sourceLocation
  ) async throws -> JSONValue {
    let words = ["evaluate", model, "--json", "-"] + smallEvaluation + options
    return try JSONValue(
      reading: await expectSuccess(words, sourceLocation: sourceLocation))
  }
}
