import Foundation
import JSONText
import Synchronization
import Testing

/// Runs that are asked to stop.
@Suite struct SignalTrials {
  private let place: Workplace
  private static let names = [
    SIGINT: "SIGINT", SIGTERM: "SIGTERM", SIGHUP: "SIGHUP", SIGUSR1: "SIGUSR1",
  ]
  private static let words = [
    "train", "plane.csv", "--output", "m.safetensors", "--steps", "1000", "--batch", "64",
    "--width", "4", "--depth", "1", "--threads", "1", "--checkpoint-every", "0",
  ]

  /// Runs the program as from a terminal: what its parent ignores it ignores too, as a shell does
  /// for what it runs in the background.
  private static let tracer = ["env", "--default-signal=INT,TERM,HUP,USR1"]

  init() throws {
    place = try Workplace()
    try place.put("1,2\n-1,0.5\n3,1\n0,0\n", "plane.csv")
  }

  /// Whether the process has begun to note the signal.
  private static func isNoted(_ signal: Int32, by process: Int32) -> Bool {
    let status = try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)
    let line = status?.split(separator: "\n").first { $0.hasPrefix("SigCgt:") }
    let signals = line.flatMap { UInt64($0.dropFirst(7).drop { $0 == "\t" }, radix: 16) } ?? 0
    return signals >> UInt64(signal - 1) & 1 == 1
  }

  /// How a run that was sent a signal ended, and how many seconds after it.
  private struct Stop: Sendable {
    let outcome: Outcome
    /// nil if the run had ended before.
    let seconds: Double?
  }

  /// Runs the program and sends it a signal some time after it has begun to note them.
  private static func run(
    _ words: [String], in place: Workplace, signal: Int32, after moment: Double
  ) async throws -> Stop {
    let seconds = Mutex<Double?>(nil)
    let outcome = try await place.run(words, under: Self.tracer) { process in
      let number = process.processIdentifier
      while !hasEnded(number) && !isNoted(signal, by: number) { usleep(200) }
      wait(moment, while: number)
      guard !hasEnded(number) else { return }
      let sent = Date()
      kill(number, signal)
      while !hasEnded(number) { usleep(1_000) }
      seconds.withLock { $0 = Date().timeIntervalSince(sent) }
    }
    return Stop(outcome: outcome, seconds: seconds.withLock { $0 })
  }

  @Test("At any moment, any signal that asks to stop leaves a checkpoint to go on from")
  func stop() async throws {
    let whole = try Workplace(copying: place)
    let measured = try await whole.run(Self.words)
    #expect(measured.code == 0, "\(measured)")
    let seconds = measured.seconds
    let result = try whole.bytes("m.safetensors")
    let seed: UInt64 = 2
    let count = TrialScale.count(small: 20, large: 200)
    let steps = try await TrialScale.results(0..<count) { [place] index in
      var moments = SplitMix(state: seed << 32 + UInt64(index))
      let place = try Workplace(copying: place)
      let signal = Self.names.keys.sorted()[index % 4]
      let moment = Double.random(in: 0...seconds, using: &moments)
      let stop = try await Self.run(Self.words, in: place, signal: signal, after: moment)
      let note = Comment("trial \(index) of seed \(seed): \(stop.outcome)")
      let saved = try await Self.expectSaved(stop, signal, in: place, result: result, note)
      if saved != nil { try await place.expectSuccess(Self.words + ["--resume"]) }
      #expect(try place.bytes("m.safetensors") == result, note)
      return saved
    }
    let stopped = steps.compactMap(\.self)
    #expect(!stopped.isEmpty && stopped.allSatisfy { (0..<1000).contains($0) })
    TrialScale.report(
      "SignalTrials: \(count) runs, \(stopped.count) stopped after "
        + "\(stopped.min() ?? 0) to \(stopped.max() ?? 0) of 1000 steps, the others were done: all "
        + "went on to equal bytes")
  }

  /// Expects the end of a run that was stopped, or had ended; returns the step at which it stands,
  /// nil if it had ended.
  private static func expectSaved(
    _ stop: Stop, _ signal: Int32, in place: Workplace, result: [UInt8], _ note: Comment
  ) async throws -> Int? {
    // After its last save a run has nothing left to lose, and ends by the signal.
    if stop.outcome.code != 75 {
      #expect([0, -signal].contains(stop.outcome.code), note)
      #expect(try place.bytes("m.safetensors") == result, note)
      return nil
    }
    #expect(place.contents.keys.sorted() == ["m.safetensors", "plane.csv"], note)
    for text in [try #require(names[signal]), "m.safetensors", "--resume"] {
      #expect(stop.outcome.stderr.contains(text), note)
    }
    try await place.expectSuccess(["inspect", "m.safetensors", "--check", "--quiet"])
    let saved = try JSONValue(
      reading: await place.expectSuccess(["inspect", "m.safetensors", "--json"]))
    guard case .number(let step)? = saved["progress"]?["step"] else { return nil }
    return Int(step)
  }

  @Test(
    "Each of the signals stops a run, also one that has just begun",
    arguments: [SIGINT, SIGTERM, SIGHUP, SIGUSR1])
  func kinds(signal: Int32) async throws {
    let words = Self.words + ["--steps", "1000000000"]
    for moment in [0, 0.1] {
      let stop = try await Self.run(words, in: place, signal: signal, after: moment)
      let note = Comment("\(stop.outcome)")
      #expect(stop.outcome.code == 75, note)
      let step = try await Self.expectSaved(stop, signal, in: place, result: [], note)
      #expect(try #require(step) >= 0)
      try place.remove("m.safetensors")
    }
  }

  @Test("A second SIGINT leaves at once, and the file as it was")
  func second() async throws {
    try await place.expectSuccess(Self.words)
    let before = place.contents
    // A step that takes some seconds, so that the signals meet it.
    let words = [
      "train", "plane.csv", "--output", "m.safetensors", "--steps", "10", "--batch", "262144",
      "--width", "256", "--depth", "3", "--quiet",
    ]
    let outcome = try await place.run(words, under: Self.tracer) { process in
      let number = process.processIdentifier
      // The first is noted once, and the second would be one with it if that had not come yet.
      for isNoted in [true, false] {
        while !hasEnded(number) && Self.isNoted(SIGINT, by: number) != isNoted { usleep(200) }
        if !hasEnded(number) { kill(number, SIGINT) }
      }
    }
    #expect(outcome.code == -SIGINT, "\(outcome)")
    #expect(before.allSatisfy { place.contents[$0.key] == $0.value })
    #expect(!place.contents.keys.contains { $0.hasSuffix(".tmp") })
  }

  @Test(
    "At default sizes a run ends within two seconds",
    .enabled(if: TrialScale.isLarge, "large trials only"))
  func duration() async throws {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    let law = root.appendingPathComponent("datasets/ring-8.json").path
    var moments = SplitMix(state: 3)
    var seconds: [Double] = []
    for index in 0..<20 {
      let stop = try await Self.run(
        ["train", law, "--output", "m\(index).safetensors", "--quiet"], in: place, signal: SIGTERM,
        after: Double.random(in: 0...4, using: &moments))
      #expect(stop.outcome.code == 75, "\(stop.outcome)")
      seconds.append(try #require(stop.seconds))
    }
    seconds.sort()
    #expect(seconds[19] < 2)
    TrialScale.report(
      String(
        format: "SignalTrials: from SIGTERM to the end at default sizes, 20 runs: median %.3f s, "
          + "maximum %.3f s", seconds[10], seconds[19]))
  }
}
