import JSONText
import Testing

@Suite struct ConfigurationFileTests {
  private let place: Workplace

  init() throws {
    place = try Workplace()
    try place.putPair()
  }

  private func plan(_ config: String, _ options: [String] = []) async throws -> JSONValue? {
    try place.put(config, "c.json")
    let words = ["train", "pair.json", "--dry-run", "--config", "c.json"] + options
    return try JSONValue(reading: await place.expectSuccess(words))["config"]
  }

  @Test("Options come from the file, and one on the line wins")
  func precedence() async throws {
    let config = """
      // The run of Tuesday.
      {"steps": 20, "learning-rate": 1e-3, "activation": "tanh", "seed": 18446744073709551615,
       "quiet": true, "resume": false}
      """
    let alone = try await plan(config)
    #expect(alone?["steps"] == 20 && alone?["learning-rate"] == 0.001)
    #expect(alone?["activation"] == "tanh" && alone?["seed"] == JSONValue(UInt64.max))
    let overridden = try await plan(config, ["--steps", "30"])
    #expect(overridden?["steps"] == 30 && overridden?["learning-rate"] == 0.001)
  }

  @Test(
    "A fault of the file is told with the file's name, exit code 65",
    arguments: [
      (#"{"stepz": 20}"#, "stepz' (did you mean) 'steps'?"), (#"{"levels": 20}"#, "levels"),
      (#"{"dataset": "pair.json"}"#, "dataset"), (#"{"config": "d.json"}"#, "config"),
      (#"{"help": true}"#, "help"), (#"{"steps": "many"}"#, "many"),
      (#"{"steps": 2.5}"#, "2.5"), (#"{"steps": -5}"#, "-5"), (#"{"steps": null}"#, "null"),
      (#"{"steps": [1]}"#, "steps"), (#"{"output": true}"#, "output"),
      (#"{"quiet": "yes"}"#, "quiet"), (#"{"quiet": 1}"#, "quiet"), ("{", "line 1"),
      ("", "line 1"), ("[]", "object"), (#"{"steps": 20, "steps": 30}"#, "steps"),
    ])
  func faults(config: String, mention: String) async throws {
    try place.put(config, "c.json")
    try await place.expectError(
      65, ["train", "pair.json", "--dry-run", "--config", "c.json"],
      mentions: ["c.json"]
        + mention.replacing(" (did you mean)", with: "").split(separator: " ").map(String.init))
  }

  @Test("A fault of the line stays one of the line")
  func faultsOfTheLine() async throws {
    try place.put(#"{"steps": 20}"#, "c.json")
    let outcome = try await place.run("train pair.json --dry-run --config c.json --width 0")
    #expect(outcome.code == 64 && !outcome.stderr.contains("c.json"))
    try await place.expectError(
      66, ["train", "pair.json", "--config", "nope.json"], mentions: ["nope.json"])
  }
}
