import Foundation
import Testing

/// Faults of the system at every call of a save: whatever happens, every file is the old one or a
/// whole new one, and the run can go on to the same bytes.
@Suite(
  .disabled(if: sanitizer != nil, "a sanitizer traces the program itself"),
  .enabled(
    if: SystemCall.canBeTraced || ProcessInfo.processInfo.environment["CI"] != nil,
    "strace is not installed or not permitted"))
struct FaultTrials {
  private let place: Workplace
  private static let size = [
    "--steps", "20", "--batch", "64", "--width", "4", "--depth", "1", "--threads", "1", "--quiet",
  ]
  private static let train = ["train", "plane.csv", "--output", "m.safetensors"] + size

  init() throws {
    try #require(SystemCall.canBeTraced, "strace must be installed and permitted")
    place = try Workplace()
    try place.put("1,2\n-1,0.5\n3,1\n0,0\n", "plane.csv")
  }

  /// Makes the checkpoint of a run that stopped half-way: at its first save a signal asks it to.
  private func putHalf() async throws {
    let tracer = [
      "strace", "-o", "/dev/null", "-e",
      "inject=?rename,?renameat,?renameat2:signal=SIGTERM:when=1",
    ]
    let words = Self.train + ["--checkpoint-every", "10"]
    let outcome = try await place.run(words, under: tracer)
    #expect(outcome.code == 75, "\(outcome.stderr)")
    #expect(place.has("m.safetensors"))
  }

  /// Makes every fault at each of the calls that `isChosen`.
  private func expectNothingLost(
    _ name: String, _ run: SavingRun, isChosen: @Sendable (SystemCall) -> Bool = { _ in true }
  ) async throws {
    let calls = run.calls.filter(isChosen)
    for kind in ["open", "write", "fsync", "rename"] {
      #expect(calls.contains { $0.name.hasPrefix(kind) }, "no \(kind) in \(name)")
    }
    run.expectDurability()
    let ends = try await TrialScale.results(calls.flatMap(Fault.all)) { try await run.run($0) }
    let counts = [SavingRun.End.survived, .failed, .killed].map { end in
      ends.count { $0 == end }
    }
    #expect(ends.count == 7 * calls.count && counts[1] > 0 && counts[2] == calls.count)
    TrialScale.report(
      "FaultTrials, \(name): \(ends.count) faults at \(calls.count) calls: \(counts[0]) survived, "
        + "\(counts[1]) ended with 73 or 74, \(counts[2]) killed; nothing lost")
  }

  @Test("A save over an older one")
  func overwrite() async throws {
    try await putHalf()
    let words = Self.train + ["--checkpoint-every", "0"]
    try await expectNothingLost(
      "overwrite", SavingRun(words, recovery: words + ["--resume"], in: place))
  }

  @Test("The first save", .enabled(if: TrialScale.isLarge, "large trials only"))
  func first() async throws {
    let words = Self.train + ["--checkpoint-every", "10"]
    try await expectNothingLost(
      "first save", SavingRun(words, recovery: words + ["--resume"], in: place))
  }

  @Test("Saves of a run that goes on", .enabled(if: TrialScale.isLarge, "large trials only"))
  func resume() async throws {
    try await putHalf()
    let words = Self.train + ["--checkpoint-every", "5", "--resume"]
    try await expectNothingLost("resume", SavingRun(words, in: place))
  }

  @Test("The log of a run", .enabled(if: TrialScale.isLarge, "large trials only"))
  func metrics() async throws {
    let words =
      Self.train + ["--steps", "200", "--checkpoint-every", "100", "--metrics", "log.jsonl"]
    try await expectNothingLost(
      "metrics", SavingRun(words, recovery: words + ["--resume"], in: place)
    ) { $0.path.contains("log.jsonl") }
  }

  /// Commands that write results, from the checkpoint or the law; and what makes them other ones.
  private static let commands = [
    (
      "evaluate m.safetensors --levels 3 --samples 64 --paths 8 --json o.json --csv o.csv",
      "--seed 1"
    ),
    ("evaluate pair.json --levels 2 --samples 64 --paths 0 --report o.html", "--levels 3"),
    ("evaluate pair.json --levels 2 --samples 64 --paths 0 --figures drawn", ""),
    ("sample m.safetensors --count 50 --steps 4 --output o.npy", "--seed 1"),
    ("score m.safetensors --points plane.csv --sigma 0.5 --output o.npy", "--sigma 0.7"),
    ("schedule pair.json --steps 8 --output o.json", "--steps 9"),
    ("bifurcations pair.json --json o.json", ""),
  ]

  @Test(
    "Results, in a new file and over an older one",
    .enabled(if: TrialScale.isLarge, "large trials only"), .serialized, arguments: commands)
  func results(command: String, other: String) async throws {
    try place.putPair()
    try await place.train("plane.csv", to: "m.safetensors")
    let words = command.split(separator: " ").map(String.init) + ["--quiet"]
    let name = "\(words[0]) to \(words.last { $0.hasPrefix("o.") } ?? "a folder")"
    // Figures are saved one like the other: the first three are one of each kind.
    let isChosen: @Sendable (SystemCall) -> Bool = {
      !$0.path.contains("drawn/") || $0.path.contains("/01-") || $0.path.contains("/.01-")
    }
    let first = try await SavingRun(words, in: place)
    try await expectNothingLost("\(name), first", first, isChosen: isChosen)
    if other.isEmpty { return }
    try await place.expectSuccess(words + other.split(separator: " ").map(String.init))
    let again = try await SavingRun(words, in: place)
    for (name, bytes) in place.contents where name.hasPrefix("o.") {
      #expect(again.result[name] != bytes)
    }
    try await expectNothingLost("\(name), again", again, isChosen: isChosen)
  }
}
