import Foundation
import JSONText
import Testing

@Suite struct BifurcationsTests {
  private let place: Workplace

  init() throws {
    place = try Workplace()
    try place.putPair()
  }

  private func branchings(
    _ model: String, _ options: [String] = []
  ) async throws -> JSONValue {
    try JSONValue(
      reading: await place.expectSuccess(
        ["bifurcations", model, "--json", "-", "--quiet"] + options))
  }

  private func ids(_ value: JSONValue?) -> [Double] {
    value?.elements?.compactMap { $0.number } ?? []
  }

  @Test("Two points give one pitchfork at σ = 1, and every field of the schema")
  func pair() async throws {
    let document = try await branchings("pair.json")
    #expect(document["schema"] == "tinyscore.bifurcations.v1" && document["dimension"] == 1)
    let event = try #require(document["events"]?.elements?.first)
    #expect(document["events"]?.elements?.count == 1 && event["kind"] == "pitchfork")
    #expect(abs((event["sigma"]?.number ?? 0) - 1) < 1e-6)
    #expect(ids(event["paths"]) == [0, 1, 2] && ids(event["ending"]) == [0, 1])
    #expect(ids(event["direction"]).map { abs($0) } == [1] && ids(event["x"]).count == 1)
    let paths = try #require(document["paths"]?.elements)
    #expect(paths.count == 3 && paths[2]["start"] == .null && paths[1]["start"] == 1)
    for path in paths {
      let points = try #require(path["points"]?.elements)
      let sigmas = points.compactMap { $0["sigma"]?.number }
      #expect(
        sigmas.count == points.count && zip(sigmas, sigmas.dropFirst()).allSatisfy { $0 < $1 })
      for point in points {
        let (sigma, x) = (point["sigma"]?.number ?? .nan, ids(point["x"])[0])
        // A fixed point of two unit points, and the slope of their score there.
        let m = tanh(x / (sigma * sigma))
        #expect(abs(x - m) < 1e-7)
        let slope = (1 - m * m) / pow(sigma, 4) - 1 / (sigma * sigma)
        #expect(abs(ids(point["eigenvalues"])[0] - slope) < 1e-5 * (1 + abs(slope)))
        #expect(point["stable"] == .bool(ids(point["eigenvalues"])[0] < 0))
      }
    }
  }

  @Test("A network's branchings stand beside the exact ones, each under its own key")
  func network() async throws {
    try await place.train("pair.json", to: "m.safetensors")
    let document = try await branchings("m.safetensors", ["--samples", "32"])
    #expect(document["paths"] == nil && document["events"] == nil)
    for side in ["exact", "learned"] {
      #expect((document[side]?["paths"]?.elements?.count ?? 0) > 0)
      #expect(document[side]?["events"]?.elements != nil)
    }
    let comparison = try #require(document["comparison"])
    #expect(comparison["lost"]?.elements != nil && comparison["invented"]?.elements != nil)
    for pair in comparison["events"]?.elements ?? [] {
      let (exact, learned) = (pair["exactSigma"]?.number, pair["learnedSigma"]?.number)
      let difference = try #require(learned) / (try #require(exact)) - 1
      #expect(abs(difference - (pair["relativeDifference"]?.number ?? .nan)) < 1e-12)
    }
  }

  @Test("Results do not depend on the number of threads")
  func threads() async throws {
    try place.put(
      #"{"distribution": "points", "points": [[0, 0], [1, 0.3], [0.2, 2], [3, 1], [2, 2.5]]}"#,
      "five.json")
    let one = try await place.expectSuccess(
      ["bifurcations", "five.json", "--json", "-", "--threads", "1", "--quiet"])
    let three = try await place.expectSuccess(
      ["bifurcations", "five.json", "--json", "-", "--threads", "3", "--quiet"])
    #expect(one == three && one.count > 1000)
  }

  @Test("The table has the merging tree, and says where data have ridges")
  func table() async throws {
    let text = try await place.expectSuccess(["bifurcations", "pair.json", "--quiet"])
    #expect(text.contains("1.000000  pitchfork  0, 1   2"))
    #expect(text.contains("{0, 1}  σ_c = 1.0000, pitchfork\n  {0}\n  {1}"))
    try place.put(#"{"distribution": "curve", "shape": "circle"}"#, "circle.json")
    let circle = try await place.expectSuccess(
      ["bifurcations", "circle.json", "--samples", "8", "--quiet"])
    #expect(circle.contains("lie on a ridge of the density"))
    // A circle's centre loses its stability where r²/2 is σ².
    #expect(circle.contains("2 below σ = 0.7071068, 0 above"))
  }

  @Test("The report has both figures of the paper")
  func report() async throws {
    _ = try await place.expectSuccess(
      ["bifurcations", "pair.json", "--report", "r.html", "--quiet"])
    let page = String(decoding: try place.bytes("r.html"), as: UTF8.self)
    for title in [
      "Conditional entropy H(y|x)", "Paths of fixed points", "Trajectories of the reverse flow",
      "Divergence of neighbouring trajectories", "Equation 28",
    ] {
      #expect(page.contains(title), "\(title)")
    }
  }

  @Test("Words that make no sense are errors that name them")
  func errors() async throws {
    try await place.expectError(66, ["bifurcations", "nothing.json"], mentions: ["nothing.json"])
    try await place.expectError(
      64, ["bifurcations", "pair.json", "--samples", "0"], mentions: ["--samples", "0"])
    try await place.expectError(
      64, ["bifurcations", "pair.json", "--json", "a", "--report", "a"], mentions: ["--json"])
    try await place.expectError(
      64, ["bifurcations", "pair.json", "--json", "pair.json"], mentions: ["pair.json"])
    // The same file by another name, and by a link.
    try await place.expectError(
      64, ["bifurcations", "pair.json", "--json", "a.json", "--report", "./a.json"],
      mentions: ["--report", "--json"])
    try FileManager.default.createSymbolicLink(
      atPath: place["link.json"], withDestinationPath: "pair.json")
    for words in [
      "bifurcations pair.json --json link.json", "evaluate pair.json --json link.json",
      "schedule pair.json --steps 4 --output link.json",
    ] {
      try await place.expectError(
        64, words.split(separator: " ").map(String.init), mentions: ["pair.json", "link.json"])
    }
    try place.put((0..<5001).map { "\($0)" }.joined(separator: "\n"), "many.csv")
    try await place.expectError(
      65, ["bifurcations", "many.csv"], mentions: ["many", "5000", "5001"])
  }
}
