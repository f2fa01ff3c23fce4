import JSONText
import Storage
import Testing

@Suite struct InspectTests {
  private let place: Workplace

  init() throws {
    place = try Workplace()
    try place.putPair()
  }

  private func document(
    _ words: [String], code: Int32 = 0, sourceLocation: SourceLocation = #_sourceLocation
  ) async throws -> JSONValue {
    let outcome = try await place.run(["inspect"] + words + ["--json"])
    #expect(outcome.code == code && outcome.stderr == "", sourceLocation: sourceLocation)
    return try JSONValue(reading: outcome.stdout)
  }

  // MARK: One checkpoint

  @Test("The text fits 80 columns, tells what the file is, and shows every tensor")
  func text() async throws {
    try await place.train("pair.json", to: "m.safetensors", ["--width", "24", "--depth", "3"])
    let text = try await place.expectSuccess(["inspect", "m.safetensors", "--stats"])
    let long = text.split(separator: "\n").filter { $0.count > 80 }.map(String.init)
    #expect(long == [], "\(long)")
    for words in [
      "trained on pair: points, 2 in D = 1", "finished: 100 steps, 512 samples each; 51200 seen",
      "% of the data's ln 2 = 0.69315", "tinyscore \(Provenance.currentVersion)",
      try FileContents(path: place["m.safetensors"]).sha256, "Linear, 24 in + silu",
      "optimizer.bases.3.right.factor", "nats per unit of ln σ", "└",
    ] {
      #expect(text.contains(words), "\(words)")
    }
    #expect(!(try await place.expectSuccess(["inspect", "m.safetensors"])).contains("histogram"))
  }

  @Test("Options, names and versions of any length fit 80 columns too")
  func longText() async throws {
    let options = [
      "--seed", "\(UInt64.max)", "--weights-only", "--learning-rate", "0.00012345", "--holdout",
      "0.1234", "--ema", "0.98765",
    ]
    try place.put(
      (0..<99).map { "\($0),\($0 * $0 % 7)\n" }.joined(), "a-very-long-name-of-points.csv")
    try await place.train("a-very-long-name-of-points.csv", to: "m.safetensors", options)
    let long = String(repeating: "9", count: 40)
    try place.forge(
      "m.safetensors", "long.safetensors",
      metadata: {
        for name in ["version", "openBLAS", "coreType"] {
          $0["provenance"]?.replace(
            try! Regex("\"\(name)\":\"[^\"]*\""), with: "\"\(name)\":\"\(long)\"")
        }
      })
    let text = try await place.expectSuccess(["inspect", "long.safetensors"])
    let lines = text.split(separator: "\n")
    #expect(lines.allSatisfy { $0.count <= 80 }, "\(lines.filter { $0.count > 80 })")
    for words in ["99999", "\(UInt64.max)", "weights only"] {
      #expect(text.contains(words), "\(text)")
    }
  }

  @Test("A run that was stopped, points in a file and a law without an entropy are told as such")
  func kinds() async throws {
    try place.put("1,2\n-1,0\n3,3\n", "three.csv")
    try await place.train("three.csv", to: "m.safetensors")
    let text = try await place.expectSuccess(["inspect", "m.safetensors"])
    #expect(text.contains("trained on three.csv: points, 3 in D = 2"))
    #expect(text.contains("nats by the ledger\n"))
    try place.forge(
      "m.safetensors", "part.safetensors",
      metadata: {
        $0["config"] = $0["config"]?.replacing(#""steps":100"#, with: #""steps":200"#)
      })
    let part = try await place.expectSuccess(["inspect", "part.safetensors"])
    #expect(part.contains("unfinished: step 100 of 200, 512 samples each; 51200 seen"))
    try place.put(
      #"{"distribution": "gaussian", "mean": [0, 0], "standardDeviation": 1}"#, "normal.json")
    try await place.train("normal.json", to: "n.safetensors", ["--weights-only"])
    let normal = try await place.expectSuccess(["inspect", "n.safetensors"])
    #expect(normal.contains("trained on normal: gaussian, in D = 2"))
    #expect(normal.contains("weights only") && normal.contains("nats by the ledger\n"))
  }

  @Test("JSON has the identity, layers, ledger and statistics of the file")
  func json() async throws {
    try await place.train("pair.json", to: "m.safetensors")
    let result = try await document(["m.safetensors"])
    let contents = try FileContents(path: place["m.safetensors"])
    #expect(result["sha256"]?.text == contents.sha256)
    #expect(result["fileBytes"]?.number == Double(contents.withBytes { $0.count }))
    let layers = try #require(result["layers"]?.elements)
    #expect(
      layers.compactMap { $0["parameters"]?.number }.reduce(0, +) == result["parameters"]?.number)
    #expect(layers.map { $0["outputs"]?.number } == [1, 32, 8, 1, 1])
    let bands = try #require(result["ledger"]?.elements)
    let sigmas = bands.compactMap { $0["sigma"]?.number }
    #expect(bands.count == 96 && zip(sigmas, sigmas.dropFirst()).allSatisfy { $0 < $1 })
    #expect(result["dataEntropy"]?.number == 0.6931471805599453)
    let file = try SafetensorsFile(contents)
    for tensor in try #require(result["tensors"]?.elements) {
      let name = try #require(tensor["name"]?.text)
      let count = try #require(file.tensors[name]).shape.reduce(1, *)
      #expect(tensor["nans"] == 0 && tensor["infinities"] == 0)
      let bins = try #require(tensor["histogram"]?.elements).compactMap(\.number)
      #expect(bins.reduce(0, +) == Double(count))
    }
  }

  @Test("A name cannot command the terminal", arguments: ["", "--stats", "--check"])
  func hostileNames(flag: String) async throws {
    try await place.train("pair.json", to: "m.safetensors")
    try place.forge(
      "m.safetensors", "evil.safetensors",
      metadata: {
        $0["dataset"] = $0["dataset"]?.replacing(
          #""name":"pair""#,
          with: #""name":"\u001b[31m\u202e\#(String(repeating: "x", count: 900))""#
        )
      })
    let words = ["inspect", "evil.safetensors"] + (flag.isEmpty ? [] : [flag])
    let text = try await place.expectSuccess(words)
    #expect(text.unicodeScalars.allSatisfy { $0 == "\n" || $0.value >= 32 && $0 != "\u{202E}" })
    #expect(text.split(separator: "\n").allSatisfy { $0.count < 400 })
  }

  @Test("A data set in place of a checkpoint is told what to do with")
  func datasets() async throws {
    try place.makeFolder("datasets")
    try place.put(place.bytes("pair.json"), "datasets/two.json")
    try await place.expectError(
      65, ["inspect", "pair.json"], mentions: ["data set", "tinyscore train pair.json"])
    try await place.expectError(
      66, ["inspect", "two", "--check"], mentions: ["data set", "tinyscore evaluate two"])
    try await place.expectError(66, ["inspect", "three"], mentions: ["three"])
  }

  // MARK: --check

  @Test("--check says what it verified, of several files too")
  func check() async throws {
    try await place.train("pair.json", to: "a.safetensors")
    try await place.train("pair.json", to: "b.safetensors", ["--weights-only"])
    let text = try await place.expectSuccess(["inspect", "a.safetensors", "--check"])
    for words in ["whole", "header", "hash", "orthonormal to", "ledger", "those of pair"] {
      #expect(text.contains(words), "\(words)")
    }
    let one = try await document(["a.safetensors", "--check"])
    #expect(one["schema"] == "tinyscore.check.v1" && one["valid"] == true)
    #expect(one["checks"]?.elements?.allSatisfy { $0["made"] == true } == true)
    let three = try await document(["a.safetensors", "b.safetensors", "a.safetensors", "--check"])
    #expect(three["checks"]?.elements?.count == 3)
  }

  @Test(
    "--check of several files tells what is wrong with each, and ends with the first one's code")
  func checkOfBroken() async throws {
    try await place.train("pair.json", to: "good.safetensors")
    try place.put("x", "bad.safetensors")
    let words = ["inspect", "bad.safetensors", "good.safetensors", "none.safetensors", "--check"]
    let text = try await place.run(words)
    #expect(text.code == 65 && text.stdout.hasPrefix("good.safetensors: whole"))
    let complaints = text.stderr.split(separator: "\n")
    #expect(complaints.count == 2, "\(text.stderr)")
    for (complaint, name) in zip(complaints, ["bad.safetensors", "none.safetensors"]) {
      #expect(complaint.hasPrefix("tinyscore: \(name)"), "\(complaint)")
    }
    let outcome = try await place.run(words + ["--json"])
    #expect(outcome.code == 65 && outcome.stderr == text.stderr)
    let files = try #require(try JSONValue(reading: outcome.stdout)["checks"]?.elements)
    #expect(files.map { $0["valid"] } == [false, true, false])
    #expect(files.map { $0["message"] == .null } == [false, true, false])
    #expect(files[0]["message"]?.text.map { text.stderr.contains($0) } == true)
    let one = try await place.run("inspect none.safetensors --check --json")
    #expect(one.code == 66)
    #expect(try JSONValue(reading: one.stdout)["valid"] == false)
  }

  @Test("--stats is refused where there is nothing to show it in")
  func statisticsOfNothing() async throws {
    try await place.train("pair.json", to: "m.safetensors")
    let words = ["inspect", "m.safetensors", "--stats"]
    try await place.expectError(64, words + ["--check"], mentions: ["--stats", "found --check"])
    try await place.expectError(
      64, words + ["m.safetensors"], mentions: ["--stats", "two to compare"])
  }

  @Test("Data that are elsewhere are no fault of the checkpoint, and --check says so")
  func missingData() async throws {
    try place.put("1\n-1\n", "points.csv")
    try place.put(#"{"distribution": "points", "file": "points.csv"}"#, "law.json")
    for dataset in ["points.csv", "law.json"] {
      try place.put("1\n-1\n", "points.csv")
      try await place.train(dataset, to: "m.safetensors")
      #expect(
        try await place.expectSuccess(["inspect", "m.safetensors", "--check"])
          .contains("variance are those of"))
      try place.put("1\n-2\n", "points.csv")
      let text = try await place.expectSuccess(["inspect", "m.safetensors", "--check"])
      #expect(text.contains("not compared: 'points.csv' is not the file of the training"))
      try place.remove("points.csv")
      let data = try await document(["m.safetensors", "--check"])["checks"]?.elements?.last
      #expect(data?["name"] == "data" && data?["made"] == false)
      #expect(data?["finding"]?.text?.contains("'points.csv' is not at hand") == true)
    }
  }

  /// A change that the hash does not tell, of one element of a tensor or of a text.
  struct Forgery: CustomTestStringConvertible, Sendable {
    let place: String
    var element = 0
    var value = 0.0
    var text: (String, String)?

    var testDescription: String { "\(place) \(element) \(value) \(text?.1 ?? "")" }
  }

  /// A small checkpoint, trained once for all forgeries.
  private static let trained = Task {
    let place = try Workplace()
    try place.putPair()
    try await place.train("pair.json", to: "m.safetensors")
    return try place.bytes("m.safetensors")
  }

  private func forge(_ forgery: Forgery) async throws {
    try place.put(await Self.trained.value, "m.safetensors")
    try place.forge("m.safetensors", "forged.safetensors", tensor: forgery.place) {
      $0[forgery.element] = forgery.value
    } metadata: {
      if let (old, new) = forgery.text {
        #expect($0[forgery.place]?.contains(old) == true)
        $0[forgery.place] = $0[forgery.place]?.replacing(old, with: new)
      }
    }
  }

  @Test(
    "A forged state that no run could go on from is refused by every command",
    arguments: [
      Forgery(place: "config", text: (#""steps":100"#, #""steps":99"#)),
      Forgery(
        place: "config", text: (#""sigma-max":"#, #""sigma-max":999999999999999999999999999999"#)),
      Forgery(place: "dataset", text: (#""distribution":"points","#, "")),
      Forgery(place: "optimizer.second.layers.0.weight", element: 3, value: -1e-9),
      Forgery(place: "optimizer.second.layers.1.bias", value: -1),
      Forgery(place: "optimizer.bases.0.left.basis", element: 5, value: 0.5),
      Forgery(place: "optimizer.bases.1.right.basis", value: 1e30),
      Forgery(place: "optimizer.bases.0.right.factor", value: -1),
    ])
  func unusable(forgery: Forgery) async throws {
    try await forge(forgery)
    let name = forgery.text == nil ? "'\(forgery.place)'" : "metadata"
    for words in [["inspect"], ["inspect", "--check"], ["evaluate"]] {
      try await place.expectError(65, words + ["forged.safetensors"], mentions: [name])
    }
    try await place.expectError(
      65, ["train", "pair.json", "--output", "forged.safetensors", "--resume"] + smallRun,
      mentions: ["forged.safetensors"])
  }

  @Test(
    "What a forged file has wrong without harm is found by --check alone",
    arguments: [
      Forgery(place: "ledger.pages", element: 0, value: -1),
      Forgery(place: "ledger.pages", element: 0, value: 0.5),
      Forgery(place: "ledger.pages", element: 0, value: 1e6),
      Forgery(place: "ledger.pages", element: 1, value: -1),
      // The squares: 5, 7, 10 and 14 of a band's sums.
      Forgery(place: "ledger.pages", element: 5, value: -1),
      Forgery(place: "ledger.pages", element: 15 + 7, value: -1),
      Forgery(place: "ledger.pages", element: 10, value: -1),
      Forgery(place: "ledger.pages", element: 14, value: -1),
      Forgery(place: "ledger.state", element: 1, value: 1),
      Forgery(place: "ledger.state", element: 2, value: 1.1),
      Forgery(place: "ledger.state", element: 3, value: 1.1),
      Forgery(place: "data.mean", value: 0.01), Forgery(place: "data.scale", value: 1.01),
      Forgery(place: "embedding.frequencies", element: 2, value: 0.1),
    ])
  func suspicious(forgery: Forgery) async throws {
    try await forge(forgery)
    try await place.expectSuccess(["inspect", "forged.safetensors", "--stats"])
    try await place.expectError(
      65, ["inspect", "forged.safetensors", "--check"], mentions: ["'\(forgery.place)'"])
  }

  @Test(
    "Numbers of any size are shown and compared without a trap",
    arguments: ["ledger.pages", "ema.layers.1.weight", "data.mean"],
    [1e308, -3e38, 1e-44])
  func extremes(tensor: String, value: Double) async throws {
    try place.put(await Self.trained.value, "m.safetensors")
    let finite = tensor == "ledger.pages" ? value : max(-3e38, min(3e38, value))
    try place.forge("m.safetensors", "forged.safetensors", tensor: tensor) {
      for index in $0.indices where index % 3 > 0 || $0.count == 1 {
        $0[index] = index % 2 == 0 ? finite : -finite
      }
    }
    try await place.expectSuccess(["inspect", "forged.safetensors", "--stats"])
    try await place.expectSuccess(["inspect", "forged.safetensors", "--json"])
    let comparison = try await place.run([
      "inspect", "m.safetensors", "forged.safetensors", "--json",
    ])
    #expect(comparison.code == 1 && comparison.stderr == "", "\(comparison.stderr)")
    _ = try JSONValue(reading: comparison.stdout)
    let outcome = try await place.run(["inspect", "forged.safetensors", "--check"])
    #expect([0, 65].contains(outcome.code), "\(outcome.stderr)")
  }

  @Test("A law inside the file that is none is corrupt, and the summary does without it")
  func brokenLaw() async throws {
    try await place.train("pair.json", to: "m.safetensors")
    try place.forge(
      "m.safetensors", "forged.safetensors",
      metadata: {
        $0["dataset"] = $0["dataset"]?.replacing("[[1],[-1]]", with: "[[1],[-1,2]]")
      })
    #expect(
      try await place.expectSuccess(["inspect", "forged.safetensors"])
        .contains("nats by the ledger\n"))
    try await place.expectError(
      65, ["inspect", "forged.safetensors", "--check"], mentions: ["metadata 'dataset'"])
  }
}
