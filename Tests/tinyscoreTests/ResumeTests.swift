import Foundation
import JSONText
import Testing

@Suite struct ResumeTests {
  private let place: Workplace
  private static let options = ["--batch", "512", "--width", "8", "--depth", "1", "--quiet"]
  private static let train = ["train", "pair.json", "--output", "m.safetensors"]

  init() throws {
    place = try Workplace()
    try place.putPair()
  }

  private func inspected(_ name: String) async throws -> JSONValue {
    try JSONValue(reading: await place.expectSuccess(["inspect", name, "--json"]))
  }

  /// Starts a run and stops it by a signal when it has saved; what it said.
  private func interrupt(_ words: [String], _ signal: Int32 = SIGTERM) async throws {
    let run = place.process(words + ["--checkpoint-every", "10"])
    run.standardError = FileHandle.nullDevice
    run.send(signal) { [place] in place.has(".m.safetensors.previous") }
    try await run.runToEnd()
    #expect(run.terminationReason == .exit && run.terminationStatus == 75)
  }

  @Test("Options that are not given are those of the run; those that contradict it are all named")
  func options() async throws {
    try await place.train("pair.json", to: "whole.safetensors", ["--seed", "4"])
    try await place.train("pair.json", to: "m.safetensors", ["--seed", "4"])
    try await place.expectSuccess(Self.train + ["--resume", "--quiet"])
    #expect(try place.bytes("m.safetensors") == place.bytes("whole.safetensors"))
    try await place.expectError(
      64,
      Self.train + [
        "--resume", "--seed", "5", "--width", "9", "--optimizer", "adam", "--steps", "99",
        "--ema", "0.5", "--sigma-max", "3", "--activation", "gelu", "--batch", "512",
      ],
      mentions: [
        "--seed 5 instead of 4", "--width 9 instead of 8", "--optimizer \"adam\" instead of",
        "--steps 99 instead of 100", "--ema 0.5 instead", "--sigma-max 3 instead", "--activation",
      ])
    let outcome = try await place.run(Self.train + ["--resume", "--seed", "5", "--batch", "512"])
    #expect(!outcome.stderr.contains("--batch"))
  }

  @Test("More steps extend a run, whether it has ended or not, and the file says so")
  func extended() async throws {
    try await place.expectSuccess(
      ["train", "pair.json", "--output", "whole.safetensors", "--steps", "6000"] + Self.options)
    try await interrupt(Self.train + ["--steps", "6000"] + Self.options)
    for name in ["whole.safetensors", "m.safetensors"] {
      try await place.expectSuccess([
        "train", "pair.json", "--output", name, "--resume", "--steps", "6100", "--quiet",
        "--metrics", "\(name).jsonl",
      ])
      try await place.expectSuccess(["inspect", name, "--check"])
    }
    #expect(try place.bytes("m.safetensors") == place.bytes("whole.safetensors"))
    // The run that had ended goes on from its end.
    let logged = String(decoding: try place.bytes("whole.safetensors.jsonl"), as: UTF8.self)
    #expect(logged.split(separator: "\n").count == 1 && logged.contains("\"step\":6100"))
    let saved = try await inspected("m.safetensors")
    #expect(saved["config"]?["steps"] == 6100 && saved["config"]?["extended-from"] == [6000])
    #expect(saved["progress"]?["step"] == 6100)
    let text = try await place.expectSuccess(["inspect", "m.safetensors"])
    #expect(text.contains("6100 steps (extended from 6000)"))
    // A run of as many steps from the beginning is another one, and a comparison says why.
    try await place.expectSuccess(
      Self.train.dropLast() + ["other.safetensors", "--steps", "6100"] + Self.options)
    #expect(try await inspected("other.safetensors")["config"]?["extended-from"] == nil)
    let compared = try await place.run(["inspect", "other.safetensors", "m.safetensors"])
    #expect(compared.code == 1 && compared.stdout.contains("extended-from"))
  }

  @Test("The newest checkpoint that is whole is taken, and what was passed over is said")
  func newest() async throws {
    let whole = ["--steps", "20000"] + Self.options
    try await interrupt(Self.train + whole)
    let (last, previous) = (
      try place.bytes("m.safetensors"), try place.bytes(".m.safetensors.previous")
    )
    try await place.expectSuccess(Self.train + ["--resume", "--quiet"])
    let final = try place.bytes("m.safetensors")
    #expect(!place.has(".m.safetensors.previous"))

    // The last is cut short: the one before it.
    try place.put(last.dropLast(), "m.safetensors")
    try place.put(previous, ".m.safetensors.previous")
    var outcome = try await place.run(Self.train + ["--resume", "--quiet"])
    #expect(outcome.code == 0 && outcome.stderr.contains("passed over: m.safetensors"))
    #expect(outcome.stderr.contains("/.m.safetensors.previous, saved after step"))
    #expect(try place.bytes("m.safetensors") == final)

    // A run was killed when it had written, before the new file got its name.
    try place.put(last, ".m.safetensors.1.0.tmp")
    try place.put(last.prefix(1000), ".m.safetensors.2.0.tmp")
    try place.put(previous, "m.safetensors")
    outcome = try await place.run(Self.train + ["--resume", "--quiet"])
    #expect(outcome.code == 0 && outcome.stderr.contains("/.m.safetensors.2.0.tmp, header"))
    #expect(outcome.stderr.contains("/.m.safetensors.1.0.tmp, saved after step"))
    #expect(try place.bytes("m.safetensors") == final)
    #expect(Set(place.contents.keys) == ["pair.json", "m.safetensors", ".m.safetensors.damaged"])
    #expect(try place.bytes(".m.safetensors.damaged") == last.dropLast())

    // None of them.
    try place.put("x", "m.safetensors")
    try place.put("x", ".m.safetensors.previous")
    try await place.expectError(
      65, Self.train + ["--resume", "--quiet"], mentions: ["m.safetensors"])
    try await place.expectError(
      66, ["train", "pair.json", "--output", "none.safetensors", "--resume"],
      mentions: ["none.safetensors", "--resume"])
    try place.remove("m.safetensors")
    try await place.expectError(
      65, Self.train + ["--resume", "--quiet"], mentions: [".m.safetensors.previous"])
    try await place.expectError(
      64, ["train", "pair.json", "--output", "/dev/null", "--resume"], mentions: ["--resume"])
  }

  @Test("A run from the beginning says that it replaces one that could go on")
  func replaced() async throws {
    try await interrupt(Self.train + ["--steps", "100000"] + Self.options)
    let outcome = try await place.run(Self.train + ["--steps", "20"] + Self.options)
    #expect(outcome.code == 0 && outcome.stderr.contains("stopped after step"))
    #expect(outcome.stderr.split(separator: "\n").count == 1)
    #expect(Set(place.contents.keys) == ["pair.json", "m.safetensors"])
    #expect(try await inspected("m.safetensors")["config"]?["steps"] == 20)
  }

  @Test("SIGTERM that comes twice, as from 'timeout', stops a run as one does")
  func twice() async throws {
    let run = place.process(
      Self.train + ["--steps", "1000000000", "--checkpoint-every", "10"] + Self.options)
    run.standardError = FileHandle.nullDevice
    run.send(SIGTERM) { [place] in
      guard place.has("m.safetensors") else { return false }
      kill(run.processIdentifier, SIGTERM)
      return true
    }
    try await run.runToEnd()
    #expect(run.terminationReason == .exit && run.terminationStatus == 75)
    try await place.expectSuccess(["inspect", "m.safetensors", "--check"])
  }

  @Test("What is no checkpoint is said to be replaced, and a forged ledger is not gone on from")
  func strangers() async throws {
    try place.put("my thesis", "m.safetensors")
    let outcome = try await place.run(Self.train + ["--steps", "20"] + Self.options)
    #expect(outcome.code == 0 && outcome.stderr.contains("m.safetensors is no whole checkpoint"))
    try place.forge("m.safetensors", "n.safetensors", tensor: "ledger.pages") { $0[0] += 1 }
    try await place.expectError(
      65, ["train", "pair.json", "--output", "n.safetensors", "--resume", "--steps", "40"],
      mentions: ["n.safetensors", "ledger.pages"])
  }

  @Test("A save on the way that fails is said, and the run goes on and saves again")
  func savedAgain() async throws {
    try place.makeFolder("store")
    let words =
      ["train", "pair.json", "--output", "store/m.safetensors", "--steps", "1000000000"]
      + ["--checkpoint-every", "20"] + Self.options
    try place.put("", "messages")
    let run = place.process(words)
    run.standardError = try FileHandle(forWritingTo: URL(fileURLWithPath: place["messages"]))
    let (store, away) = (place["store"], place["away"])
    run.send(SIGTERM) { [place] in
      @Sendable func said(_ text: String) -> Bool {
        let messages = try? String(contentsOfFile: place["messages"], encoding: .utf8)
        return messages?.contains(text) == true
      }
      if place.has("store/m.safetensors") && !said("the run goes on") {
        try? FileManager.default.moveItem(atPath: store, toPath: away)
      } else if place.has("away") && said("the run goes on") {
        try? FileManager.default.moveItem(atPath: away, toPath: store)
      }
      return said("saved again")
    }
    try await run.runToEnd()
    #expect(run.terminationReason == .exit && run.terminationStatus == 75)
    let messages = String(decoding: try place.bytes("messages"), as: UTF8.self)
    #expect(messages.contains("store/m.safetensors: cannot be created: No such file"))
    #expect(messages.contains("store/m.safetensors: saved again, at step "))
    try await place.expectSuccess(["inspect", "store/m.safetensors", "--check"])
  }

  @Test("Two runs do not write one log")
  func oneLog() async throws {
    let log = ["--metrics", "log.jsonl"]
    let first = place.process(
      Self.train + ["--steps", "1000000000", "--checkpoint-every", "10"] + Self.options + log)
    let (second, messages) = (
      place.process(["train", "pair.json", "--output", "b.safetensors"] + Self.options + log),
      Pipe()
    )
    second.standardError = messages
    first.send(SIGKILL) { [place] in
      guard place.has("log.jsonl") else { return false }
      try? second.run()
      second.waitUntilExit()
      return true
    }
    try await first.runToEnd()
    try #require(second.processIdentifier > 0 && !second.isRunning)
    #expect(second.terminationStatus == 75)
    let text = String(decoding: messages.fileHandleForReading.availableData, as: UTF8.self)
    #expect(text.contains("log.jsonl: in use by another run ('process "))
    #expect(!place.has("b.safetensors"))
  }
}
