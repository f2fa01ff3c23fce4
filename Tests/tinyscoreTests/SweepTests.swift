import JSONText
import Testing

@Suite("Several networks in one evaluation")
struct SweepTests {
  private let place: Workplace

  init() throws {
    place = try Workplace()
    try place.putPair()
  }

  private func trainSeeds() async throws -> [String] {
    let names = (0..<3).map { "s\($0).safetensors" }
    for (seed, name) in names.enumerated() {
      try await place.train("pair.json", to: name, ["--seed", "\(seed)"])
    }
    return names
  }

  @Test("Mean and deviation over seeds are those of the entropies")
  func spread() async throws {
    let names = try await trainSeeds()
    try await place.train("pair.json", to: "wide.safetensors", ["--width", "12"])
    let table = try await place.expectSuccess(
      ["evaluate"] + names + ["wide.safetensors", "--json", "o.json"] + smallEvaluation)
    let document = try JSONValue(reading: place.bytes("o.json"))
    let entropies = try #require(document["evaluations"]?.elements).prefix(3).map {
      $0["summary"]?["entropy"]?["informedLoss"]?["value"]?.number ?? .nan
    }
    let mean = entropies.reduce(0, +) / 3
    let deviation = (entropies.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 2).squareRoot()
    let groups = try #require(document["groups"]?.elements)
    try #require(groups.count == 1, "one network of another width is no group")
    let group = groups[0]["entropy"]?["informedLoss"]
    #expect(deviation > 1e-6)
    #expect(abs((group?["mean"]?.number ?? .nan) - mean) < 1e-12)
    #expect(abs((group?["standardDeviation"]?.number ?? .nan) - deviation) < 1e-12)
    #expect(group?["samplingError"]?.number ?? 0 > 0)
    #expect(groups[0]["models"]?.elements?.count == 3)
    #expect(table.contains("Over the seeds of training") && table.contains("pair, width 8"))
  }

  @Test("A copy is no other seed, another number of steps and other points are no group")
  func noGroups() async throws {
    try await place.train("pair.json", to: "a.safetensors")
    try place.put(place.bytes("a.safetensors"), "copy.safetensors")
    try await place.train("pair.json", to: "steps.safetensors", ["--seed", "1", "--steps", "120"])
    try place.makeFolder("other")
    try place.put(#"{"distribution": "points", "points": [[2], [-1]]}"#, "other/pair.json")
    try await place.train("other/pair.json", to: "data.safetensors", ["--seed", "2"])
    let names = ["a", "copy", "steps", "data"].map { $0 + ".safetensors" }
    try await place.expectSuccess(["evaluate"] + names + ["--json", "o.json"] + smallEvaluation)
    let document = try JSONValue(reading: place.bytes("o.json"))
    #expect(document["groups"]?.elements?.isEmpty == true)
  }

  @Test("Models of one file name in several folders keep names of their own")
  func names() async throws {
    for folder in ["one-folder-of-models", "two-folder-of-models"] {
      try place.makeFolder(folder)
      try await place.train("pair.json", to: folder + "/m.safetensors")
    }
    let table = try await place.expectSuccess(
      ["evaluate", "one-folder-of-models/m.safetensors", "two-folder-of-models/m.safetensors"]
        + smallEvaluation)
    let rows = table.split(separator: "\n").filter { $0.contains(".safetensors") }
    #expect(rows.count == 2 && Set(rows.map { $0.prefix(22) }).count == 2)
  }

  @Test("--totals has a row for each model with its training and its entropies")
  func totals() async throws {
    let names = try await trainSeeds()
    try await place.expectSuccess(
      ["evaluate"] + names + ["pair.json", "--totals", "t.csv", "--json", "o.json"]
        + smallEvaluation)
    let document = try JSONValue(reading: place.bytes("o.json"))
    let rows = String(decoding: try place.bytes("t.csv"), as: UTF8.self).split(separator: "\n")
      .map { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }
    try #require(rows.count == 5 && Set(rows.map(\.count)).count == 1)
    let seed = try #require(rows[0].firstIndex(of: "seed"))
    let loss = try #require(rows[0].firstIndex(of: "loss"))
    #expect(rows[1...].map { $0[seed] } == ["0", "1", "2", ""])
    for (row, evaluation) in zip(rows[1...3], document["evaluations"]?.elements ?? []) {
      let value = evaluation["summary"]?["entropy"]?["loss"]?["value"]?.number
      #expect(Double(row[loss]) == value && value != nil)
    }
  }

  @Test("A model that cannot be evaluated does not lose the others")
  func oneFails() async throws {
    try place.put("1\n-1\n", "points.csv")
    try await place.train("points.csv", to: "a.safetensors")
    try place.remove("points.csv")
    let outcome = try await place.run(
      ["evaluate", "a.safetensors", "pair.json", "--json", "o.json"] + smallEvaluation)
    #expect(outcome.code == 66 && outcome.stderr.contains("points.csv"), "\(outcome.stderr)")
    let document = try JSONValue(reading: place.bytes("o.json"))
    // The form is that of two models, whatever became of one.
    #expect(document["schema"] == "tinyscore.evaluations.v1")
    let evaluations = try #require(document["evaluations"]?.elements)
    #expect(evaluations.map { $0["model"]?["path"] } == ["pair.json"])
    #expect(outcome.stdout.contains("pair.json"))
  }

  @Test("A file that is no checkpoint is an error before any is evaluated")
  func badFile() async throws {
    try place.put("no", "b.safetensors")
    try await place.expectError(
      65, ["evaluate", "pair.json", "b.safetensors", "--json", "o.json"] + smallEvaluation,
      mentions: ["b.safetensors"])
  }
}
