import Testing

@Suite struct DatasetErrorTests {
  private let place: Workplace

  init() throws { place = try Workplace() }

  /// A file that is no data set: its name, its text, and what the message must mention.
  struct BadFile: Sendable, CustomTestStringConvertible {
    let name: String
    let text: String
    let mentions: [String]
    var testDescription: String { "\(name): \(text.prefix(60).debugDescription)" }

    init(_ name: String, _ text: String, _ mentions: String...) {
      (self.name, self.text, self.mentions) = (name, text, mentions)
    }
  }

  static let badFiles = [
    BadFile("a.json", ""), BadFile("a.csv", "", "empty"), BadFile("a.npy", "", "empty"),
    BadFile("a.json", "hello", "line 1"), BadFile("a.csv", "hello\nworld\n", "line 2"),
    BadFile("a.npy", "hello, I am no array", "NUMPY"), BadFile("a.json", "[1, 2]", "object"),
    BadFile("a.csv", "1,2\n3\n", "line 2"), BadFile("a.csv", "1\nnan\n", "line 2", "finite"),
    BadFile("a.csv", "1\ninf\n", "line 2", "finite"), BadFile("a.csv", "x,y\n", "line"),
    BadFile("a.json", #"{"distribution": "points", "points": [[1, 2], [3]]}"#, "points[1]"),
    BadFile("a.json", #"{"distribution": "points", "points": [[1e999]]}"#, "1e999"),
    BadFile("a.json", #"{"distribution": "points", "points": [[NaN]]}"#, "NaN"),
    BadFile("a.json", #"{"distribution": "points", "points": "abc"}"#, "points", "abc"),
    BadFile("a.json", #"{"distribution": "points", "points": []}"#, "points"),
    BadFile("a.json", #"{"distribution": "points", "points": [[], []]}"#, "points"),
    BadFile("a.json", #"{"distribution": "points"}"#, "points"),
    BadFile("a.json", #"{"points": [[1]]}"#, "distribution"),
    BadFile("a.json", #"{"distribution": 5}"#, "distribution"),
    BadFile("a.json", #"{"distribution": "pionts", "points": [[1]]}"#, "points", "pionts"),
    BadFile(
      "a.json", #"{"distribution": "points", "points": [[1], [2]], "wieghts": [0.5, 0.5]}"#,
      "wieghts", "weights"),
    BadFile(
      "a.json", #"{"distribution": "gaussian", "maen": [0], "standardDeviation": 1}"#, "maen",
      "mean"),
    BadFile(
      "a.json", #"{"distribution": "points", "points": [[1], [2]], "weights": [0.5, 0.6]}"#,
      "weights", "1.1"),
    BadFile(
      "a.json", #"{"distribution": "points", "points": [[1], [2]], "weights": [-0.5, 1.5]}"#,
      "weights"),
    BadFile(
      "a.json", #"{"distribution": "points", "points": [[1], [2]], "weights": [1]}"#, "weights"),
    BadFile("a.json", #"{"distribution": "points", "points": [[1]], "points": [[2]]}"#, "points"),
    BadFile("a.json", #"{"distribution": "points", "points": [[1]], "file": "b.csv"}"#, "file"),
    BadFile("a.json", #"{"distribution": "points", "file": "a.json"}"#, ".npy"),
    BadFile("a.json", #"{"distribution": "gaussian", "mean": [0]}"#, "covariance"),
    BadFile(
      "a.json", #"{"distribution": "gaussian", "mean": [0], "standardDeviation": -1}"#,
      "standardDeviation"),
    BadFile(
      "a.json", #"{"distribution": "gaussian", "mean": [0, 0], "covariance": [[1, 2], [2, 1]]}"#,
      "covariance", "eigenvalue"),
    BadFile("a.csv", "1e20\n-1e20\n", "standard deviation"),
    BadFile("a.csv", "1e-20\n-1e-20\n", "standard deviation"),
    BadFile("a.csv", "1e300\n-1e300\n", "standard deviation"),
    BadFile("a.csv", "1000000000000\n1000000000001\n", "a.csv: ", "mean"),
    BadFile("a.csv", "1e9\n1e9\n1e9\n", "a.csv: ", "a standard deviation of 0, which counts as 1"),
  ]

  @Test(
    "A file that is no data set to train on is one message and exit code 65", arguments: badFiles)
  func malformed(file: BadFile) async throws {
    try place.put(file.text, file.name)
    try await place.expectError(
      65, ["train", file.name, "--output", "x.safetensors"],
      mentions: ["tinyscore: a"] + file.mentions)
  }

  @Test(
    "A data set that is not there is one message and exit code 66",
    arguments: [
      ("nope.json", "nope.json"), ("nope.npy", "nope.npy"), ("nope.csv", "nope.csv"),
      ("folder/nope.csv", "folder/nope.csv"), ("tow-points", "did you mean 'two-points'?"),
      ("two-points.json", "did you mean 'two-points'?"), ("quite-another", "quite-another"),
      ("", "''"), (".", "folder"), ("datasets", "folder"),
      ("folder.json", "folder"), ("-.csv", "-.csv"), ("law.json", "moved.csv"),
    ])
  func missing(dataset: String, mention: String) async throws {
    try place.makeFolder("datasets")
    try place.makeFolder("folder.json")
    try place.put("1\n", "datasets/two-points.csv")
    try place.put(#"{"distribution": "points", "file": "moved.csv"}"#, "law.json")
    for command in ["train", "evaluate"] {
      try await place.expectError(66, [command, "--", dataset], mentions: [mention])
    }
  }

  @Test("Points whose squares overflow have no curves")
  func hugePoints() async throws {
    try place.put("1e300\n-1e300\n", "huge.csv")
    try await place.expectError(
      65, ["evaluate", "./huge.csv"], mentions: ["./huge.csv: ", "1e308"])
  }

  @Test("A file of another kind is named as such")
  func otherKinds() async throws {
    try place.put("PK", "points.npz")
    try await place.expectError(65, ["train", "points.npz"], mentions: ["points.npz", ".npy"])
  }

  @Test("Points of another dimension are refused")
  func otherDimension() async throws {
    try place.putPair()
    try place.put("1,2\n", "plane.csv")
    try await place.train("pair.json", to: "m.safetensors")
    try await place.expectError(
      65, ["evaluate", "m.safetensors", "--dataset", "plane.csv"], mentions: ["plane.csv", "2"])
    try await place.expectError(
      65,
      ["score", "m.safetensors", "--points", "plane.csv", "--sigma", "1", "--output", "o.npy"],
      mentions: ["plane.csv", "2"])
  }

  @Test("A point so far away that the score overflows is an error, not a file of NaN")
  func overflow() async throws {
    try place.putPair()
    try place.put("1\n1e200\n", "far.csv")
    try await place.train("pair.json", to: "m.safetensors")
    try await place.expectError(
      70, ["score", "m.safetensors", "--points", "far.csv", "--sigma", "1", "--output", "o.npy"],
      mentions: ["far.csv", "row 1"])
  }

  @Test("The list of data sets shows a broken file as one, and the others")
  func listing() async throws {
    try place.makeFolder("datasets")
    try place.put("1\n2\n", "datasets/good.csv")
    try place.put("{", "datasets/bad.json")
    let text = try await place.expectSuccess(["datasets"])
    let lines = text.split(separator: "\n")
    #expect(lines.contains { $0.hasPrefix("good ") && $0.contains("points") })
    #expect(lines.contains { $0.hasPrefix("bad ") && $0.contains("bad.json, line 1") })
  }
}
