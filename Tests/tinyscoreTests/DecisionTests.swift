import Foundation
import JSONText
import Testing

@Suite struct DecisionTests {
  private let place: Workplace

  init() throws {
    place = try Workplace()
    try place.putPair()
  }

  private static let peaks = [
    "rateInVariance", "rateInSigma", "rateInLogSigma", "posteriorEntropyVariance",
    "surprisalVariance",
  ]

  private func value(_ estimate: JSONValue?) -> Double { estimate?["value"]?.number ?? .nan }

  @Test("The peaks of two points are in the JSON and in the table, to three digits")
  func peaks() async throws {
    let document = try await place.evaluation("pair.json", ["--levels", "48"])
    // MATHEMATICS, Dynamics; five more digits by Tests/EstimationTests/References/peaks.py.
    for (name, expected) in zip(Self.peaks, [0.546, 0.644, 0.814, 0.862, 0.987]) {
      let peak = document["peaks"]?["exact"]?[name]
      #expect(abs(value(peak?["sigma"]) - expected) < 0.0006, "\(name)")
      #expect(value(peak?["value"]) > 0)
    }
    #expect(document["peaks"]?["learned"] == .null)
    let table = try await place.expectSuccess(["evaluate", "pair.json", "--quiet"])
      .split(whereSeparator: \.isWhitespace).joined(separator: " ")
    #expect(table.contains("0.5465 per unit of σ², 0.6438 of σ, 0.8142 of ln σ"))
    #expect(table.contains("0.8621 by posterior entropy, 0.9868 by surprisal"))
  }

  @Test("Pathwise entropies, active and typical sets of either kind of model have every field")
  func fields() async throws {
    try await place.train("pair.json", to: "m.safetensors")
    for model in ["m.safetensors", "pair.json"] {
      let document = try await place.evaluation(model, ["--paths", "64"])
      let pathwise = try #require(document["pathwise"])
      #expect(pathwise["paths"] == 64 && pathwise["rule"] == "symmetric")
      let levels = try #require(pathwise["levels"]?.elements)
      #expect(levels.count == 5)
      for level in levels {
        for name in ["gain", "gainVariance", "surprisalVariance", "informedSurprisalVariance"] {
          #expect(value(level[name]).isFinite, "\(name)")
        }
        #expect(level["gainVarianceStepError"]?.number ?? -1 >= 0)
        for name in ["posteriorEntropy", "posteriorEntropyVariance", "surprisalVariance"] {
          #expect(value(level["posterior"]?[name]) >= 0, "\(name)")
        }
        #expect(level["posterior"]?["gainDefect"]?.number ?? -1 >= 0)
      }
      for level in document["activeSet"]?["levels"]?.elements ?? [] {
        #expect((1...2).contains(value(level["size"])))
        #expect((0.5...1).contains(value(level["largestWeight"])))
        #expect(value(level["scoreSquaredNorm"]) > 0)
      }
      for level in document["typicalSet"]?["levels"]?.elements ?? [] {
        for name in ["distance", "typicalRate", "fixedPointRate"] {
          #expect(value(level[name]).isFinite, "\(name)")
        }
        #expect((0...1).contains(level["arrived"]?.number ?? -1))
      }
      for level in document["growth"]?["levels"]?.elements ?? [] {
        #expect(value(level["growth"]).isFinite)
        // In one dimension there is one direction, and one exponent.
        #expect(abs(value(level["rate"]) - value(level["largestExponent"])) < 1e-6)
        #expect(level["largestExponent"] == level["smallestExponent"])
      }
      #expect(document["growth"]?["levels"]?.elements?.count == 5)
      let regimes = try #require(document["regimes"])
      #expect(regimes["speciation"] == 1 && regimes["halfWeight"] == .null)
      // ½ ln(1 + 1/σ²) = ln 2 at σ = 1/√3.
      #expect(abs((regimes["entropyCollapse"]?.number ?? 0) - 0.57735) < 1e-5)
      #expect(abs((regimes["kernelWidth"]?.number ?? 0) - 2) < 1e-4)
    }
  }

  @Test("Marginal and conditional entropy rates sum to D, in ln σ and in time")
  func balance() async throws {
    try await place.train("pair.json", to: "m.safetensors")
    let document = try await place.evaluation("m.safetensors", ["--clock", "constant"])
    for level in try #require(document["levels"]?.elements) {
      let sigma = try #require(level["sigma"]?.number)
      let (exact, learned) = (level["exact"], level["learned"])
      let marginal = value(exact?["marginalEntropyRate"])
      #expect(abs(marginal + value(exact?["entropyRate"]) - 1) < 1e-12)
      #expect(
        abs(value(learned?["marginalEntropyRate"]) + value(learned?["denoisingLoss"]) - 1) < 1e-12)
      // Under σ² = t the rate in time is 1/2σ² of that in ln σ; Equation 38 has it as −½ div.
      let inTime = value(exact?["marginalEntropyRateInTime"])
      #expect(abs(inTime * 2 * sigma * sigma / marginal - 1) < 1e-9)
      #expect(abs(inTime + value(exact?["divergence"]) / 2) < 1e-9 * abs(inTime) + 1e-12)
    }
    let levels = try #require(document["levels"]?.elements?.compactMap { $0["sigma"]?.number })
    let summary = try #require(document["summary"])
    let change = value(summary["marginalEntropyChange"]?["exact"])
    let noise = log(levels[4] / levels[0])
    #expect(abs(change + value(summary["entropy"]?["exact"]) - noise) < 1e-9)
  }

  @Test("With --paths 0 there are no paths, peaks or regimes, and all else is the same")
  func off() async throws {
    let (with, without) = (
      try await place.evaluation("pair.json"),
      try await place.evaluation("pair.json", ["--paths", "0"])
    )
    for name in ["pathwise", "activeSet", "typicalSet", "growth", "regimes", "peaks"] {
      #expect(without[name] == .null && with[name] != nil, "\(name)")
    }
    #expect(with["levels"] == without["levels"] && with["summary"] == without["summary"])
  }

  @Test("A continuous law has paths and speciation, and null for what needs points")
  func continuous() async throws {
    try place.put(
      #"{"distribution": "gaussian", "mean": [0, 0], "standardDeviations": [2, 1]}"#, "g.json")
    let document = try await place.evaluation("g.json", ["--paths", "64"])
    #expect(document["activeSet"] == .null && document["pathwise"]?["levels"] != nil)
    #expect(document["pathwise"]?["levels"]?.elements?.first?["posterior"] == .null)
    #expect(document["regimes"]?["speciation"] == 2)
    for name in ["entropyCollapse", "kernelWidth", "collapse", "halfWeight"] {
      #expect(document["regimes"]?[name] == .null, "\(name)")
    }
  }

  @Test("A number of paths that cannot be is an error that names the option")
  func badPaths() async throws {
    for paths in ["1", "-3", "99999999"] {
      try await place.expectError(
        64, ["evaluate", "pair.json", "--paths", paths], mentions: ["--paths", paths])
    }
  }

  @Test("The report has the figures of decisions and of the entropy balance")
  func report() async throws {
    _ = try await place.expectSuccess(
      ["evaluate", "pair.json", "--report", "r.html"] + smallEvaluation)
    let page = String(decoding: try place.bytes("r.html"), as: UTF8.self)
    for title in [
      "Decisions along the paths", "Variance of the pathwise entropy", "The active set",
      "Regimes of the reverse process", "Typical points", "Growth of perturbations",
      "Balance of the marginal entropy",
    ] { #expect(page.contains(title), "\(title)") }
  }
}
