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

  /// Verifies all before the first word: results are of files that are whole.
  private func verify() throws {
    let results = try checkpoints.map { try Verification(path: $0) }
    guard json else {
      try Terminal.print(results.map(\.text).joined(separator: "\n"))
      return
    }
    let document: JSONValue =
      results.count == 1
      ? results[0].json
      : ["schema": "tinyscore.checks.v1", "checks": .array(results.map(\.json))]
    try Terminal.print(document.prettyText)
  }

  private func compare(_ left: String, _ right: String) throws {
    var comparison = try Comparison(Inspection(path: left), Inspection(path: right))
    comparison.compareFunctions(common)
    try Terminal.print(json ? comparison.json.prettyText : comparison.text)
    if !comparison.areEqual { throw ExitCode(ResultCode.checkFailed.rawValue) }
  }
}
