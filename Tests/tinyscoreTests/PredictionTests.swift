import Distributions
import ForwardProcess
import Glibc
import JSONText
import LinearAlgebra
import Randomness
import Storage
import Testing

/// `evaluate --predictions`: what users hand in, and what they get.
@Suite struct PredictionTests {
  private let place: Workplace
  private static let sigmas = [0.3, 0.5, 0.8, 1.2, 2, 4]

  init() throws {
    place = try Workplace()
    try place.putPair()
    try place.makeFolder("out")
  }

  /// The exact predictions for two unit points, at these noise levels row by row.
  private func example(_ sigmas: [Double]) throws -> (
    y: Matrix<Double>, z: Matrix<Double>, p: [Double]
  ) {
    let law = try PointsLaw(points: Matrix([[1], [-1]]))
    let y = law.samples(sigmas.count, stream: RandomStream(seed: 9, step: 0, purpose: .data))
    let z = RandomStream(seed: 9, step: 0, purpose: .noise).normals(sigmas.count, 1)
    let p = sigmas.enumerated().map { row, sigma in
      let x = y[row, 0] + sigma * z[row, 0]
      return (x - tanh(x / (sigma * sigma))) / sigma
    }
    return (y, z, p)
  }

  private func write(_ elements: [Double], _ shape: [Int], _ name: String) throws {
    try NumpyFile.write(elements, shape: shape, to: place["out/\(name).npy"])
  }

  /// Rows at a few levels, a grid, or rows at drawn levels.
  private func put(_ form: String) throws {
    let drawn = RandomStream(seed: 9, step: 0, purpose: .level).normals(4096, 1)
    let sigmas =
      form == "drawn"
      ? drawn.elements.map { exp(0.7 * $0) }
      : form == "grid"
        ? Self.sigmas.flatMap { Array(repeating: $0, count: 512) }
        : (0..<3072).map { Self.sigmas[$0 * 7 % 6] }
    let (y, z, p) = try example(sigmas)
    let shape = form == "grid" ? [6, 512, 1] : [sigmas.count, 1]
    try write(z.elements, shape, "z")
    try write(p, shape, "prediction")
    try write(y.elements, shape, "sample")
    try write(
      form == "grid" ? Self.sigmas : sigmas, form == "grid" ? [6, 1] : [sigmas.count], "sigma")
  }

  private let words = ["evaluate", "--predictions", "out"]

  private func document(_ options: [String] = []) async throws -> JSONValue {
    try JSONValue(reading: await place.expectSuccess(words + ["--json", "-"] + options))
  }

  @Test(
    "The JSON has every route with its interval, log SNR, totals and a schedule",
    arguments: ["rows", "grid", "drawn"], [false, true])
  func fields(form: String, hasDataset: Bool) async throws {
    try put(form)
    let document = try await document(hasDataset ? ["--dataset", "pair.json"] : [])
    #expect(document["schema"] == "tinyscore.predictions.v1" && document["dimension"] == 1)
    #expect(document["predictions"]?["form"] == (form == "grid" ? "grid" : "rows"))
    #expect(document["predictions"]?["looksLike"] == .null)
    #expect((document["dataset"] == .null) == !hasDataset)
    let levels = try #require(document["levels"]?.elements)
    #expect(form == "drawn" ? levels.count > 12 : levels.count == 6)
    for level in levels {
      let sigma = try #require(level["sigma"]?.number)
      #expect(abs((level["logSNR"]?.number ?? 9) + 2 * log(sigma)) < 1e-12)
      #expect((level["band"] == .null) == (form != "drawn"))
      for route in ["loss", "divergence", "scoreNorm", "upperBound"] {
        let rate = level["learned"]?["entropyRate"]?[route]
        let numbers = ["lower", "value", "upper"].compactMap { rate?[$0]?.number }
        #expect(numbers.count == 3 && numbers == numbers.sorted(), "\(route)")
      }
      #expect((level["exact"]?["entropyRate"]?["value"] != nil) == hasDataset)
      let fraction = level["learned"]?["bandwidthFraction"]?["value"]
      #expect(fraction == level["learned"]?["denoisingLoss"]?["value"])
    }
    let loss = try #require(document["summary"]?["entropy"]?["loss"])
    // The levels hold most of ln 2; five standard errors, seed 9.
    let total = try #require(loss["value"]?.number)
    #expect(abs(total - 0.67) < 0.04 + 5 * (loss["standardError"]?.number ?? 0))
    for kind in ["entropic", "rescaledEntropic"] {
      #expect(document["schedule"]?[kind]?.elements?.count == 18)
    }
  }

  @Test("The schedule in the JSON is the one that 'schedule' makes of the CSV")
  func schedules() async throws {
    for form in ["rows", "grid", "drawn"] {
      try put(form)
      try await place.expectSuccess(words + ["--csv", "o.csv", "--json", "o.json"])
      let document = try JSONValue(reading: place.bytes("o.json"))
      for (kind, name) in [("entropic", "entropic"), ("rescaled-entropic", "rescaledEntropic")] {
        let list = try await place.expectSuccess([
          "schedule", "o.csv", "--dimension", "1", "--steps", "18", "--kind", kind,
        ])
        let found = try JSONValue(reading: Array(list.utf8))
        let levels = found.elements?.compactMap(\.number) ?? []
        let own = document["schedule"]?[name]?.elements?.compactMap(\.number) ?? []
        #expect(levels.count == 18 && zip(levels, own).allSatisfy { abs($0 / $1 - 1) < 1e-9 })
      }
    }
  }

  /// The text on one line, wherever it was broken.
  private func words(of text: String) -> String {
    text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
  }

  @Test("The table fits 80 columns, with an exact side and without", arguments: [false, true])
  func widths(hasDataset: Bool) async throws {
    for form in ["rows", "grid", "drawn"] {
      try put(form)
      let table = try await place.expectSuccess(
        words + (hasDataset ? ["--dataset", "pair.json"] : []))
      #expect(table.split(separator: "\n").allSatisfy { $0.count <= 80 })
      #expect(
        words(of: table).contains("The loss bounds the entropy") && table.contains("scaled bound"))
      #expect(table.contains("max |b̂ − b|") == hasDataset)
    }
  }

  @Test("A single level has no totals, and no loss at all is not known exactly")
  func few() async throws {
    let z = RandomStream(seed: 9, step: 1, purpose: .noise).normals(64, 2).elements
    try write(z, [64, 2], "z")
    // All but one number are the noise itself.
    try write([z[0] + 1e-3] + z.dropFirst(), [64, 2], "prediction")
    try write(Array(repeating: 2, count: 64), [64], "sigma")
    let one = words(of: try await place.expectSuccess(words))
    #expect(
      one.contains("At the one level, σ = 2.00, the loss rests") && !one.contains("route entropy"))
    try write((0..<64).map { $0 % 2 == 0 ? 0.5 : 2 }, [64], "sigma")
    let two = words(of: try await place.expectSuccess(words))
    #expect(two.contains("as that of the totals does") && two.contains("route entropy"))
    let summary = try await document()["summary"]
    #expect(summary?["restsOnRareEvents"] == true)
    #expect((summary?["entropy"]?["loss"]?["standardError"]?.number ?? 0) > 0)
  }

  @Test("A loss below 0 is the same number in the CSV as in the JSON")
  func below() async throws {
    // All noise is large, and the loss falls with it: at noise of mean square 1 the line is below
    // 0.
    let z = (0..<48).map { (2 + Double($0 % 16) / 16).squareRoot() }
    let p = z.map { $0 - (0.1 * ($0 * $0 - 2)).squareRoot() }
    try write(z, [48, 1], "z")
    try write(p, [48, 1], "prediction")
    try write((0..<48).map { Double($0 / 16 + 1) }, [48], "sigma")
    let levels = try await document()["levels"]?.elements ?? []
    let csv = try await place.expectSuccess(words + ["--csv", "-"]).split(separator: "\n")
    #expect(levels.count == 3 && csv.count == 4)
    for (level, line) in zip(levels, csv.dropFirst()) {
      let loss = try #require(level["learned"]?["denoisingLoss"]?["value"]?.number)
      #expect(loss < -0.05 && Double(line.split(separator: ",")[3]) == loss)
    }
  }

  @Test("Coordinates may have axes of their own, and numbers be of half precision's size")
  func images() async throws {
    let stream = RandomStream(seed: 9, step: 1, purpose: .noise)
    let z = stream.normals(64, 12).elements
    try write((0..<64).map { $0 % 2 == 0 ? 0.5 : 2 }, [64], "sigma")
    var documents: [JSONValue?] = []
    for shape in [[64, 12], [64, 3, 2, 2]] {
      try write(z, shape, "z")
      try write(z.map { 0.5 * $0 }, shape, "prediction")
      documents.append(try await document()["levels"])
    }
    #expect(documents[0] == documents[1] && documents[0]?.elements?.count == 2)
    // Half of the noise itself: L = D/4, D − A = D/2, D − B = 3 D/4, for any noise.
    for level in documents[0]?.elements ?? [] {
      for (route, rate) in [("loss", 3.0), ("divergence", 6), ("scoreNorm", 9)] {
        let value = level["learned"]?["entropyRate"]?[route]?["value"]?.number ?? .nan
        #expect(abs(value - rate) < 1e-9, "\(route)")
      }
    }
  }

  @Test("A grid handed in as rows is recognised by its noise, and said to be none")
  func repeats() async throws {
    let z = RandomStream(seed: 9, step: 1, purpose: .noise).normals(64, 2).elements
    try write(z + z, [128, 2], "z")
    try write((z + z).map { 0.5 * $0 }, [128, 2], "prediction")
    try write((0..<128).map { $0 < 64 ? 0.5 : 2 }, [128], "sigma")
    #expect(try await document()["predictions"]?["repeatsNoise"] == true)
    #expect(try words(of: await place.expectSuccess(words)).contains("as a grid"))
    try write(z + z, [2, 64, 2], "z")
    try write((z + z).map { 0.5 * $0 }, [2, 64, 2], "prediction")
    try write([0.5, 2], [2, 1], "sigma")
    #expect(try await document()["predictions"]?["repeatsNoise"] == false)
  }

  @Test("The score in place of the noise is recognised, and nothing else said of it")
  func mistakes() async throws {
    try put("drawn")
    let sigmas = RandomStream(seed: 9, step: 0, purpose: .level).normals(4096, 1)
      .elements.map { exp(0.7 * $0) }
    let (y, z, p) = try example(sigmas)
    try write(zip(p, sigmas).map { -$0 / $1 }, [4096, 1], "prediction")
    let table = try await place.expectSuccess(words)
    #expect(words(of: table).contains("looks like the score"))
    #expect(try await place.run(words).stderr.contains("looks like the score"))
    #expect(!words(of: table).contains("more than chance"))
    #expect(try await document()["predictions"]?["looksLike"] == "score")
    try write(z.elements, [4096, 1], "prediction")
    try await place.expectError(65, words, mentions: ["prediction.npy", "z itself"])
    try write(p, [4096, 1], "prediction")
    try write(zip(z.elements, sigmas).map { $0 * $1 }, [4096, 1], "z")
    try await place.expectError(65, words, mentions: ["z.npy", "divide it by sigma"])
    #expect(y.rows == 4096)
  }

  @Test("A report is a page that names the command")
  func report() async throws {
    try put("grid")
    let outcome = try await place.run(words + ["--report", "r.html", "--dataset", "pair.json"])
    // Without gnuplot the message names the package, and the page has no figures.
    #expect(outcome.code == 0 || outcome.code == 69 && outcome.stderr.contains("gnuplot-nox"))
    let page = String(decoding: try place.bytes("r.html"), as: UTF8.self)
    #expect(page.contains("tinyscore evaluate --predictions out") && page.contains("log SNR"))
  }

  @Test("Options that make no sense beside predictions are refused, and inputs never overwritten")
  func usage() async throws {
    try put("grid")
    for (options, mention) in [
      (["pair.json"], "expected no MODEL"), (["--sigmas", "1,2"], "--sigmas"),
      (["--paths", "0"], "--paths"), (["--clock", "edm"], "--clock"),
      (["--weights", "online"], "--weights"), (["--totals", "t.csv"], "--totals"),
      (["--samples", "99"], "--samples"), (["--samples", "16384"], "--samples"),
      (["--paths", "512"], "--paths"),
      (["--csv", "out/z.npy"], "out/z.npy"), (["--confidence", "1"], "--confidence"),
    ] { try await place.expectError(64, words + options, mentions: [mention]) }
    try await place.expectError(64, ["evaluate"], mentions: ["Missing expected argument"])
    try place.put(
      #"{"distribution": "gaussian", "mean": [0, 0], "standardDeviation": 1}"#, "g.json")
    try await place.expectError(
      64, words + ["--dataset", "g.json"], mentions: ["dimension 1", "dimension 2"])
  }

  @Test("Bad arrays end with one message that names the file")
  func files() async throws {
    try await place.expectError(
      66, ["evaluate", "--predictions", "none"], mentions: ["none/z.npy"])
    try put("rows")
    let (y, z, p) = try example((0..<3072).map { Self.sigmas[$0 * 7 % 6] })
    try write(p.dropLast(), [3071, 1], "prediction")
    try await place.expectError(65, words, mentions: ["prediction.npy", "(3072, 1)", "(3071, 1)"])
    try write([.nan] + p.dropFirst(), [3072, 1], "prediction")
    try await place.expectError(65, words, mentions: ["prediction.npy", "[0, 0]", "nan"])
    try write([1e200] + p.dropFirst(), [3072, 1], "prediction")
    try await place.expectError(65, words, mentions: ["row 0", "1e308"])
    try write(p, [3072, 1], "prediction")
    try place.put("no array", "out/sample.npy")
    try await place.expectError(65, words, mentions: ["sample.npy"])
    try write(y.elements, [3072, 1], "sample")
    try write((0..<3072).map { $0 < 15 ? 9 : 1 }, [3072], "sigma")
    try await place.expectError(65, words, mentions: ["sigma.npy", "16 samples", "15 at σ = 9"])
    try write(Array(z.elements.prefix(60)), [60, 1], "z")
    try write(Array(p.prefix(60)), [60, 1], "prediction")
    try write(Array(y.elements.prefix(60)), [60, 1], "sample")
    try write((0..<60).map { Double($0 * 7 % 60 + 1) }, [60], "sigma")
    try await place.expectError(65, words, mentions: ["sigma.npy", "60 rows"])
  }
}
