import Foundation
import JSONText
import Testing

@Suite struct EvaluateTests {
  private let place: Workplace

  init() throws {
    place = try Workplace()
    try place.putPair()
  }

  private static let rates = [
    "loss", "informedLoss", "trainingLoss", "divergence", "scoreNorm", "upperBound",
  ]

  private func expectEstimate(
    _ value: JSONValue?, _ name: String, isNullable: Bool = false,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    if isNullable && value == .null { return }
    let numbers = ["value", "standardError", "lower", "upper"].map { value?[$0]?.number }
    guard let center = numbers[0], let error = numbers[1], let lower = numbers[2],
      let upper = numbers[3]
    else {
      Issue.record("no estimate: \(name)", sourceLocation: sourceLocation)
      return
    }
    #expect(error >= 0 && lower <= center && center <= upper, sourceLocation: sourceLocation)
  }

  private func expectExact(_ exact: JSONValue?) {
    for name in [
      "entropyRate", "bandwidthFraction", "divergence", "dataDivergence", "scoreSquaredNorm",
    ] { expectEstimate(exact?[name], name) }
    for name in ["conditionalEntropy", "posteriorEntropyVariance", "surprisalVariance"] {
      expectEstimate(exact?[name], name, isNullable: true)
    }
  }

  private func expectLearned(_ learned: JSONValue?) {
    for name in [
      "denoisingLoss", "bandwidthFraction", "divergence", "dataDivergence", "scoreSquaredNorm",
      "miscalibration",
    ] { expectEstimate(learned?[name], name) }
    for name in ["trainingLoss", "scoreMatchingLoss"] {
      expectEstimate(learned?[name], name, isNullable: true)
    }
    for name in Self.rates {
      expectEstimate(
        learned?["entropyRate"]?[name], name,
        isNullable: ["informedLoss", "trainingLoss"].contains(name))
    }
  }

  private func expectDocument(_ document: JSONValue, isNetwork: Bool) throws {
    #expect(document["schema"] == "tinyscore.evaluation.v1")
    #expect(document["model"]?["kind"] == (isNetwork ? "network" : "exact"))
    #expect(document["model"]?["path"]?.text != nil)
    #expect((document["model"]?["step"]?.number != nil) == isNetwork)
    #expect(document["dataset"]?["name"]?.text == "pair")
    #expect(document["dataset"]?["distribution"] == "points")
    #expect(document["dimension"] == 1 && document["dataScale"] == 1)
    #expect(document["samplesPerLevel"] == 256 && document["seed"] == 0)
    #expect(document["confidence"] == 0.95)
    let levels = try #require(document["levels"]?.elements)
    #expect(levels.count == 5)
    for level in levels {
      #expect(level["sigma"]?.number ?? 0 > 0)
      expectExact(level["exact"])
      if isNetwork { expectLearned(level["learned"]) } else { #expect(level["learned"] == .null) }
    }
    let summary = try #require(document["summary"])
    expectEstimate(summary["entropy"]?["exact"], "exact")
    for name in Self.rates {
      if isNetwork {
        expectEstimate(summary["entropy"]?[name], name)
        #expect(summary["maxBandwidthError"]?[name]?.number ?? -1 >= 0, "\(name)")
      } else {
        #expect(summary["entropy"]?[name] == .null && summary["maxBandwidthError"]?[name] == .null)
      }
    }
    #expect(summary["peakSigma"]?["exact"]?.number ?? 0 > 0)
    #expect((summary["peakSigma"]?["loss"]?.number != nil) == isNetwork)
  }

  @Test("The JSON of a network has every field of the interface with its type")
  func networkFields() async throws {
    try await place.train("pair.json", to: "m.safetensors")
    try expectDocument(await place.evaluation("m.safetensors"), isNetwork: true)
  }

  @Test("The JSON of a data set has exact curves, and null where a network would be")
  func exactFields() async throws {
    try expectDocument(await place.evaluation("pair.json"), isNetwork: false)
  }

  @Test(
    "Totals with their tails, spectra and the dimension are in the JSON of either kind of model")
  func totalsAndGeometry() async throws {
    try await place.train("pair.json", to: "m.safetensors")
    for model in ["m.safetensors", "pair.json"] {
      let document = try await place.evaluation(model, ["--levels", "12"])
      let levels = try #require(document["levels"]?.elements)
      #expect(levels.count == 12)
      for level in levels {
        let geometry = try #require(level["geometry"])
        expectEstimate(geometry["fisherEigenvalues"]?.elements?.first, "fisherEigenvalues")
        expectEstimate(geometry["jacobianEigenvalues"]?.elements?.first, "jacobianEigenvalues")
        expectEstimate(geometry["effectiveDimension"], "effectiveDimension")
        for name in ["fisherTrace", "jacobianTrace", "hutchinson", "stein"] {
          expectEstimate(geometry["entropyRate"]?[name], name)
        }
        let own = level["sampled"]?["entropyRate"]
        #expect((own == nil) == (model == "m.safetensors"))
        if own != nil { expectEstimate(own?["loss"], "sampled") }
      }
      let summary = try #require(document["summary"])
      #expect(summary["quadratureError"]?.number ?? -1 > 0)
      // ln 2 = 0.693, all of it within the interval.
      let total = try #require(summary["dataEntropy"]?["exact"])
      expectEstimate(total, "dataEntropy")
      #expect(total["lower"]?.number ?? 9 < 0.69315 && total["upper"]?.number ?? 0 > 0.69314)
      #expect(summary["differentialEntropy"] == .null)
      #expect(summary["dimension"]?["support"] == 0)
    }
  }

  @Test("Several models give one table and a document of several evaluations")
  func severalModels() async throws {
    try await place.train("pair.json", to: "m.safetensors")
    let words = ["evaluate", "m.safetensors", "pair.json", "--json", "o.json", "--csv", "o.csv"]
    let table = try await place.expectSuccess(words + smallEvaluation)
    #expect(table.contains("m.safetensors") && table.contains("pair.json"))
    let document = try JSONValue(reading: place.bytes("o.json"))
    #expect(document["schema"] == "tinyscore.evaluations.v1")
    let evaluations = try #require(document["evaluations"]?.elements)
    try #require(evaluations.count == 2)
    try expectDocument(evaluations[0], isNetwork: true)
    try expectDocument(evaluations[1], isNetwork: false)
    let rows = String(decoding: try place.bytes("o.csv"), as: UTF8.self).split(separator: "\n")
    #expect(rows.count == 1 + 2 * 5 && rows[0].hasPrefix("model,dataset,sigma,exact,"))
    #expect(
      Set(rows.map { $0.split(separator: ",", omittingEmptySubsequences: false).count }) == [18])
    #expect(rows[0].hasSuffix(",logSNR"))
    for row in rows.dropFirst() {
      let cells = row.split(separator: ",", omittingEmptySubsequences: false)
      let (sigma, snr) = (Double(cells[2]) ?? .nan, Double(cells[17]) ?? .nan)
      // The signal has unit scale, the noise σ: ln(1/σ²).
      #expect(abs(snr - log(1 / (sigma * sigma))) < 1e-12)
    }
    let level = try #require(evaluations[0]["levels"]?.elements?.first)
    let sigma = try #require(level["sigma"]?.number)
    #expect(abs((level["logSNR"]?.number ?? .nan) - log(1 / (sigma * sigma))) < 1e-12)
  }

  @Test(
    "Half the sum of loss and score norm is the divergence, to rounding",
    arguments: ["ema", "online"])
  func identity(weights: String) async throws {
    try place.put("1,2\n-1,0.5\n3,1\n", "plane.csv")
    for (dataset, dimension) in [("pair.json", 1.0), ("plane.csv", 2.0)] {
      try await place.train(dataset, to: "m.safetensors")
      let document = try await place.evaluation("m.safetensors", ["--weights", weights])
      for level in try #require(document["levels"]?.elements) {
        let rate = { level["learned"]?["entropyRate"]?[$0]?["value"]?.number ?? .nan }
        let mean = (rate("loss") + rate("scoreNorm")) / 2
        #expect(abs(mean - rate("divergence")) <= 1e-9 * dimension)
      }
    }
  }

  @Test(
    "A clock adds the time of each level and the rate in it",
    arguments: [("constant", 0.25), ("edm", 0.5), ("geometric", 0.5)])
  func clocks(name: String, time: Double) async throws {
    try await place.train(
      "pair.json", to: "m.safetensors", ["--sigma-min", "0.05", "--sigma-max", "5"])
    let plain = try await place.evaluation("m.safetensors", ["--sigmas", "0.5"])
    #expect(plain["levels"]?.elements?.first?["t"] == nil)
    let document = try await place.evaluation(
      "m.safetensors", ["--sigmas", "0.5", "--clock", name])
    let level = try #require(document["levels"]?.elements?.first)
    let found = try #require(level["t"]?.number)
    let rate = try #require(level["learned"]?["entropyRate"]?["loss"]?["value"]?.number)
    let inTime = try #require(level["entropyRateInTime"]?["value"]?.number)
    // σ² = t, σ = t, and the middle of 0.05 and 5 by ratios; d ln σ/dt = 1/2t, 1/t,
    // |ln(σmax/σmin)|. The geometric clock runs from σ_max at 0 to σ_min at 1, or back: 0.5 either
    // way.
    let factor = ["constant": 0.5 / 0.25, "edm": 1 / 0.5, "geometric": 4.605_170_185_988_092]
    #expect(abs(found - time) < 1e-12)
    #expect(abs(abs(inTime) - (factor[name] ?? 0) * rate) <= 1e-9 * abs(inTime))
  }

  @Test("The unit changes the table and leaves the JSON in nats")
  func units() async throws {
    let nats = try await place.evaluation("pair.json")
    #expect(try await place.evaluation("pair.json", ["--unit", "bits"]) == nats)
    let table = try await place.expectSuccess(
      ["evaluate", "pair.json", "--unit", "bits", "--levels", "40"])
    // The entropy of two points is one bit; the levels hold nearly all of it.
    #expect(table.contains("bits") && !table.contains("nats per unit"))
  }

  @Test("'inspect' shows what the checkpoint holds, and tells two apart")
  func inspection() async throws {
    try await place.train("pair.json", to: "a.safetensors")
    try await place.train("pair.json", to: "b.safetensors", ["--seed", "1"])
    let text = try await place.expectSuccess(["inspect", "a.safetensors", "--stats"])
    #expect(text.contains("pair") && text.contains("ema.layers.0.weight"))
    let document = try JSONValue(
      reading: await place.expectSuccess(["inspect", "a.safetensors", "--json"]))
    #expect(document["config"]?["steps"] == 100 && document["progress"]?["step"] == 100)
    let same = try await place.run("inspect a.safetensors a.safetensors")
    #expect(same.code == 0)
    let other = try await place.run("inspect a.safetensors b.safetensors")
    #expect(other.code == 1 && other.stderr == "" && other.stdout.contains("--seed: 0 and 1"))
  }
}

extension JSONValue {
  /// The number, nil if this is none.
  var number: Double? {
    if case .number(let value) = self { value } else { nil }
  }

  /// The text, nil if this is none.
  var text: String? {
    if case .string(let value) = self { value } else { nil }
  }

  /// The elements of the list, nil if this is none.
  var elements: [JSONValue]? {
    if case .array(let values) = self { values } else { nil }
  }
}
