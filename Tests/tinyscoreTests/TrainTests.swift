import Foundation
import JSONText
import Testing

@Suite struct TrainTests {
  private let place: Workplace
  private static let run = ["train", "pair.json", "--output", "m.safetensors"] + smallRun

  init() throws {
    place = try Workplace()
    try place.putPair()
  }

  /// The numbers of a list, nil for null.
  private func numbers(_ value: JSONValue?) -> [Double?]? {
    guard case .array(let elements)? = value else { return nil }
    return elements.map { if case .number(let number) = $0 { number } else { nil } }
  }

  private func number(_ value: JSONValue?) -> Double? {
    if case .number(let number)? = value { number } else { nil }
  }

  /// The lines of the log.
  private func logged() throws -> [JSONValue] {
    let text = String(decoding: try place.bytes("log.jsonl"), as: UTF8.self)
    #expect(text.isEmpty || text.hasSuffix("\n"))
    return try text.split(separator: "\n").map { try JSONValue(reading: String($0)) }
  }

  @Test("A plan says what a run takes, and leaves nothing behind")
  func plan() async throws {
    let before = place.contents
    let outcome = try await place.run("train pair.json --dry-run --width 16 --metrics log.jsonl")
    #expect(outcome.code == 0 && place.contents == before)
    let plan = try JSONValue(reading: outcome.stdout)
    for key in ["memoryBytes", "secondsPerStep", "expectedSeconds", "parameters"] {
      #expect(try #require(number(plan[key])) > 0)
    }
    #expect(plan["stepsLeft"] == 3000 && plan["stepsDone"] == 0)
    #expect(plan["outputExists"] == false && plan["dimension"] == 1)
    #expect(outcome.stderr.split(separator: "\n").count == 1)
    for text in [
      "would train ", " for 3000 steps on pair (D = 1): about ", " MB; ",
      "writes checkpoints/pair.safetensors, writes log.jsonl",
    ] { #expect(outcome.stderr.contains(text), "\(outcome.stderr)") }
    #expect(try await place.run("train pair.json --dry-run --quiet").stderr == "")
  }

  @Test("A plan whose trial leaves the finite numbers is a plan, and says so")
  func planOfDivergence() async throws {
    let words = ["train", "pair.json", "--dry-run", "--quiet", "--learning-rate", "1e30"]
    let outcome = try await place.run(words)
    #expect(outcome.code == 0, "\(outcome.stderr)")
    let plan = try JSONValue(reading: outcome.stdout)
    #expect(plan["trialFailure"]?.text?.contains("finite numbers") == true)
    #expect(plan["secondsPerStep"].map { $0 == .null || number($0) ?? 0 > 0 } == true)
    #expect(outcome.stderr.contains("likely to fail") && outcome.stderr.contains("--learning-rate"))
    let sound = try await place.run("train pair.json --dry-run --quiet")
    #expect(try JSONValue(reading: sound.stdout)["trialFailure"] == .null)
  }

  @Test("A plan of outputs that cannot be made ends as the run would")
  func planWithoutFolder() async throws {
    let words = ["train", "pair.json", "--quiet"]
    let outputs = [["--output", "none/m.safetensors"], ["--metrics", "none/log.jsonl"]]
    for output in outputs {
      try await place.expectError(73, words + output + ["--dry-run"], mentions: ["none/"])
    }
    try place.put("", "checkpoints")
    try await place.expectError(73, words, mentions: ["checkpoints"])
    try await place.expectError(73, words + ["--dry-run"], mentions: ["checkpoints"])
  }

  @Test("A plan of a run that goes on counts the steps that are left; one that begins replaces")
  func planOfResume() async throws {
    try await place.expectSuccess(Self.run + ["--metrics", "log.jsonl"])
    let words = Self.run.dropLast() + ["--metrics", "log.jsonl", "--dry-run"]
    let before = place.contents
    let fresh = try await place.run(Array(words))
    #expect(fresh.stderr.contains("replaces m.safetensors, replaces log.jsonl"))
    let resumed = try await place.run(words + ["--resume"])
    #expect(resumed.stderr.contains("the last 0 of 100 steps"))
    #expect(resumed.stderr.contains("goes on with log.jsonl"))
    #expect(try JSONValue(reading: resumed.stdout)["expectedSeconds"] == 0)
    #expect(place.contents == before)
    try await place.expectError(64, words + ["--resume", "--width", "9"], mentions: ["--width 8"])
  }

  @Test(
    "A log has a line every hundredth step and at the last, each with the losses of twelve bands")
  func metrics() async throws {
    try await place.expectSuccess(Self.run + ["--steps", "250", "--metrics", "log.jsonl"])
    let lines = try logged()
    #expect(lines.map { number($0["step"]) } == [100, 200, 250])
    let seconds = lines.compactMap { number($0["seconds"]) }
    #expect(seconds.count == 3 && seconds == seconds.sorted())
    for line in lines {
      for key in [
        "seconds", "stepsPerSecond", "loss", "learningRate", "gradientNorm", "entropy",
        "entropyStandardError",
      ] { #expect(number(line[key]).map { $0 >= 0 } == true, "\(key)") }
      let sigmas = try #require(numbers(line["bandSigmas"])).compactMap(\.self)
      let losses = try #require(numbers(line["bandLosses"])).compactMap(\.self)
      #expect(sigmas.count == 12 && sigmas == sigmas.sorted() && Set(sigmas).count == 12)
      #expect(losses.count == 12 && numbers(line["bandStandardErrors"])?.count == 12)
      // The range is cut into twelve parts as wide as the distance of two middles.
      let total = losses.reduce(0, +) * log(sigmas[1] / sigmas[0])
      let entropy = try #require(number(line["entropy"]))
      #expect(abs(total - entropy) < 1e-9 * entropy)
    }
  }

  @Test("What is not known is null")
  func unknownMetrics() async throws {
    try await place.expectSuccess(Self.run + ["--batch", "4", "--metrics", "log.jsonl"])
    let line = try #require(try logged().first)
    #expect(line["entropy"] == .null && line["entropyStandardError"] == .null)
    #expect(numbers(line["bandLosses"])?.contains(nil) == true)
    #expect(numbers(line["bandSigmas"])?.contains(nil) == false)
  }

  @Test("A run that goes on keeps the lines up to its step, and drops later ones and half ones")
  func resumedLog() async throws {
    try await place.expectSuccess(Self.run + ["--metrics", "log.jsonl"])
    let first = try place.bytes("log.jsonl")
    let later = "{\"step\":200,\"seconds\":9}\n{\"step\":300,\"seco"
    try place.put(first + Array(later.utf8), "log.jsonl")
    try await place.expectSuccess(Self.run + ["--metrics", "log.jsonl", "--resume"])
    #expect(try place.bytes("log.jsonl") == first)
    // A run that begins begins the log too; one that goes on makes it where there is none.
    try await place.expectSuccess(Self.run + ["--metrics", "log.jsonl", "--seed", "1"])
    #expect(try logged().count == 1)
    #expect(try place.bytes("log.jsonl") != first)
    try place.remove("log.jsonl")
    let words = Self.run + ["--metrics", "log.jsonl", "--seed", "1", "--resume"]
    try await place.expectSuccess(words)
    #expect(try logged().isEmpty)
  }

  @Test(
    "A log that is none is an error that names file and line, before the training",
    arguments: [
      ("hello\n", "line 1, column 1"), ("hello", "line 1"),
      ("{\"step\":1,\"seconds\":0}\n\n", "line 2"),
      ("[1]\n", "line 1"), ("{}\n", "line 1, step"), ("{\"step\":1}\n", "line 1, seconds"),
      ("{\"step\":\"1\",\"seconds\":0}\n", "line 1, step"),
      ("{\"step\":1.5,\"seconds\":0}\n", "line 1, step"),
      ("{\"step\":-1,\"seconds\":0}\n", "line 1, step"),
      ("{\"step\":1,\"seconds\":-1}\n", "line 1, seconds"),
      (
        "{\"step\":9007199254740992,\"seconds\":1}\n{\"step\":9007199254740992,\"seconds\":1}\n",
        "line 2"
      ),
      ("{\"step\":5,\"seconds\":0}\n{\"step\":5,\"seconds\":0}\n", "line 2, step"),
      ("{\"step\":5,\"seconds\":0}\n{\"step\":4,\"seconds\":0}\n", "line 2, step"),
      ("{\"step\":5,\"seconds\":0}\n{\"step\":6,\"seconds\":0,}\n", "line 2, column 23"),
    ])
  func malformedLog(text: String, mention: String) async throws {
    try await place.expectSuccess(Self.run)
    try place.put(text, "log.jsonl")
    try await place.expectError(
      65, Self.run + ["--metrics", "log.jsonl", "--resume"], mentions: ["log.jsonl, \(mention)"])
  }

  @Test("A line that has no end in a megabyte is an error", arguments: ["x", "["])
  func endlessLine(text: String) async throws {
    try await place.expectSuccess(Self.run)
    let line = "{\"step\":5,\"seconds\":0}\n"
    for (start, mention) in [("", "line 1"), (line, "line 2")] {
      try place.put(start + String(repeating: text, count: 3_000_000), "log.jsonl")
      let outcome = try await place.run(Self.run + ["--metrics", "log.jsonl", "--resume"])
      #expect(outcome.code == 65 && outcome.stderr.count < 300)
      #expect(outcome.stderr.hasPrefix("tinyscore: log.jsonl, \(mention), "))
    }
  }

  @Test("A log goes neither to a checkpoint nor to the data nor over another file")
  func logOfItsOwn() async throws {
    try await place.train("pair.json", to: "other.safetensors")
    try place.put("notes", "notes.txt")
    for name in ["other.safetensors", "notes.txt"] {
      try await place.expectError(64, Self.run + ["--metrics", name], mentions: [name])
    }
    for name in ["m.safetensors", "./m.safetensors", "pair.json", "./pair.json", ""] {
      try await place.expectError(64, Self.run + ["--metrics", name], mentions: ["--metrics"])
    }
  }

  @Test(
    "A run that is asked to stop saves its checkpoint and its log, and can go on",
    .serialized, arguments: [SIGINT, SIGTERM, SIGHUP, SIGUSR1])
  func stop(signal: Int32) async throws {
    let words =
      Self.run + [
        "--steps", "1000000000", "--checkpoint-every", "100", "--metrics", "log.jsonl", "--threads",
        "1",
      ]
    var steps: [Int] = []
    for more in [[], ["--resume"]] {
      let size = place.size("log.jsonl")
      let run = place.process(words + more)
      run.standardError = FileHandle.nullDevice
      // A line more is a checkpoint more.
      run.send(signal) { [place] in place.size("log.jsonl") > size }
      try await run.runToEnd()
      #expect(run.terminationReason == .exit && run.terminationStatus == 75)
      let saved = try JSONValue(
        reading: await place.expectSuccess(["inspect", "m.safetensors", "--json"]))
      #expect(saved["weightsOnly"] == false)
      steps.append(Int(try #require(number(saved["progress"]?["step"]))))
      let logged = try logged().compactMap { number($0["step"]) }
      #expect(logged == (1...steps[steps.count - 1] / 100).map { Double(100 * $0) })
    }
    #expect(steps[0] > 0 && steps[1] > steps[0])
  }
}
