import Foundation
import Testing

@Suite struct OutputTests {
  private let place: Workplace

  init() throws {
    place = try Workplace()
    try place.putPair()
    try place.put("1\n", "x.csv")
    for ending in [".safetensors", ".npy"] { try place.makeFolder("folder\(ending)") }
  }

  /// The ending that the output of one of the `writers` must have.
  private func ending(_ writer: String) -> String {
    writer.hasPrefix("score") || writer.hasPrefix("sample") ? ".npy" : ".safetensors"
  }

  /// The commands that write a file, up to the option that names it.
  static let writers = [
    "train pair.json \(smallRun.joined(separator: " ")) --output",
    "train pair.json \(smallRun.joined(separator: " ")) --metrics",
    "score pair.json --points x.csv --sigma 1 --output",
    "sample pair.json --count 5 --steps 3 --output",
    "schedule pair.json --steps 5 --output",
    "evaluate pair.json --levels 3 --samples 64 --json",
    "evaluate pair.json --levels 3 --samples 64 --csv",
    "evaluate pair.json --levels 3 --samples 64 --report",
  ]

  @Test("An output in a folder that is not there cannot be created", arguments: writers)
  func missingFolder(writer: String) async throws {
    try place.makeFolder("checkpoints")
    let output = "nowhere/o\(ending(writer))"
    try await place.expectError(
      73, writer.split(separator: " ").map(String.init) + [output],
      mentions: [output, "make the folder first"])
  }

  @Test("An output that is a folder cannot be created", arguments: writers)
  func folder(writer: String) async throws {
    try place.makeFolder("checkpoints")
    let output = "folder\(ending(writer))"
    try await place.expectError(
      73, writer.split(separator: " ").map(String.init) + [output], mentions: [output])
  }

  @Test("An output on a full device cannot be written", arguments: writers)
  func fullDevice(writer: String) async throws {
    let outcome = try await place.run("\(writer) /dev/full")
    #expect(outcome.code == 74 && outcome.stdout == "")
    #expect(outcome.stderr.hasPrefix("tinyscore: /dev/full: cannot be written"))
    #expect(outcome.stderr.split(separator: "\n").count == 1)
    // A log that cannot be written loses the log, not the training.
    #expect(place.has("checkpoints/pair.safetensors") == writer.hasSuffix("--metrics"))
    #expect(!place.contents.keys.contains { $0.hasSuffix(".tmp") || $0.hasSuffix(".lock") })
  }

  @Test("A learning rate that blows up ends with step and seed; the old checkpoint stays")
  func notFinite() async throws {
    try await place.train("pair.json", to: "m.safetensors")
    let words = ["train", "pair.json", "--output", "m.safetensors", "--seed", "7"] + smallRun
    try await place.expectError(
      70, words + ["--learning-rate", "1e30"], mentions: ["at step ", "seed 7", "--learning-rate"])
    try await place.expectSuccess(["inspect", "m.safetensors", "--check"])
  }

  @Test("A checkpoint goes to the name of its data set, whatever the law calls itself")
  func defaultOutput() async throws {
    for (index, name) in ["../../evil", "", "a/b", "a\\nb", "a\\u0000b"].enumerated() {
      let law = #"{"distribution": "points", "points": [[1], [-1]], "name": "\#(name)"}"#
      try place.put(law, "law \(index).json")
      try await place.expectSuccess(["train", "law \(index).json"] + smallRun)
      #expect(place.has("checkpoints/law \(index).safetensors"))
    }
    #expect(place.contents.keys.filter { $0.hasPrefix("checkpoints/") }.count == 5)
    #expect(!FileManager.default.fileExists(atPath: place.path + "/../evil.safetensors"))
  }

  @Test("A symbolic link goes on pointing to the checkpoint")
  func link() async throws {
    try place.makeFolder("store")
    try place.put("", "store/real.safetensors")
    try FileManager.default.createSymbolicLink(
      atPath: place["m.safetensors"], withDestinationPath: "store/real.safetensors")
    try await place.train("pair.json", to: "m.safetensors")
    #expect(
      try FileManager.default.destinationOfSymbolicLink(atPath: place["m.safetensors"])
        == "store/real.safetensors")
    try await place.expectSuccess(["inspect", "store/real.safetensors", "--check"])
  }

  @Test("Of two runs with one output the second ends with code 75; a killed one leaves no hold")
  func oneWriter() async throws {
    let words = ["train", "pair.json", "--output", "m.safetensors"] + smallRun
    let first = place.process(words + ["--steps", "1000000000", "--checkpoint-every", "10"])
    let (second, messages) = (place.process(words), Pipe())
    second.standardError = messages
    first.send(SIGKILL) { [place] in
      guard place.has("m.safetensors") else { return false }
      try? second.run()
      second.waitUntilExit()
      return true
    }
    try await first.runToEnd()
    try #require(
      second.processIdentifier > 0 && !second.isRunning, "the first run ended before its time")
    try #require(second.terminationStatus == 75)
    let text = String(decoding: messages.fileHandleForReading.availableData, as: UTF8.self)
    #expect(text.contains("m.safetensors: in use by another run ("))
    #expect(text.split(separator: "\n").count == 1)
    try await place.expectSuccess(["inspect", "m.safetensors", "--check"])
    try await place.expectSuccess(words)
    #expect(
      Set(place.contents.keys) == [
        "pair.json", "x.csv", "folder.safetensors", "folder.npy", "m.safetensors",
      ])
  }
}
