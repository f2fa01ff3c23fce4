internal import ArgumentParser
internal import Glibc
internal import Report

/// The program as a user starts it: its start-up, and the most memory it takes.
struct ProcessBenchmark {
  private let tool: String

  /// The program beside this one.
  init() throws {
    var buffer = [UInt8](repeating: 0, count: 4096)
    let count = buffer.withUnsafeMutableBytes { bytes in
      bytes.bindMemory(to: CChar.self).baseAddress.map {
        readlink("/proc/self/exe", $0, bytes.count)
      } ?? 0
    }
    let own = String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
    tool =
      own.split(separator: "/", omittingEmptySubsequences: false).dropLast()
      .joined(separator: "/") + "/tinyscore"
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
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
    var words: [UnsafeMutablePointer<CChar>?] = ([tool] + arguments).map { strdup($0) } + [nil]
    defer { for word in words { free(word) } }
    var (child, status, usage) = (pid_t(), Int32(0), rusage())
    let start = now()
    guard posix_spawn(&child, tool, &actions, nil, &words, environ) == 0 else {
      throw ValidationError("\(tool): cannot be started")
    }
    guard wait4(child, &status, 0, &usage) == child, status == 0 else {
      throw ValidationError("\(tool) \(arguments.joined(separator: " ")): ended with \(status)")
    }
    return (now() - start, Double(usage.ru_maxrss) * 1024 / 1e6)
  }
}
