import JSONText
import Testing

@Suite struct CheckpointErrorTests {
  private let place: Workplace

  init() throws {
    place = try Workplace()
    try place.putPair()
  }

  /// Expects that every command that takes a checkpoint refuses the file as corrupt.
  private func expectRefused(
    _ name: String, mentions: [String] = [], sourceLocation: SourceLocation = #_sourceLocation
  ) async throws {
    for words in [["inspect", name, "--check"], ["evaluate", name], ["inspect", name, name]] {
      try await place.expectError(
        65, words, mentions: [name] + mentions, sourceLocation: sourceLocation)
    }
  }

  @Test("A checkpoint cut short anywhere is refused")
  func truncated() async throws {
    try await place.train("pair.json", to: "m.safetensors")
    let whole = try place.bytes("m.safetensors")
    for length in [1, 7, 8, 9, 100, 1000, whole.count / 2, whole.count - 1] {
      try place.put(whole.prefix(length), "cut.safetensors")
      try await expectRefused("cut.safetensors")
    }
    try place.put(whole.dropLast(), "m.safetensors")
    try await place.expectError(
      65, ["train", "pair.json", "--output", "m.safetensors", "--resume"] + smallRun,
      mentions: ["m.safetensors", "cut short"])
  }

  @Test("A checkpoint with a flipped bit anywhere is refused")
  func flipped() async throws {
    try await place.train("pair.json", to: "m.safetensors")
    let whole = try place.bytes("m.safetensors")
    for part in 0..<12 {
      var damaged = whole
      damaged[part * (whole.count - 1) / 11] ^= 1 << (part % 8)
      try place.put(damaged, "flipped.safetensors")
      try await expectRefused("flipped.safetensors")
    }
  }

  @Test("A file with something behind its end is refused")
  func extended() async throws {
    try await place.train("pair.json", to: "m.safetensors")
    try place.put(try place.bytes("m.safetensors") + [0], "long.safetensors")
    try await expectRefused("long.safetensors")
  }

  @Test("A checkpoint of another version is refused, and the message says so")
  func otherVersion() async throws {
    try await place.train("pair.json", to: "m.safetensors")
    let text = String(decoding: try place.bytes("m.safetensors"), as: Unicode.ASCII.self)
    #expect(text.contains(#""version":"1""#))
    var bytes = try place.bytes("m.safetensors")
    let mark = Array(#""version":"1""#.utf8)
    let start = try #require(
      bytes.indices.first { bytes[$0...].starts(with: mark) })
    bytes[start + mark.count - 2] = UInt8(ascii: "2")
    try place.put(bytes, "v2.safetensors")
    try await expectRefused("v2.safetensors", mentions: ["version", "2"])
  }

  @Test(
    "A valid safetensors file of another program is refused",
    arguments: [
      #"{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#,
      #"{"__metadata__":{"format":"pt"},"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#,
      #"{"w":{"dtype":"BF16","shape":[2],"data_offsets":[0,4]}}"#,
    ])
  func otherProgram(header: String) async throws {
    let length = UInt64(header.utf8.count)
    let bytes = (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) }
    try place.put(bytes + Array(header.utf8) + [0, 0, 128, 63], "other.safetensors")
    try await expectRefused("other.safetensors", mentions: ["tinyscore train"])
  }

  @Test("What is no safetensors file at all is refused")
  func noCheckpoint() async throws {
    try place.put("", "empty.safetensors")
    try await expectRefused("empty.safetensors", mentions: ["empty"])
    try place.put((0..<5000).map { UInt8(truncatingIfNeeded: $0 * $0 + 7) }, "noise.safetensors")
    try await expectRefused("noise.safetensors")
    try place.put(Array(repeating: 255, count: 100), "huge.safetensors")
    try await expectRefused("huge.safetensors")
  }

  @Test("A checkpoint that is not there, and a folder, are missing inputs")
  func missing() async throws {
    try place.makeFolder("folder.safetensors")
    for name in ["nope.safetensors", "folder.safetensors"] {
      for words in [["inspect", name], ["evaluate", name]] {
        try await place.expectError(66, words, mentions: [name])
      }
    }
    try await place.expectError(
      66, ["train", "pair.json", "--output", "nope.safetensors", "--resume"] + smallRun,
      mentions: ["nope.safetensors"])
  }

  @Test(
    "A point file that has moved is missing, and --dataset finds it", arguments: ["file", "law"])
  func movedPoints(kind: String) async throws {
    try place.put("1\n-1\n", "points.csv")
    try place.put(#"{"distribution": "points", "file": "points.csv"}"#, "law.json")
    let dataset = kind == "law" ? "law.json" : "points.csv"
    try await place.train(dataset, to: "m.safetensors")
    let before = try await place.evaluation("m.safetensors")
    try place.makeFolder("elsewhere")
    try place.put(place.bytes("points.csv"), "elsewhere/points.csv")
    try place.put(place.bytes("law.json"), "elsewhere/law.json")
    try place.remove("points.csv")
    try await place.expectError(
      66, ["evaluate", "m.safetensors"], mentions: ["points.csv", "--dataset"])
    let after = try await place.evaluation(
      "m.safetensors", ["--dataset", "elsewhere/\(dataset)"])
    #expect(after["levels"] != nil && before["dimension"] == after["dimension"])
  }

  @Test("A point file that has changed is refused", arguments: ["file", "law"])
  func changedPoints(kind: String) async throws {
    try place.put("1\n-1\n", "points.csv")
    try place.put(#"{"distribution": "points", "file": "points.csv"}"#, "law.json")
    try await place.train(kind == "law" ? "law.json" : "points.csv", to: "m.safetensors")
    try place.put("1\n-2\n", "points.csv")
    try await place.expectError(
      65, ["evaluate", "m.safetensors"], mentions: ["points.csv", "SHA-256", "--dataset"])
  }

  @Test("--resume refuses other options, naming them, and other data")
  func otherRun() async throws {
    try place.put("1\n-1\n3\n", "three.csv")
    let range = ["--sigma-min", "0.1", "--sigma-max", "10"]
    try await place.train("pair.json", to: "m.safetensors", range)
    let resume = ["--output", "m.safetensors", "--resume"] + smallRun + range
    try await place.expectError(
      64, ["train", "pair.json", "--width", "9"] + resume.filter { $0 != "--width" && $0 != "8" },
      mentions: ["--width 9", "8"])
    try await place.expectError(64, ["train", "three.csv"] + resume, mentions: ["data set"])
    try await place.train("pair.json", to: "m.safetensors", range + ["--weights-only"])
    try await place.expectError(65, ["train", "pair.json"] + resume, mentions: ["weights only"])
  }
}
