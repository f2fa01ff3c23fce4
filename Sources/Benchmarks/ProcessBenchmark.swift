internal import ArgumentParser
internal import Glibc
internal import Report

/// The program as a user starts it: its start-up, and the most memory it takes.
struct ProcessBenchmark {
  private let tool: String

  /// The program beside this one.
  init() throws {
    tool =
      CommandLine.arguments[0].split(separator: "/", omittingEmptySubsequences: false).dropLast()
      .map { $0 + "/" }.joined() + "tinyscore"
    guard access(tool, X_OK) == 0 else { throw ValidationError("\(tool): expected a program") }
  }

  func table(repeats: Int) throws -> TextTable {
    var table = TextTable(
      title: "The program as a process",
      columns: [
        .init("command", alignment: .left), .init("time", unit: "ms"),
        .init("peak memory", unit: "MB"),
      ])
    let checkpoint = "/tmp/tinyscore-benchmark-\(getpid()).safetensors"
    defer { unlink(checkpoint) }
    for arguments in [
      ["--version"], ["datasets"],
      ["train", "ring-8", "--steps", "500", "--quiet", "--output", checkpoint],
      ["evaluate", checkpoint, "--quiet"],
    ] {
      // A run of the second kind would find its checkpoint, and refuse to go over it.
      let count = arguments[0] == "--version" ? 4 * repeats : 1
      let runs = try (0..<count).map { _ in try run(arguments) }
      table.append([
        "tinyscore "
          + arguments.map { $0 == checkpoint ? "FILE" : $0 }.joined(separator: " "),
        figure(median(runs.map(\.seconds)) * 1e3), figure(median(runs.map(\.megabytes))),
      ])
    }
    return table
  }

  private func run(_ arguments: [String]) throws -> (seconds: Double, megabytes: Double) {
    let start = now()
    let result = try Subprocess.run(
      tool, arguments, input: [], environment: [], timeout: 300, package: "tinyscore")
    guard result.status == 0 else {
      throw ValidationError(
        "\(tool) \(arguments.joined(separator: " ")): ended with \(result.status)")
    }
    return (now() - start, Double(result.peakMemory) / 1e6)
  }
}
