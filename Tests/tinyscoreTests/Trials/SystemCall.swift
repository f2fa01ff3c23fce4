import Foundation

/// A system call of a run that concerns a folder, as `strace` lists it.
struct SystemCall: Sendable {
  let name: String
  /// Which of the calls of this name it is in the run, from 1.
  let number: Int
  /// The file, or the folder itself.
  let path: String

  /// The calls by which a file comes, changes or goes; those that this machine's kernel lacks are
  /// no matter.
  private static let kinds = [
    "open", "openat", "creat", "write", "pwrite64", "writev", "fsync", "fdatasync", "rename",
    "renameat", "renameat2", "truncate", "ftruncate", "fallocate", "unlink", "unlinkat", "link",
    "linkat", "symlink", "symlinkat", "mkdir", "mkdirat", "fchmod", "fchmodat", "flock",
    "copy_file_range", "sendfile", "sync_file_range",
  ]

  /// Whether `strace` is there and may trace.
  static let canBeTraced: Bool = {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["strace", "-o", "/dev/null", "true"]
    process.standardError = FileHandle.nullDevice
    do { try process.run() } catch { return false }
    process.waitUntilExit()
    return process.terminationReason == .exit && process.terminationStatus == 0
  }()

  /// The program that lists the calls of the main thread, which alone saves, in the file `log`.
  static func tracer(log: String) -> [String] {
    ["strace", "-y", "-o", log, "-e", "trace=" + kinds.map { "?" + $0 }.joined(separator: ",")]
  }

  /// The calls in a list that write to `folder` or change its names, in order.
  static func list(_ text: String, in folder: String) -> [SystemCall] {
    var counts: [Substring: Int] = [:]
    return text.split(separator: "\n").compactMap { line in
      guard let (name, arguments) = split(line, at: "(") else { return nil }
      counts[name, default: 0] += 1
      guard let path = path(arguments, in: folder), !isReading(arguments),
        path == folder || path.hasPrefix(folder + "/")
      else { return nil }
      return SystemCall(name: String(name), number: counts[name] ?? 0, path: path)
    }
  }

  /// What the call is about: `3</a/file>, …`, `AT_FDCWD</a>, "file", …` or `"file", …`.
  private static func path(_ arguments: Substring, in folder: String) -> String? {
    if let (number, rest) = split(arguments, at: "<"), Int(number) != nil {
      return split(rest, at: ">").map { String($0.0) }
    }
    guard let (_, rest) = split(arguments, at: "\""), let (name, _) = split(rest, at: "\"") else {
      return nil
    }
    if name.hasPrefix("/") { return String(name) }
    return folder + "/" + (name.hasPrefix("./") ? name.dropFirst(2) : name)
  }

  /// Whether the call opens a file, and not a folder, to read.
  private static func isReading(_ arguments: Substring) -> Bool {
    arguments.contains("O_RDONLY") && !arguments.contains("O_DIRECTORY")
  }

  private static func split(
    _ text: Substring, at character: Character
  ) -> (Substring, Substring)? {
    guard let index = text.firstIndex(of: character) else { return nil }
    return (text[..<index], text[text.index(after: index)...])
  }
}

/// What happens at a system call, in place of it.
struct Fault: Sendable, CustomStringConvertible {
  enum Effect: String, CaseIterable {
    case kill = "SIGKILL"
    case inputOutputError = "EIO"
    case diskFull = "ENOSPC"
    case interruption = "EINTR"
  }

  let call: SystemCall
  let effect: Effect
  /// Whether it happens to all later calls of the same name too.
  let persists: Bool

  /// All faults of a call; a run is killed once only.
  static func all(_ call: SystemCall) -> [Fault] {
    Effect.allCases.flatMap { effect in
      (effect == .kill ? [false] : [false, true]).map {
        Fault(call: call, effect: effect, persists: $0)
      }
    }
  }

  /// The program that makes it happen, and says so in the file `log`.
  func tracer(log: String) -> [String] {
    let action = (effect == .kill ? "signal=" : "error=") + effect.rawValue
    let when = "when=\(call.number)\(persists ? "+" : "")"
    return [
      "strace", "-y", "-o", log, "-e", "trace=\(call.name)", "-e",
      "inject=\(call.name):\(action):\(when)",
    ]
  }

  /// Whether the file of a removal that fails stays.
  var sparesFiles: Bool { effect == .kill || call.name.hasPrefix("unlink") }

  var description: String {
    "\(effect.rawValue) at \(call.name) \(call.number)\(persists ? " and later" : "") of \(call.path)"
  }
}
