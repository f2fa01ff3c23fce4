import Foundation
import Testing

/// A new folder in which the built program runs, removed with its last owner.
final class Workplace: Sendable {
  let path: String

  init() throws {
    path = NSTemporaryDirectory() + "tinyscore-run-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// The path of a file in the folder.
  subscript(name: String) -> String { path + "/" + name }

  /// Makes a file of these bytes.
  func put(_ bytes: some Sequence<UInt8>, _ name: String) throws {
    try Data(bytes).write(to: URL(fileURLWithPath: self[name]))
  }

  /// Makes a file of this text.
  func put(_ text: String, _ name: String) throws { try put(text.utf8, name) }

  /// Makes the law of two points, `pair.json`.
  func putPair() throws {
    try put(#"{"distribution": "points", "points": [[1], [-1]]}"#, "pair.json")
  }

  /// Makes a folder in it.
  func makeFolder(_ name: String) throws {
    try FileManager.default.createDirectory(
      atPath: self[name], withIntermediateDirectories: false)
  }

  /// Removes a file.
  func remove(_ name: String) throws { try FileManager.default.removeItem(atPath: self[name]) }

  /// The bytes of a file.
  func bytes(_ name: String) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(fileURLWithPath: self[name])))
  }

  /// Whether there is a file of this name.
  func has(_ name: String) -> Bool { FileManager.default.fileExists(atPath: self[name]) }

  /// The bytes that a file has; 0 where there is none.
  func size(_ name: String) -> Int {
    (try? FileManager.default.attributesOfItem(atPath: self[name]))?[.size] as? Int ?? 0
  }

  /// All files, in all folders, by name with their bytes; none for folders.
  var contents: [String: [UInt8]] {
    let names = FileManager.default.subpaths(atPath: path) ?? []
    return Dictionary(uniqueKeysWithValues: names.map { ($0, (try? bytes($0)) ?? []) })
  }

  /// Runs the program with these words and waits for its end.
  ///
  /// `redirection` is put behind the command in a shell, such as `>/dev/full`; `environment` is all
  /// that the program sees, nil for what the tests see.
  func run(
    _ words: [String], redirection: String? = nil, environment: [String: String]? = nil
  ) async throws -> Outcome {
    await Turnstile.shared.enter()
    do {
      let outcome = try await runNow(words, redirection: redirection, environment: environment)
      await Turnstile.shared.leave()
      return outcome
    } catch {
      await Turnstile.shared.leave()
      throw error
    }
  }

  /// As `run`, of words that a space separates.
  func run(_ words: String, redirection: String? = nil) async throws -> Outcome {
    try await run(words.split(separator: " ").map(String.init), redirection: redirection)
  }

  /// A process of the program with these words, not yet running.
  func process(_ words: [String], redirection: String? = nil) -> Process {
    let process = Process()
    process.currentDirectoryURL = URL(fileURLWithPath: path)
    if let redirection {
      process.executableURL = URL(fileURLWithPath: "/bin/sh")
      process.arguments = ["-c", "exec \"$0\" \"$@\" \(redirection)", programPath] + words
    } else {
      process.executableURL = URL(fileURLWithPath: programPath)
      process.arguments = words
    }
    process.standardInput = FileHandle.nullDevice
    return process
  }

  private func runNow(
    _ words: [String], redirection: String?, environment: [String: String]?
  ) async throws -> Outcome {
    // Beside the folder, so that the folder holds what the program made and nothing else.
    let names = ["stdout", "stderr"].map { "\(path).\(UUID().uuidString).\($0)" }
    defer { for name in names { try? FileManager.default.removeItem(atPath: name) } }
    for name in names { try Data().write(to: URL(fileURLWithPath: name)) }
    let process = process(words, redirection: redirection)
    if let environment { process.environment = environment.merging(sanitizerOptions) { $1 } }
    let handles = try names.map { try FileHandle(forWritingTo: URL(fileURLWithPath: $0)) }
    // Closed here, as they otherwise stay open for some time: two for each of a thousand runs.
    defer { for handle in handles { try? handle.close() } }
    (process.standardOutput, process.standardError) = (handles[0], handles[1])
    try await process.runToEnd()
    let texts = try names.map {
      String(decoding: try Data(contentsOf: URL(fileURLWithPath: $0)), as: UTF8.self)
    }
    return Outcome(
      code: process.terminationReason == .exit
        ? process.terminationStatus : -process.terminationStatus,
      stdout: texts[0], stderr: texts[1])
  }
}

/// How a run of the program ended.
struct Outcome {
  /// The exit code; minus the signal's number where one ended it.
  let code: Int32
  let stdout: String
  let stderr: String
}

/// The program, which is built into the folder of the tests.
let programPath: String = {
  let tests = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
  let folder = URL(fileURLWithPath: tests ?? CommandLine.arguments[0]).deletingLastPathComponent()
  return folder.appendingPathComponent("tinyscore").path
}()

/// The sanitizer that the tests and the program are built with (`.ci/test-sanitized`), if any.
let sanitizer = ProcessInfo.processInfo.environment["TINYSCORE_SANITIZED"]

/// What tells a sanitizer in the program where to report.
private let sanitizerOptions = ProcessInfo.processInfo.environment.filter {
  sanitizer != nil && ($0.key.hasSuffix("SAN_OPTIONS") || $0.key == "LD_PRELOAD")
}

extension Process {
  /// Sends a signal to the process, once it runs and `isTime` says so.
  ///
  /// On a thread of its own: those of the tests may be busy for longer than a run may take.
  func send(_ signal: Int32, when isTime: @escaping @Sendable () -> Bool) {
    Thread.detachNewThread { [weak self] in
      while let self, !self.isRunning || !isTime() { usleep(10_000) }
      if let self { kill(self.processIdentifier, signal) }
    }
  }

  /// Runs the process and waits for its end; kills it after a minute, which no test takes, or
  /// after ten where a sanitizer makes all slow.
  func runToEnd() async throws {
    try await withCheckedThrowingContinuation { (done: CheckedContinuation<Void, any Error>) in
      terminationHandler = { _ in done.resume() }
      do {
        try run()
      } catch {
        terminationHandler = nil
        done.resume(throwing: error)
        return
      }
      let child = processIdentifier
      let seconds = sanitizer == nil ? 60.0 : 600
      DispatchQueue.global().asyncAfter(deadline: .now() + seconds) { [weak self] in
        if self?.isRunning == true { kill(child, SIGKILL) }
      }
    }
  }
}

/// Lets as many runs through at a time as there are cores for: the others wait.
private actor Turnstile {
  static let shared = Turnstile()
  private var places = 4
  private var waiting: [CheckedContinuation<Void, Never>] = []

  func enter() async {
    if places > 0 {
      places -= 1
    } else {
      await withCheckedContinuation { waiting.append($0) }
    }
  }

  func leave() {
    if waiting.isEmpty { places += 1 } else { waiting.removeFirst().resume() }
  }
}
