import Foundation
import JSONText
import Testing

/// A command that saves, and how to go on after a fault.
struct SavingRun: Sendable {
  let words: [String]
  /// The words that go on from what was saved; the same again where nothing is gone on with.
  let recovery: [String]
  /// The folder before the run.
  let before: Workplace
  /// The files after a run without faults.
  let result: [String: [UInt8]]
  /// The calls that concern the folder.
  let calls: [SystemCall]

  /// Makes a run without faults, listed.
  init(_ words: [String], recovery: [String] = [], in before: Workplace) async throws {
    (self.words, self.before) = (words, before)
    self.recovery = recovery.isEmpty ? words : recovery
    let place = try Workplace(copying: before)
    let list = place.path + ".calls"
    defer { try? FileManager.default.removeItem(atPath: list) }
    let outcome = try await place.run(words, under: SystemCall.tracer(log: list))
    #expect(outcome.code == 0, "\(words): \(outcome.stderr)")
    result = place.contents
    let text = try String(contentsOfFile: list, encoding: .utf8)
    calls = SystemCall.list(text, in: place.path)
  }

  /// Expects that every file is on the disk before it gets its name, and the name after that.
  func expectDurability() {
    for (index, call) in calls.enumerated() where call.name.hasPrefix("rename") {
      let lastOfFile = calls[..<index].last { $0.path == call.path }
      #expect(lastOfFile?.name == "fsync", "\(call)")
      let nextSync = calls[index...].first { $0.name == "fsync" }
      let folder = URL(fileURLWithPath: call.path).deletingLastPathComponent().path
      #expect(nextSync?.path == folder, "\(call)")
    }
  }

  /// What a fault came to.
  enum End: Hashable { case survived, failed, killed }

  /// Makes a run with a fault and goes on after it; expects that nothing is lost.
  func run(_ fault: Fault) async throws -> End {
    let place = try Workplace(copying: before)
    let log = place.path + ".calls"
    defer { try? FileManager.default.removeItem(atPath: log) }
    let outcome = try await place.run(words, under: fault.tracer(log: log))
    let note = Comment("\(fault): \(outcome.code), \(outcome.stderr)")
    let trace = try String(contentsOfFile: log, encoding: .utf8)
    #expect(
      fault.effect == .kill ? trace.contains("killed by SIGKILL") : trace.contains("(INJECTED)"),
      note)
    try expectEnd(outcome, fault, place, note)
    try await expectWholeFiles(outcome, fault, place, note)
    try await expectRecovery(fault, place, note)
    return outcome.code == 0 ? .survived : fault.effect == .kill ? .killed : .failed
  }

  private func expectEnd(
    _ outcome: Outcome, _ fault: Fault, _ place: Workplace, _ note: Comment
  ) throws {
    if fault.effect == .kill {
      #expect(outcome.code == -SIGKILL, note)
    } else if fault.effect == .interruption && !fault.persists {
      #expect(outcome.code == 0, note)
    } else {
      // Where no file can be opened any more, none can be gone on from.
      let isUnreadable = words.contains("--resume") && fault.call.name == "openat" && fault.persists
      #expect(([0, 73, 74] + (isUnreadable ? [66] : [])).contains(outcome.code), note)
    }
    if outcome.code == 0 { expectResult(place.contents, isExact: !fault.sparesFiles, note) }
    // Where nothing more can be written, the message cannot be either.
    if outcome.code > 0 && !(fault.call.name.hasPrefix("write") && fault.persists) {
      let lines = outcome.stderr.split(separator: "\n")
      #expect(Set(lines).count == lines.count, note)
      #expect(lines.last?.hasPrefix("tinyscore: ") == true, note)
      // In long names only the start is in the name of a temporary file.
      let names = Set(result.keys).subtracting(inputs).union(before.contents.keys)
      #expect(names.contains { lines.last?.contains($0) == true }, note)
    }
  }

  /// The files that a run does not change and does not make.
  private var inputs: Set<String> {
    let old = before.contents
    return Set(old.keys.filter { old[$0] == result[$0] && !$0.hasSuffix(".safetensors") })
  }

  /// Every file is absent, the old one or a whole new one; others are there only where the fault
  /// leaves no way to remove them.
  private func expectWholeFiles(
    _ outcome: Outcome, _ fault: Fault, _ place: Workplace, _ note: Comment
  ) async throws {
    let old = before.contents
    for (name, bytes) in place.contents where bytes != old[name] && bytes != result[name] {
      // A run that has not come to its end keeps the file before.
      let isPrevious = name.hasSuffix(".previous")
      guard old[name] != nil || result[name] != nil || isPrevious && outcome.code != 0 else {
        // A lock that was not taken may be another run's, and its file is not removed.
        let isLock = name.hasSuffix(".lock") && fault.call.path.hasSuffix(".lock")
        #expect(fault.sparesFiles || isLock, "\(name); \(note)")
        continue
      }
      if name.hasSuffix(".jsonl") {
        try expectLog(bytes, note)
      } else {
        #expect(name.hasSuffix(".safetensors") || isPrevious, "half of \(name); \(note)")
        try await expectCheckpoint(bytes, "\(name); \(note)")
      }
    }
    // What a run keeps beside its output goes with its end.
    for name in old.keys where !name.hasSuffix(".previous") {
      #expect(place.has(name), "\(name) is gone; \(note)")
    }
  }

  /// The bytes are a whole checkpoint.
  private func expectCheckpoint(_ bytes: [UInt8], _ note: Comment) async throws {
    let place = try Workplace()
    try place.put(bytes, "m.safetensors")
    let check = try await place.run(["inspect", "m.safetensors", "--check"])
    #expect(check.code == 0, "\(check.stderr); \(note)")
  }

  /// The lines of a log are whole, and their steps increase.
  private func expectLog(_ bytes: [UInt8], _ note: Comment) throws {
    let text = String(decoding: bytes, as: UTF8.self)
    #expect(text.isEmpty || text.hasSuffix("\n"), note)
    let steps = try text.split(separator: "\n").compactMap {
      if case .number(let step)? = try JSONValue(reading: String($0))["step"] { step } else { nil }
    }
    #expect(steps.count == text.split(separator: "\n").count, note)
    #expect(steps == Set(steps).sorted(), note)
  }

  private func expectRecovery(_ fault: Fault, _ place: Workplace, _ note: Comment) async throws {
    var outcome = try await place.run(recovery)
    if outcome.code == 66 && recovery != words {
      let isThere = place.contents.keys.contains {
        $0.contains(".safetensors") && !$0.hasSuffix(".lock")
      }
      #expect(!isThere || fault.sparesFiles, note)
      outcome = try await place.run(words)
    }
    #expect(outcome.code == 0, "\(outcome.stderr) after \(note)")
    // No run has the right to remove what another one may be writing, unless it has a lock.
    let isLocked = words[0] == "train"
    expectResult(place.contents, isExact: isLocked || !fault.sparesFiles, note)
  }

  /// The files are those of the run without faults, a log apart, which holds times; with no other
  /// beside them if `isExact`.
  private func expectResult(_ files: [String: [UInt8]], isExact: Bool, _ note: Comment) {
    for (name, bytes) in result where !name.hasSuffix(".jsonl") {
      #expect(files[name] == bytes, "\(name) differs; \(note)")
    }
    if isExact { #expect(files.keys.sorted() == result.keys.sorted(), note) }
  }
}
