import Testing

@Suite struct UsageTests {
  private let place: Workplace

  init() throws {
    place = try Workplace()
    try place.putPair()
  }

  @Test(
    "An option of 'train' that cannot be is one message and exit code 64",
    arguments: [
      "--width 0", "--width -3", "--width 1.5", "--depth 0", "--batch 0", "--steps 0",
      "--steps -5", "--steps 1e3", "--steps 99999999999999999999", "--sigma-min 2 --sigma-max 1",
      "--sigma-min 1 --sigma-max 1", "--sigma-min 1e9", "--sigma-min -1", "--sigma-min 0",
      "--sigma-min nan", "--sigma-min inf", "--sigma-max -inf", "--sigma-max inf",
      "--learning-rate 0", "--learning-rate -1", "--learning-rate nan", "--learning-rate inf",
      "--ema 1", "--ema -0.1", "--ema nan", "--threads 0", "--threads 1000", "--holdout 1",
      "--holdout -0.1", "--holdout nan", "--holdout 0.001", "--checkpoint-every -1", "--seed -1",
      "--activation sine", "--optimizer sgd", "--width 16384 --depth 64", "--output x.json",
      "--output -", "--metrics x.safetensors", "--quiet -1",
    ])
  func impossibleTraining(options: String) async throws {
    let words = options.split(separator: " ").map(String.init)
    try await place.expectError(
      64, ["train", "pair.json", "--output", "x.safetensors"] + words, mentions: ["--"])
  }

  @Test(
    "A value of another type is told with what was expected",
    arguments: [
      (
        "train pair.json --steps 1e3",
        "--steps: expected an integer from 1 to 2147483647, found '1e3'"
      ),
      ("train pair.json --batch x", "--batch: expected an integer from 1 to 1048576, found 'x'"),
      ("train pair.json --seed -1", "--seed: expected an integer from 0 to 18446744073709551615"),
      (
        "train pair.json --threads 1.5", "--threads: expected an integer from 1 to 256, found '1.5'"
      ),
      ("train pair.json --ema x", "--ema: expected a number, found 'x'"),
      ("sample pair.json --count 5 --steps 2.5", "--steps: expected an integer, found '2.5'"),
      (
        "evaluate pair.json --samples '_is_invalid_for_'--steps",
        "found '' is invalid for '--steps'"
      ),
      (
        "train pair.json --activation sine",
        "--activation: expected one of 'silu', 'tanh', 'gelu' or 'relu', found 'sine'"
      ),
    ])
  func otherTypes(words: String, mention: String) async throws {
    try await place.expectError(
      64, words.split(separator: " ").map { String($0.replacing("_", with: " ")) },
      mentions: ["tinyscore: --", mention])
  }

  @Test("The help of 'train' fits a screen and names the defaults")
  func trainHelp() async throws {
    let text = try await place.expectSuccess(["train", "--help"])
    #expect(text.split(separator: "\n", omittingEmptySubsequences: false).count <= 48)
    // All but those that name a file, and flags.
    let options = text.matches(of: /--([a-z-]+) <[NRSF]>|--([a-z-]+) <NAME>/)
    #expect(options.count == 14)
    let parts = text.split(separator: "  --").dropFirst()
    for part in parts where part.contains(/^[a-z-]+ <(N|R|S|F|NAME)>/) {
      #expect(part.contains("default:"), "\(part)")
    }
  }

  @Test(
    "An option of 'evaluate' that cannot be is one message and exit code 64",
    arguments: [
      "--levels 0", "--levels -1", "--levels 1000000", "--samples 0", "--samples 99999999999",
      "--samples 60000000",
      "--confidence 0", "--confidence 1", "--confidence nan", "--threads 0", "--sigmas 1,,2",
      "--sigmas 0", "--sigmas -1", "--sigmas 1,nan", "--sigmas one", "--sigmas 1e-400",
      "--clock fast", "--unit bananas", "--weights best", "--json - --csv -",
      "--json x --csv x", "--json pair.json",
    ])
  func impossibleEvaluation(options: String) async throws {
    let words = options.split(separator: " ").map(String.init)
    try await place.expectError(64, ["evaluate", "pair.json"] + words)
  }

  @Test("An empty list of noise levels is an error")
  func noLevels() async throws {
    try await place.expectError(
      64, ["evaluate", "pair.json", "--sigmas", ""], mentions: ["--sigmas"])
  }

  @Test(
    "A noise level of 'score' that cannot be is an error",
    arguments: ["0", "-1", "nan", "inf", "x"]
  )
  func impossibleScore(sigma: String) async throws {
    try place.put("1\n", "x.csv")
    try await place.expectError(
      64,
      ["score", "pair.json", "--points", "x.csv", "--output", "o.npy", "--sigma", sigma],
      mentions: ["--sigma"])
  }

  @Test("No output takes the place of the points that a law or a checkpoint names")
  func pointsOfInputs() async throws {
    try place.put("1\n-1\n", "points.csv")
    try place.put(#"{"distribution": "points", "file": "points.csv"}"#, "law.json")
    try place.makeFolder("models")
    try await place.train("points.csv", to: "models/a.safetensors")
    try await place.train("law.json", to: "models/b.safetensors")
    for model in ["law.json", "models/a.safetensors", "models/b.safetensors"] {
      for output in ["points.csv", "./points.csv", "models/../points.csv"] {
        try await place.expectError(
          64, ["evaluate", model, "--csv", output], mentions: ["the input", "points.csv"])
      }
    }
    try await place.expectSuccess(
      ["schedule", "law.json", "--steps", "3", "--format", "csv", "--output", "other.csv"])
  }

  @Test(
    "An array goes to an .npy file that is not the input",
    arguments: [
      ("--points x.npy --output x.npy", "the input x.npy"),
      ("--points x.npy --output ./x.npy", "the input x.npy"),
      ("--points x.npy --output o.csv", "ends in .npy"), ("--points x.npy --output -", ".npy"),
    ])
  func impossibleOutput(options: String, mention: String) async throws {
    try place.put("1\n", "x.npy")
    try await place.expectError(
      64, ["score", "pair.json", "--sigma", "1"] + options.split(separator: " ").map(String.init),
      mentions: ["--output", mention])
  }

  @Test("A result that has no room in memory is refused before it is computed")
  func largeResult() async throws {
    let dimension = 60_000
    try place.put(
      #"{"distribution": "gaussian", "standardDeviation": 1, "dimension": \#(dimension)}"#,
      "wide.json")
    let line = String(repeating: "0,", count: dimension - 1) + "0\n"
    try place.put(String(repeating: line, count: 200), "x.csv")
    try await place.expectError(
      64,
      [
        "score", "wide.json", "--points", "x.csv", "--sigma", "1", "--output", "o.npy",
        "--quantity", "jacobian",
      ], mentions: ["--quantity", "N = 200", "D = 60000", " GB"])
  }

  @Test(
    "An option of 'sample' that cannot be is an error",
    arguments: [
      "--count 0", "--count -1", "--count 2199023255552", "--count 5 --steps 0",
      "--count 5 --sigma 1",
      "--count 5 --exact --sigma -1", "--count 5 --exact --sigma nan", "--count 5 --output -",
      "--count 5 --output o.csv",
      "--count 5 --sampler x", "--count 5 --schedule x", "--count 5 --tolerance 1e-3",
      "--count 5 --sampler adaptive --tolerance 0", "--count 5 --sampler adaptive --tolerance nan",
      "--count 5 --sampler adaptive --steps 5", "--count 5 --sampler adaptive --schedule karras",
      "--count 5 --schedule levels.json --steps 5", "--count 5 --exact --sampler ode",
      "--count 5 --exact --steps 5", "--count 5 --exact --schedule karras",
    ])
  func impossibleSampling(options: String) async throws {
    let words = options.split(separator: " ").map(String.init)
    try await place.expectError(
      64, ["sample", "pair.json", "--output", "o.npy"] + words, mentions: ["--"])
  }

  @Test(
    "An unknown or missing word is named",
    arguments: [
      ("frobnicate", "frobnicate"), ("trian x --steps 3", "did you mean 'train'?"),
      ("help nope", "nope"), ("train", "dataset"), ("evaluate", "models"),
      ("inspect", "checkpoints"), ("train pair.json --stpes 5", "Did you mean '--steps'?"),
      ("train pair.json --bogus", "--bogus"), ("train pair.json extra", "extra"),
      ("train pair.json --steps", "--steps"), ("inspect a b c", "3"),
      ("score pair.json --sigma 1 --output o.npy", "--points"), ("--bogus", "--bogus"),
    ])
  func unknownWords(words: String, mention: String) async throws {
    try await place.expectError(
      64, words.split(separator: " ").map(String.init), mentions: [mention])
  }

  @Test(
    "The help of every command fits 80 columns",
    arguments: [
      "", "train", "evaluate", "inspect", "score", "sample", "schedule", "equations", "datasets",
    ])
  func help(command: String) async throws {
    let outcome = try await place.run("\(command) --help")
    let lines = outcome.stdout.split(separator: "\n")
    #expect(outcome.code == 0 && outcome.stderr == "")
    #expect(lines.contains { $0.hasPrefix("USAGE: tinyscore") })
    #expect(lines.allSatisfy { $0.count <= 80 }, "\(lines.filter { $0.count > 80 })")
    #expect(outcome.stdout.contains("Example: tinyscore "))
  }

  @Test("The version is one line")
  func version() async throws {
    let outcome = try await place.run("--version")
    #expect(outcome.code == 0 && outcome.stderr == "")
    #expect(outcome.stdout.hasPrefix("tinyscore ") && outcome.stdout.hasSuffix("\n"))
    #expect(outcome.stdout.split(separator: "\n").count == 1)
  }

  @Test(
    "Results that nobody can read are an error",
    arguments: [">/dev/full", ">&-"],
    [
      "--help", "--version", "datasets", "evaluate pair.json --levels 2 --samples 64",
      "evaluate pair.json --levels 2 --samples 64 --json -", "train pair.json --dry-run",
    ])
  func unreadableResults(redirection: String, words: String) async throws {
    try await place.expectError(
      74, words.split(separator: " ").map(String.init), redirection: redirection,
      mentions: ["stdout"])
  }

  @Test("A file does not take the number of a stream that the caller closed")
  func closedStreams() async throws {
    let words = ["train", "pair.json", "--output", "x.safetensors"] + smallRun.dropLast()
    let outcome = try await place.run(words, redirection: "<&- >&- 2>&-")
    #expect(outcome.code == 0)
    try await place.expectSuccess(["inspect", "x.safetensors", "--check"])
  }
}
