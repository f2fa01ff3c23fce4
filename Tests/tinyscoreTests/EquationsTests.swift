import JSONText
import Testing

@Suite struct EquationsTests {
  private let place: Workplace

  init() throws { place = try Workplace() }

  // Seed 0: some forty sampled comparisons at four standard errors; fails for one seed in 400.
  @Test("Every equation is confirmed, and the JSON has the fields of the interface")
  func equations() async throws {
    let text = try await place.expectSuccess([
      "equations", "--quiet", "--samples", "8192", "--json", "-",
    ])
    let document = try JSONValue(reading: text)
    #expect(document["schema"] == "tinyscore.equations.v1" && document["seed"] == 0)
    guard case .array(let rows) = document["rows"] else {
      Issue.record("no rows")
      return
    }
    #expect(rows.count >= 46)
    for row in rows {
      guard case .string = row["statement"], case .string = row["note"] else {
        Issue.record("\(row)")
        continue
      }
      #expect(row["confirmed"] == true, "\(row)")
      let isCorrected = row["corrected"] != .null
      #expect(row["printed"]?["holds"] == .bool(!isCorrected), "\(row)")
      let right = row[isCorrected ? "corrected" : "printed"]
      #expect(right?["holds"] == true, "\(row)")
      for key in ["left", "right", "error"] {
        guard case .number = right?[key] else {
          Issue.record("\(row)")
          continue
        }
      }
    }
    let networks = rows.filter { $0["network"] != .null }
    #expect(networks.count == 8 && networks.allSatisfy { $0["network"]?["holds"] == true })
  }

  @Test("A model of one's own is measured, and the table names every equation")
  func ownModel() async throws {
    try place.putPair()
    try await place.train("pair.json", to: "pair.safetensors")
    let table = try await place.expectSuccess([
      "equations", "--quiet", "--model", "pair.safetensors", "--samples", "8192",
      "--json", "rows.json",
    ])
    let starts = table.split(separator: "\n").compactMap { $0.split(separator: " ").first }
    #expect((1...46).allSatisfy { number in starts.contains { $0 == "\(number)" } })
    #expect(table.contains("all confirmed."))
    let document = try JSONValue(
      reading: String(decoding: try place.bytes("rows.json"), as: UTF8.self))
    #expect(document["schema"] == "tinyscore.equations.v1")
  }

  @Test("The seed changes the samples, the number of threads does not")
  func seeds() async throws {
    try place.putPair()
    func run(_ options: [String]) async throws -> String {
      try await place.expectSuccess(
        ["equations", "--quiet", "--model", "pair.json", "--samples", "8192", "--json", "-"]
          + options)
    }
    let first = try await run(["--seed", "5", "--threads", "1"])
    let again = try await run(["--seed", "5", "--threads", "3"])
    let other = try await run(["--seed", "6"])
    #expect(first == again && first != other)
  }

  @Test(
    "An option of 'equations' that cannot be is one message and its exit code",
    arguments: [
      (64, "--bogus", "--bogus"), (64, "extra", "extra"), (64, "--seed x", "--seed"),
      (64, "--threads 0", "--threads"),
      (64, "--samples 1000", "--samples"), (64, "--samples 20000", "--samples"),
      (64, "--model m.safetensors --json m.safetensors", "--json"),
      (66, "--model none.safetensors", "none.safetensors"), (66, "--model none", "none"),
      (73, "--json missing/rows.json", "missing"),
    ])
  func impossible(code: Int32, options: String, mention: String) async throws {
    try await place.expectError(
      code, ["equations"] + options.split(separator: " ").map(String.init), mentions: [mention])
  }
}
