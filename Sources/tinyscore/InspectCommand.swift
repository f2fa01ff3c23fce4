internal import ArgumentParser
internal import JSONText
internal import Report
internal import Storage

/// `tinyscore inspect`: what is in a checkpoint, or in what two of them differ.
struct Inspect: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Shows what is in a checkpoint, or in what two of them differ.",
    usage: "tinyscore inspect <checkpoint> [<other checkpoint>] [<options>]",
    discussion: "Example: tinyscore inspect checkpoints/ring-8.safetensors --stats")

  @Argument(help: "One checkpoint, or two to compare.")
  var checkpoints: [String]

  @Flag(help: "As JSON.")
  var json = false

  @Flag(help: "Verify the file, and say only whether it is whole.")
  var check = false

  @Flag(help: "Also the range, mean and norm of every tensor.")
  var stats = false

  @OptionGroup(title: "Common options") var common: CommonOptions

  func validate() throws {
    guard checkpoints.count <= 2 else {
      throw ValidationError("expected one checkpoint or two, found \(checkpoints.count)")
    }
  }

  mutating func run() throws {
    if checkpoints.count == 2 {
      try compare(checkpoints[0], checkpoints[1])
      return
    }
    let inspection = try Inspection(path: checkpoints[0])
    if check {
      let report: JSONValue = [
        "schema": "tinyscore.check.v1", "path": .string(checkpoints[0]), "valid": true,
      ]
      try Terminal.print(
        json ? report.prettyText : "\(checkpoints[0]): whole, every hash and field agrees\n")
    } else {
      try Terminal.print(
        json ? inspection.json.prettyText : inspection.text(withStatistics: stats))
    }
  }

  private func compare(_ left: String, _ right: String) throws {
    let comparison = try Comparison(Inspection(path: left), Inspection(path: right))
    try Terminal.print(json ? comparison.json.prettyText : comparison.text)
    if !comparison.areEqual { throw ExitCode(ResultCode.checkFailed.rawValue) }
  }
}
