import JSONText
import Storage
import Testing

@Suite struct InspectComparisonTests {
  private let place: Workplace

  init() throws {
    place = try Workplace()
    try place.putPair()
  }

  private func comparison(
    _ left: String, _ right: String, _ options: [String] = [], code: Int32 = 1,
    sourceLocation: SourceLocation = #_sourceLocation
  ) async throws -> JSONValue {
    let outcome = try await place.run(["inspect", left, right, "--json"] + options)
    #expect(outcome.code == code && outcome.stderr == "", sourceLocation: sourceLocation)
    return try JSONValue(reading: outcome.stdout)
  }

  @Test("Files of equal content are equal, whatever their names")
  func equal() async throws {
    try await place.train("pair.json", to: "a.safetensors")
    try place.put(place.bytes("a.safetensors"), "b.safetensors")
    let text = try await place.expectSuccess(["inspect", "a.safetensors", "b.safetensors"])
    #expect(text == "a.safetensors and b.safetensors are equal, byte for byte\n")
    let result = try await comparison("a.safetensors", "b.safetensors", code: 0)
    #expect(result["equal"] == true && result["tensors"] == [] && result["functions"] == .null)
    #expect(result["functionsMissing"] == "the files are equal")
  }

  @Test("The first element that differs is told with both values, in the order of the file")
  func firstDifference() async throws {
    try await place.train("pair.json", to: "a.safetensors")
    try place.forge("a.safetensors", "b.safetensors", tensor: "network.layers.0.weight") {
      $0[35] = 7
      $0[40] += 1
    }
    let file = try SafetensorsFile(path: place["a.safetensors"])
    let weight = try #require(file.tensors["network.layers.0.weight"])
    guard case .single(let values) = weight.values else { return }
    let result = try await comparison("a.safetensors", "b.safetensors")
    // 33 columns: element 35 is [1, 2].
    #expect(
      result["firstDifferingTensor"] == [
        "name": "network.layers.0.weight", "index": [1, 2], "left": .number(Double(values[35])),
        "right": 7,
      ])
    let tensors = try #require(result["tensors"]?.elements)
    #expect(tensors.count == 1 && tensors[0]["leftShape"] == [8, 33])
    let distance = Double(values[35]) - 7
    #expect(tensors[0]["distance"]?.number == abs(distance))
    let rms = try #require(tensors[0]["rms"]?.number)
    #expect(abs(rms - ((distance * distance + 1) / 264).squareRoot()) < 1e-6)
    // The averaged weights are untouched: the functions are the same.
    #expect(result["functions"]?["maxBandwidthDifference"]?["value"] == 0)
    let text = try await place.run("inspect a.safetensors b.safetensors")
    #expect(
      text.code == 1 && text.stdout.contains("first difference: network.layers.0.weight[1, 2], "))
    #expect(text.stdout.contains("functions: the same"))
  }

  @Test("A zero of another sign is another content")
  func signedZero() async throws {
    try await place.train("pair.json", to: "a.safetensors")
    try place.forge("a.safetensors", "plus.safetensors", tensor: "data.mean") { $0[0] = 0 }
    try place.forge("a.safetensors", "minus.safetensors", tensor: "data.mean") { $0[0] = -0.0 }
    let result = try await comparison("plus.safetensors", "minus.safetensors")
    #expect(result["equal"] == false && result["firstDifferingTensor"]?["name"] == "data.mean")
  }

  @Test("Functions are compared on common samples, with an error, by the seed and not the threads")
  func functions() async throws {
    try await place.train("pair.json", to: "a.safetensors")
    try await place.train("pair.json", to: "b.safetensors", ["--seed", "1", "--width", "9"])
    let result = try await comparison("a.safetensors", "b.safetensors")
    let functions = try #require(result["functions"])
    let levels = try #require(functions["levels"]?.elements)
    let differences = levels.compactMap { $0["bandwidthDifference"]?["value"]?.number }
    #expect(levels.count == 24 && differences.count == 24)
    #expect(
      functions["maxBandwidthDifference"]?["value"]?.number == differences.map { abs($0) }.max())
    #expect((functions["maxBandwidthDifference"]?["standardError"]?.number ?? 0) > 0)
    let count = try #require(functions["levelsThatDiffer"]?.number)
    #expect((0...24).contains(count))
    let text = try await place.run("inspect a.safetensors b.safetensors").stdout
    #expect(text.contains("Δb̂ exceeds chance at \(Int(count)) of 24 levels"), "\(text)")
    #expect(text.split(separator: "\n").allSatisfy { $0.count <= 80 }, "\(text)")
    #expect(result["functionsMissing"] == .null)
    let other = try await comparison("a.safetensors", "b.safetensors", ["--threads", "3"])
    #expect(other == result)
    let reseeded = try await comparison("a.safetensors", "b.safetensors", ["--seed", "9"])
    #expect(reseeded["functions"] != result["functions"])
    // The difference the other way round is the negative one, on the same samples.
    let back = try await comparison("b.safetensors", "a.safetensors")
    #expect(
      back["functions"]?["levels"]?.elements?.compactMap {
        $0["bandwidthDifference"]?["value"]?.number
      } == differences.map { -$0 })
  }

  @Test("The difference of the bandwidths is that of two evaluations")
  func evaluations() async throws {
    try await place.train("pair.json", to: "a.safetensors", ["--steps", "60"])
    try await place.train("pair.json", to: "b.safetensors", ["--steps", "20"])
    let levels = try #require(
      try await comparison("a.safetensors", "b.safetensors")["functions"]?["levels"]?.elements)
    let level = levels[16]
    let sigma = try #require(level["sigma"]?.number)
    func fraction(_ name: String) async throws -> (value: Double, error: Double) {
      let words = ["evaluate", name, "--json", "-", "--sigmas", "\(sigma)", "--paths", "0"]
      let result = try JSONValue(reading: await place.expectSuccess(words))
      let estimate = result["levels"]?.elements?.first?["learned"]?["bandwidthFraction"]
      return (
        try #require(estimate?["value"]?.number), try #require(estimate?["standardError"]?.number)
      )
    }
    let (a, b) = (try await fraction("a.safetensors"), try await fraction("b.safetensors"))
    let found = try #require(level["bandwidthDifference"]?["value"]?.number)
    let error = try #require(level["bandwidthDifference"]?["standardError"]?.number)
    // Default seeds; five standard errors of all three: fails once in 10⁶ seeds.
    #expect(abs(found - (a.value - b.value)) < 5 * (error + a.error + b.error))
    #expect(abs(found) > 5 * error)
  }

  @Test("Where functions cannot be compared, the result says why")
  func missingFunctions() async throws {
    try place.put("1,2\n-1,0\n3,3\n", "three.csv")
    try await place.train("pair.json", to: "a.safetensors")
    try await place.train("three.csv", to: "b.safetensors")
    try await place.train("three.csv", to: "c.safetensors", ["--seed", "1"])
    let dimensions = try await comparison("a.safetensors", "b.safetensors")
    #expect(dimensions["functions"] == .null && dimensions["sameDataset"] == false)
    #expect(dimensions["functionsMissing"]?.text?.contains("dimensions 1 and 2") == true)
    try place.remove("three.csv")
    let data = try await comparison("b.safetensors", "c.safetensors")
    #expect(data["functions"] == .null)
    #expect(data["functionsMissing"]?.text?.contains("three.csv") == true)
    let ranges = ["--sigma-min", "100", "--sigma-max", "200"]
    try await place.train("pair.json", to: "d.safetensors", ranges)
    let apart = try await comparison("a.safetensors", "d.safetensors")
    #expect(apart["functionsMissing"]?.text?.contains("no part in common") == true)
    let text = try await place.run("inspect a.safetensors d.safetensors")
    #expect(text.code == 1 && text.stdout.contains("not compared: the ranges"))
  }

  @Test("Tensors that only one file has, or of other shapes, are counted and have no distance")
  func otherShapes() async throws {
    try await place.train("pair.json", to: "a.safetensors")
    try await place.train("pair.json", to: "weights.safetensors", ["--weights-only"])
    try await place.train("pair.json", to: "wide.safetensors", ["--width", "9"])
    let weights = try await place.run("inspect a.safetensors weights.safetensors")
    #expect(weights.code == 1 && weights.stdout.contains("tensors only in A: "))
    #expect(weights.stdout.contains("functions: the same") && !weights.stdout.contains("max |A"))
    let wide = try await place.run("inspect a.safetensors wide.safetensors")
    #expect(wide.stdout.contains("the first ema.layers.0.bias, 8 and 9"))
    let result = try await comparison("a.safetensors", "wide.safetensors")
    let bias = result["tensors"]?.elements?.first { $0["name"] == "ema.layers.0.bias" }
    #expect(bias?["distance"] == .null && bias?["leftShape"] == [8] && bias?["rightShape"] == [9])
  }
}
