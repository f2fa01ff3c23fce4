import Foundation
import JSONText
import Testing

@Suite struct ReproducibilityTests {
  private let place: Workplace

  init() throws {
    place = try Workplace()
    try place.put("1,2\n-1,0.5\n3,1\n0,0\n", "plane.csv")
  }

  /// More than one micro-shard, the last one not full.
  private static let batch = ["--batch", "300"]

  @Test("Checkpoints and results have the same bytes for any number of threads, and again")
  func threads() async throws {
    var checkpoints: [[UInt8]] = []
    var results: [[UInt8]] = []
    for threads in ["1", "3", "3"] {
      let options = ["--threads", threads]
      try await place.train("plane.csv", to: "m.safetensors", Self.batch + options)
      checkpoints.append(try place.bytes("m.safetensors"))
      let words = ["evaluate", "m.safetensors", "--json", "o.json"] + smallEvaluation
      try await place.expectSuccess(words + ["--samples", "3000"] + options)
      results.append(try place.bytes("o.json"))
    }
    #expect(Set(checkpoints).count == 1)
    #expect(Set(results).count == 1)
  }

  @Test("Another seed gives another checkpoint")
  func seeds() async throws {
    try await place.train("plane.csv", to: "a.safetensors")
    try await place.train("plane.csv", to: "b.safetensors", ["--seed", "1"])
    #expect(try place.bytes("a.safetensors") != place.bytes("b.safetensors"))
  }

  @Test("A run that stopped and went on ends in the bytes of one that did not stop")
  func resume() async throws {
    let options = Self.batch + ["--checkpoint-every", "75", "--steps", "4000"]
    try await place.train("plane.csv", to: "whole.safetensors", options)
    let words = ["train", "plane.csv", "--output", "m.safetensors"] + smallRun + options
    let run = place.process(words)
    run.send(SIGTERM) { [place] in place.has("m.safetensors") }
    try await run.runToEnd()
    #expect(run.terminationStatus == 75)
    let saved = try JSONValue(
      reading: await place.expectSuccess(["inspect", "m.safetensors", "--json"]))
    // The history has begun, so what follows goes on with it.
    guard case .array(let tensors)? = saved["tensors"] else { return #expect(Bool(false)) }
    #expect(tensors.contains { $0["name"] == "ledger.history" })
    try await place.expectSuccess(words + ["--resume"])
    #expect(try place.bytes("m.safetensors") == place.bytes("whole.safetensors"))
    // A run that has ended has nothing left to do.
    try await place.expectSuccess(words + ["--resume"])
    #expect(try place.bytes("m.safetensors") == place.bytes("whole.safetensors"))
  }

  @Test("Saves on the way, a log and progress do not change the result")
  func bystanders() async throws {
    try await place.train("plane.csv", to: "a.safetensors")
    let words = ["train", "plane.csv", "--output", "b.safetensors"] + smallRun.dropLast()
    let outcome = try await place.run(
      words + ["--checkpoint-every", "7", "--metrics", "log.jsonl"])
    #expect(outcome.code == 0 && outcome.stdout == "")
    #expect(outcome.stderr.contains("wrote b.safetensors"))
    #expect(try place.bytes("a.safetensors") == place.bytes("b.safetensors"))
    let lines = String(decoding: try place.bytes("log.jsonl"), as: UTF8.self).split(separator: "\n")
    #expect(try lines.map { try JSONValue(reading: String($0))["step"] } == [100])
  }
}
