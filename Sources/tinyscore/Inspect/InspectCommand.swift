internal import ArgumentParser
internal import JSONText
internal import Report
internal import Storage

/// `tinyscore inspect`: what is in a checkpoint, or in what two of them differ.
struct Inspect: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Shows what is in a checkpoint, or in what two of them differ.",
    usage: "tinyscore inspect <checkpoint> [<other checkpoint>] [<options>]",
    discussion: """
      Two are compared by options, tensors and what they learned; exit 1: they differ.
      Example: tinyscore inspect checkpoints/ring-8.safetensors --stats
      """)

  @Argument(
    help: "One, or two to compare; any number with --check.",
    completion: .file(extensions: ["safetensors"]))
  var checkpoints: [String]

  @Flag(help: "As JSON.")
  var json = false

  @Flag(help: "Verify form, hash and every field against the others.")
  var check = false

  @Flag(help: "Also range, moments and histogram of every tensor.")
  var stats = false

  @OptionGroup(title: "Common options") var common: CommonOptions

  func validate() throws {
    guard check || checkpoints.count <= 2 else {
      throw ValidationError("expected one checkpoint or two, found \(checkpoints.count)")
    }
    guard !stats || !check && checkpoints.count == 1 else {
      throw ValidationError(
        "--stats: expected one checkpoint to show, found "
          + (check ? "--check" : "two to compare"))
    }
  }

  mutating func run() throws {
    if check {
      try verify()
    } else if checkpoints.count == 2 {
      try compare(checkpoints[0], checkpoints[1])
    } else {
      let inspection = try Inspection(path: checkpoints[0])
      try Terminal.print(
        json ? inspection.json.prettyText : inspection.text(withStatistics: stats))
    }
  }

  /// Verifies each and prints what was found of all; the exit code is that of the first failure.
  private func verify() throws {
    let results = try checkpoints.map { try Verification(path: $0) }
    if json {
      let document: JSONValue =
        results.count == 1
        ? results[0].json
        : ["schema": "tinyscore.checks.v1", "checks": .array(results.map(\.json))]
      try Terminal.print(document.prettyText)
    } else {
      try Terminal.print(results.compactMap(\.text).joined(separator: "\n"))
    }
    let failures = results.compactMap(\.failure)
    for failure in failures { Terminal.complain(failure.message) }
    if let first = failures.first { throw ExitCode(first.code.rawValue) }
  }

  private func compare(_ left: String, _ right: String) throws {
    var comparison = try Comparison(Inspection(path: left), Inspection(path: right))
    comparison.compareFunctions(common)
    try Terminal.print(json ? comparison.json.prettyText : comparison.text)
    if !comparison.areEqual { throw ExitCode(ResultCode.checkFailed.rawValue) }
  }
}
