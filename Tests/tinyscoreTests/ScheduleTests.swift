import Foundation
import JSONText
import Testing

@Suite struct ScheduleTests {
  private let place: Workplace
  private static let kinds = ["karras", "geometric", "entropic", "rescaled-entropic"]

  init() throws {
    place = try Workplace()
    try place.putPair()
    try place.put(
      #"{"distribution": "gaussian", "dimension": 2, "standardDeviation": 3}"#, "normal.json")
  }

  /// The list that the words of a 'schedule' print.
  private func levels(_ words: String) async throws -> [Double] {
    let text = try await place.expectSuccess(
      ["schedule"] + words.split(separator: " ").map(String.init))
    guard case .array(let elements) = try JSONValue(reading: text) else { return [] }
    return elements.compactMap(\.number)
  }

  @Test(
    "A schedule is a bare list that descends from the largest level to the smallest",
    arguments: kinds)
  func list(kind: String) async throws {
    let options = "pair.json --kind \(kind) --sigma-min 0.05 --sigma-max 20"
    let levels = try await levels("\(options) --steps 9")
    #expect(levels.count == 9 && levels.first == 20 && levels.last == 0.05)
    #expect(zip(levels, levels.dropFirst()).allSatisfy { $0 > $1 })
    #expect(try await self.levels("\(options) --steps 9 --append-zero") == levels + [0])
    let csv = try await place.expectSuccess(
      ["schedule"] + "\(options) --steps 9 --format csv".split(separator: " ").map(String.init))
    let lines = csv.split(separator: "\n")
    #expect(lines.first == "sigma" && lines.dropFirst().map { Double($0) ?? 0 } == levels)
    let npy = "\(options) --steps 9 --format npy --output l.npy --quiet"
    #expect(
      try await place.expectSuccess(
        ["schedule"] + npy.split(separator: " ").map(String.init)) == "")
    // The elements end the file: nine little-endian doubles.
    let bytes = try place.bytes("l.npy").suffix(72)
    #expect(
      String(decoding: try place.bytes("l.npy").dropFirst(10).prefix(60), as: UTF8.self)
        .contains("'shape': (9,)"))
    let values = (0..<9).map { index in
      Double(
        bitPattern: bytes.dropFirst(8 * index).prefix(8).reversed().reduce(0) {
          $0 << 8 | UInt64($1)
        })
    }
    #expect(values == levels)
  }

  @Test("For a Gaussian the rescaled list is c tan α at equal steps of α")
  func tangents() async throws {
    let levels = try await levels(
      "normal.json --kind rescaled-entropic --sigma-min 0.01 --sigma-max 60 --steps 12")
    let (first, last) = (atan(60.0 / 3), atan(0.01 / 3))
    for (index, level) in levels.enumerated() {
      let angle = first + (last - first) * Double(index) / 11
      #expect(abs(level / (3 * tan(angle)) - 1) < 1e-6)
    }
  }

  @Test(
    "A table of a law's losses, rows in any order and in any unit, gives the law's own list",
    arguments: ["entropic", "rescaled-entropic"])
  func table(kind: String) async throws {
    // C = 2/(1 + σ²/9), in another order, times a tenth, among columns of other things.
    let sigmas = (0..<400).map { 0.01 * pow(6000, Double(($0 * 171) % 400) / 399) }
    let rows = sigmas.map { "\"a, b\",\($0),x,\(0.2 / (1 + $0 * $0 / 9))" }
    try place.put(
      "note,sigma,\"who, when\",loss\n" + rows.joined(separator: "\n") + "\n", "losses.csv")
    let own = try await levels(
      "normal.json --kind \(kind) --sigma-min 0.01 --sigma-max 60 --steps 20")
    let list = try await levels(
      "losses.csv --dimension 2 --kind \(kind) --sigma-min 0.01 --sigma-max 60 --steps 20")
    // The table is as fine as the curve: both are within 1e-6 of the closed form.
    #expect(zip(own, list).allSatisfy { abs($0 / $1 - 1) < 1e-6 })
    #expect(own.count == 20 && list.count == 20)
  }

  @Test("A network's list is near that of the law, and the same whatever the threads")
  func network() async throws {
    try await place.train("pair.json", to: "m.safetensors", ["--steps", "400"])
    let words = "m.safetensors --kind entropic --steps 9 --samples 1024 --quiet"
    let learned = try await levels("\(words) --threads 1")
    #expect(try await levels("\(words) --threads 3") == learned)
    let exact = try await levels("pair.json --kind entropic --steps 9")
    #expect(zip(exact, learned).allSatisfy { abs(log($0 / $1)) < 0.5 }, "\(learned), \(exact)")
    #expect(zip(learned, learned.dropFirst()).allSatisfy { $0 > $1 })
  }

  @Test("A loss a little below 0, which is an error of its estimate, counts as 0")
  func belowZero() async throws {
    try place.put("sigma,loss\n1,0\n2,1\n3,1\n4,0\n", "zero.csv")
    try place.put("sigma,loss\n1,-0.1\n2,1\n3,1\n4,-1e-9\n", "below.csv")
    let options = "--dimension 2 --steps 5"
    #expect(try await levels("below.csv \(options)") == levels("zero.csv \(options)"))
  }

  @Test(
    "A table of losses that cannot be is an error that names the line",
    arguments: [
      ("sigma,loss\n1,1\n2,-0.3\n3,1\n", ["line 3", "-0.3"]),
      ("sigma,loss\n1,1\n2,2.5\n3,1\n", ["line 3", "2.5", "--dimension"]),
      ("sigma,loss\n1,1\n2,1\n1,0.5\n", ["line 4", "line 2", "each sigma once"]),
      ("sigma,loss\n1000,1\n2,1\n1000.0000000000001,0.5\n", ["line 4", "each sigma once"]),
      ("sigma,loss\n1,1\n2,1\n", ["3 rows"]), ("sigma,loss\n", ["3 rows", "found 0"]),
      ("sigma,loss\n1,1\n0,1\n3,1\n", ["line 3", "sigma"]),
      ("sigma,loss\n1,1\n2,x\n3,1\n", ["line 3, column 2", "'x'"]),
      ("sigma,loss\n1,1\n2\n3,1\n", ["line 3"]), ("sigma,loss\n1,1\n2,1,1\n3,1\n", ["line 3"]),
      ("sigma,loss\n1,nan\n2,1\n3,1\n", ["line 2"]), ("sigma,lss\n1,1\n", ["'loss'", "line 1"]),
      ("1,1\n2,1\n3,1\n", ["column names"]), ("", ["an empty file"]),
      ("sigma,loss\n1,0\n2,0\n3,0\n", ["entropy rate above 0"]),
    ])
  func malformedTable(text: String, mentions: [String]) async throws {
    try place.put(text, "losses.csv")
    try await place.expectError(
      65, ["schedule", "losses.csv", "--dimension", "2", "--steps", "5"],
      mentions: ["losses.csv"] + mentions)
  }

  @Test(
    "An option of 'schedule' that cannot be is an error",
    arguments: [
      "pair.json --steps 1", "pair.json --steps 0", "pair.json --steps x", "pair.json",
      "pair.json --steps 5 --kind x", "pair.json --steps 5 --format x",
      "pair.json --steps 5 --format npy", "pair.json --steps 5 --format npy --output l.json",
      "pair.json --steps 5 --output pair.json", "pair.json --steps 5 --rho 0",
      "pair.json --steps 5 --rho nan", "pair.json --steps 5 --sigma-min 2 --sigma-max 1",
      "pair.json --steps 5 --sigma-min 1000 --sigma-max 1000.0000000000001",
      "pair.json --steps 5 --sigma-min 0", "pair.json --steps 5 --dimension 2",
      "losses.csv --steps 5", "losses.csv --steps 5 --dimension 0",
      "losses.csv --steps 5 --dimension 1 --sigma-min 0.5",
      "losses.csv --steps 5 --dimension 1 --sigma-max 4", "pair.json --steps 5 --samples 1",
    ])
  func impossible(words: String) async throws {
    try place.put("sigma,loss\n1,1\n2,0.5\n3,0.1\n", "losses.csv")
    try await place.expectError(
      64, ["schedule"] + words.split(separator: " ").map(String.init), mentions: ["--"])
  }

  @Test("A source that is not there, or decides nothing, is an error")
  func impossibleSource() async throws {
    try await place.expectError(66, ["schedule", "nope", "--steps", "5"], mentions: ["nope"])
    try await place.expectError(
      66, ["schedule", "nope.csv", "--steps", "5", "--dimension", "2"], mentions: ["nope.csv"])
    try place.put(#"{"distribution": "points", "points": [[1]]}"#, "one.json")
    try await place.expectError(
      65, ["schedule", "one.json", "--steps", "5"], mentions: ["one.json", "entropy rate above 0"])
    #expect(try await levels("one.json --steps 5 --kind karras").count == 5)
    try place.put("1e160\n-1e160\n", "far.csv")
    try await place.expectError(65, ["schedule", "far.csv", "--steps", "5"], mentions: ["far.csv"])
  }

  @Test(
    "A list of levels from a file drives the sampler as the schedule of that name does",
    arguments: ["json", "csv", "npy"], ["sde", "heun"])
  func fileOfLevels(format: String, sampler: String) async throws {
    for kind in ["karras", "entropic"] {
      try await place.expectSuccess(
        [
          "schedule", "pair.json", "--steps", "9", "--kind", kind, "--format", format,
          "--output", "l.\(format)",
        ] + (format == "csv" ? ["--append-zero"] : []))
      let sample = ["sample", "pair.json", "--count", "20", "--sampler", sampler, "--schedule"]
      try await place.expectSuccess(sample + [kind, "--steps", "8", "--output", "a.npy"])
      try await place.expectSuccess(sample + ["l.\(format)", "--output", "b.npy"])
      #expect(try place.bytes("a.npy") == place.bytes("b.npy"))
    }
  }

  @Test(
    "A list of levels that cannot be is an error that names the entry",
    arguments: [
      ("l.json", "[3, 2, 2]", "entry 2"), ("l.json", "[3, 2, -1]", "entry 2"),
      ("l.json", "[3, 0, 1]", "entry 1"), ("l.json", "[3]", "two noise levels"),
      ("l.json", "[]", "two noise levels"), ("l.json", "{}", "a list"),
      ("l.json", "[3, \"x\"]", "entry 1"), ("l.csv", "sigma\n1\n2\n", "entry 1"),
      ("l.csv", "1,2\n3,4\n", "one column"), ("l.npy", "x", "l.npy"),
    ])
  func malformedList(name: String, text: String, mention: String) async throws {
    try place.put(text, name)
    try await place.expectError(
      65, ["sample", "pair.json", "--count", "5", "--output", "o.npy", "--schedule", name],
      mentions: [name, mention])
  }

  @Test("The adaptive sampler says what it took; a sample does not depend on how many there are")
  func adaptive() async throws {
    let words = ["sample", "normal.json", "--sampler", "adaptive", "--seed", "3"]
    let outcome = try await place.run(words + ["--count", "300", "--output", "many.npy"])
    #expect(outcome.code == 0 && outcome.stdout == "" && outcome.stderr.contains("evaluations"))
    let quiet = try await place.run(
      words + ["--count", "280", "--output", "few.npy", "--quiet", "--threads", "1"])
    #expect(quiet.code == 0 && quiet.stderr == "")
    let (many, few) = (try place.bytes("many.npy"), try place.bytes("few.npy"))
    #expect(few.count == 128 + 280 * 16 && many.dropFirst(128).starts(with: few.dropFirst(128)))
  }
}
