import Foundation
import Synchronization
import Testing

/// A new folder in which the built program runs, removed with its last owner.
final class Workplace: Sendable {
  let path: String

  init() throws {
    path = NSTemporaryDirectory() + "tinyscore-run-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
  }

  /// A new folder with the files of another.
  init(copying other: Workplace) throws {
    path = NSTemporaryDirectory() + "tinyscore-run-" + UUID().uuidString
    try FileManager.default.copyItem(atPath: other.path, toPath: path)
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
  /// that the program sees, nil for what the tests see; `tracer` is a program that runs it, with its
  /// options; `act` is done meanwhile, on a thread of its own.
  func run(
    _ words: [String], redirection: String? = nil, environment: [String: String]? = nil,
    under tracer: [String] = [], during act: (@Sendable (Process) -> Void)? = nil
  ) async throws -> Outcome {
    try await inTurn {
      try await runNow(
        words, redirection: redirection, environment: environment, under: tracer, during: act)
    }
  }

  /// Runs the program with each of these words, all at the same time, and waits for the end of all.
  ///
  /// `act` is done meanwhile, on a thread of its own.
  func runTogether(
    _ runs: [[String]], during act: @escaping @Sendable ([Process]) -> Void
  ) async throws -> [Outcome] {
    try await inTurn {
      let gathered = Gathering(runs.count, act)
      return try await withThrowingTaskGroup(of: (Int, Outcome).self) { group in
        for (index, words) in runs.enumerated() {
          group.addTask {
            let outcome = try await self.runNow(words) { gathered.add($0, at: index) }
            return (index, outcome)
          }
        }
        return try await group.reduce(into: []) { $0.append($1) }
          .sorted { $0.0 < $1.0 }.map(\.1)
      }
    }
  }

  /// What `body` returns when its turn has come.
  private func inTurn<Result>(_ body: () async throws -> Result) async throws -> Result {
    await Turnstile.shared.enter()
    do {
      let result = try await body()
      await Turnstile.shared.leave()
      return result
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
  func process(
    _ words: [String], redirection: String? = nil, under tracer: [String] = []
  ) -> Process {
    let process = Process()
    process.currentDirectoryURL = URL(fileURLWithPath: path)
    if let redirection {
      process.executableURL = URL(fileURLWithPath: "/bin/sh")
      process.arguments = ["-c", "exec \"$0\" \"$@\" \(redirection)", programPath] + words
    } else if !tracer.isEmpty {
      process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
      process.arguments = tracer + [programPath] + words
    } else {
      process.executableURL = URL(fileURLWithPath: programPath)
      process.arguments = words
    }
    process.standardInput = FileHandle.nullDevice
    return process
  }

  private func runNow(
    _ words: [String], redirection: String? = nil, environment: [String: String]? = nil,
    under tracer: [String] = [], during act: (@Sendable (Process) -> Void)? = nil
  ) async throws -> Outcome {
    // Beside the folder, so that the folder holds what the program made and nothing else.
    let names = ["stdout", "stderr"].map { "\(path).\(UUID().uuidString).\($0)" }
    defer { for name in names { try? FileManager.default.removeItem(atPath: name) } }
    for name in names { try Data().write(to: URL(fileURLWithPath: name)) }
    let process = process(words, redirection: redirection, under: tracer)
    if let environment { process.environment = environment.merging(sanitizerOptions) { $1 } }
    let handles = try names.map { try FileHandle(forWritingTo: URL(fileURLWithPath: $0)) }
    // Closed here, as they otherwise stay open for some time: two for each of a thousand runs.
    defer { for handle in handles { try? handle.close() } }
    (process.standardOutput, process.standardError) = (handles[0], handles[1])
    let start = ContinuousClock.now
    try await process.runToEnd(during: act)
    let duration = ContinuousClock.now - start
    let texts = try names.map {
      String(decoding: try Data(contentsOf: URL(fileURLWithPath: $0)), as: UTF8.self)
    }
    return Outcome(
      code: process.terminationReason == .exit
        ? process.terminationStatus : -process.terminationStatus,
      stdout: texts[0], stderr: texts[1], seconds: duration / .seconds(1))
  }
}

/// How a run of the program ended.
struct Outcome {
  /// The exit code; minus the signal's number where one ended it.
  let code: Int32
  let stdout: String
  let stderr: String
  /// How long it took, without the wait for its turn.
  let seconds: Double
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
  ///
  /// `act` is done meanwhile, on a thread of its own; its end is waited for too.
  func runToEnd(during act: (@Sendable (Process) -> Void)? = nil) async throws {
    let acting = AsyncStream<Never>.makeStream()
    try await withCheckedThrowingContinuation { (done: CheckedContinuation<Void, any Error>) in
      terminationHandler = { _ in done.resume() }
      do {
        try run()
      } catch {
        terminationHandler = nil
        done.resume(throwing: error)
        return
      }
      Thread.detachNewThread {
        act?(self)
        acting.continuation.finish()
      }
      let child = processIdentifier
      let seconds = sanitizer == nil ? 60.0 : 600
      DispatchQueue.global().asyncAfter(deadline: .now() + seconds) { [weak self] in
        if self?.isRunning == true { kill(child, SIGKILL) }
      }
    }
    for await _ in acting.stream {}
  }
}

/// Processes that are acted upon together, once all of them run.
private final class Gathering: Sendable {
  private let processes: Mutex<[Int: Process]>
  private let count: Int
  private let act: @Sendable ([Process]) -> Void

  init(_ count: Int, _ act: @escaping @Sendable ([Process]) -> Void) {
    processes = Mutex([:])
    (self.count, self.act) = (count, act)
  }

  /// Adds a process that runs; with the last one, acts.
  func add(_ process: Process, at index: Int) {
    let all = processes.withLock { processes in
      processes[index] = process
      return processes.count == count ? processes : nil
    }
    if let all { act(all.sorted { $0.key < $1.key }.map(\.value)) }
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
