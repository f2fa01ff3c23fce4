import JSONText
import Testing

/// Data that are unlike those of the demonstrations in some way.
@Suite struct SmallDataTests {
  private let place: Workplace

  init() throws { place = try Workplace() }

  /// Trains on the points and evaluates: a finite document whose exact entropy is `entropy` nats.
  ///
  /// The levels are those that `train` chooses, which hold 99.5 % of the entropy; the integral over
  /// 24 of them is good to 2 %.
  private func expectSensible(
    _ csv: String, entropy: Double, options: [String] = [],
    sourceLocation: SourceLocation = #_sourceLocation
  ) async throws {
    try place.put(csv, "points.csv")
    try await place.train("points.csv", to: "m.safetensors", options)
    let document = try await place.evaluation(
      "m.safetensors", ["--levels", "24", "--samples", "2048"], sourceLocation: sourceLocation)
    let summary = try #require(document["summary"]?["entropy"])
    let exact = try #require(summary["exact"]?["value"]?.number)
    #expect(
      abs(exact - entropy) <= 0.02 * entropy + 1e-12, "\(exact)", sourceLocation: sourceLocation)
    for route in ["loss", "informedLoss", "trainingLoss", "divergence", "scoreNorm"] {
      // A network after 100 steps knows little, but hardly less than nothing: D nats an e-fold.
      let value = try #require(summary[route]?["value"]?.number, sourceLocation: sourceLocation)
      #expect(value > -1 && value < 40, "\(route): \(value)", sourceLocation: sourceLocation)
    }
  }

  @Test("One point has no entropy")
  func onePoint() async throws { try await expectSensible("3,-2\n", entropy: 0) }

  @Test("Two points have ln 2")
  func twoPoints() async throws { try await expectSensible("0,0\n3,4\n", entropy: 0.693_147) }

  @Test("A constant coordinate changes nothing")
  func constantCoordinate() async throws {
    try await expectSensible("0,7,0\n3,7,4\n", entropy: 0.693_147)
  }

  @Test("Points that are there several times weigh as often")
  func duplicates() async throws {
    // −¾ ln ¾ − ¼ ln ¼.
    try await expectSensible("1\n1\n1\n-1\n", entropy: 0.562_335)
  }

  @Test("All points equal are one point")
  func allEqual() async throws { try await expectSensible("5\n5\n5\n", entropy: 0) }

  @Test("A mean of a million does not matter")
  func largeOffset() async throws {
    try await expectSensible("1000001\n999999\n", entropy: 0.693_147)
    let far = try await place.evaluation("m.safetensors")
    try place.putPair()
    try await place.train("pair.json", to: "near.safetensors")
    let near = try await place.evaluation("near.safetensors")
    for document in [far, near] { #expect(document["dataScale"] == 1) }
    for (a, b) in zip(far["levels"]?.elements ?? [], near["levels"]?.elements ?? []) {
      let rate = { (level: JSONValue) in
        level["learned"]?["entropyRate"]?["loss"]?["value"]?.number ?? .nan
      }
      // The same run but for rounding, which the steps amplify.
      #expect(abs(rate(a) - rate(b)) < 0.02 * (1 + rate(b)))
    }
  }

  @Test("The unit of the data does not matter", arguments: ["e-12", "e-6", "e9", "e14"])
  func units(exponent: String) async throws {
    try await expectSensible("1\(exponent)\n-1\(exponent)\n", entropy: 0.693_147)
  }

  @Test(
    "Distances whose squares are no numbers are refused", arguments: ["e-200", "e-145", "e160"])
  func squaresOutOfRange(exponent: String) async throws {
    try place.put("1\(exponent)\n-1\(exponent)\n", "points.csv")
    try await place.expectError(
      65, ["evaluate", "points.csv"] + smallEvaluation, mentions: ["points", "another unit"])
  }

  @Test("Points held out are left out of the training and of its exact side")
  func holdout() async throws {
    let points = (0..<10).map { "\($0),\($0 * $0)\n" }.joined()
    // Of ten points eight stay: ln 8.
    try await expectSensible(points, entropy: 2.079_442, options: ["--holdout", "0.2"])
  }

  @Test(
    "Names with spaces, of other scripts and like options are names",
    arguments: ["a b", "naïve ☃", "--help", "-x", "'", "$(x)"])
  func names(name: String) async throws {
    try place.put("1\n-1\n", "\(name).csv")
    let outcome = try await place.run(["train"] + smallRun + ["--", "\(name).csv"])
    #expect(outcome.code == 0 && outcome.stderr == "")
    #expect(place.has("checkpoints/\(name).safetensors"))
    let table = try await place.expectSuccess(
      ["evaluate"] + smallEvaluation + ["--", "checkpoints/\(name).safetensors"])
    #expect(table.contains(name))
  }
}
