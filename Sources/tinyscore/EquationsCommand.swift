internal import ArgumentParser
internal import Distributions
internal import Equations
internal import Estimation
internal import JSONText
internal import LinearAlgebra
internal import Report
internal import ScoreNetwork
internal import Storage
internal import Training

/// `tinyscore equations`: every equation of the paper, both sides measured.
struct CheckEquations: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "equations",
    abstract: "Measures both sides of every equation of the paper.",
    usage: "tinyscore equations [<options>]",
    discussion: """
      Measures on exact laws, and on a network where it must hold for any. An equation that does not \
      hold as printed is shown to fail, then to hold as corrected. Exit code 1 if any does not.
      Example: tinyscore equations --json equations.json
      """)

  @Option(
    help: ArgumentHelp("The network to measure (default: trains a small one).", valueName: "MODEL"),
    completion: .model)
  var model: String?

  @Option(
    help: ArgumentHelp("Samples of an expectation, a power of 2 from 2^13.", valueName: "N"))
  var samples = 1 << 18

  @Option(
    help: ArgumentHelp("Results as JSON ('-': stdout).", valueName: "FILE"),
    completion: .file(extensions: ["json"]))
  var json: String?

  @OptionGroup(title: "Common options") var common: CommonOptions

  func validate() throws {
    guard (1 << 13...1 << 24).contains(samples), samples & (samples - 1) == 0 else {
      throw ValidationError(
        "--samples: expected a power of 2 from \(1 << 13) to \(1 << 24), found \(samples)")
    }
    try checkOutputs([("json", json)], inputs: [model, common.config])
  }

  mutating func run() throws {
    try withOutputs([json]) { try check() }
  }

  private func check() throws {
    let workers = common.makeWorkers()
    let network =
      try model.map { try learnedScore(of: Model($0)) } ?? trainedScore(workers: workers)
    let rows = try EquationChecker(
      seed: common.seed, samples: samples, workers: workers, network: network
    ).rows()
    try checkFinite(rows)
    let result = CheckedEquations(rows: rows, seed: common.seed)
    if let json { try Terminal.save(result.json.prettyText, to: json) }
    // Last, so that whoever reads the table finds the file.
    if json != "-" { try Terminal.print(result.table) }
    if !rows.allSatisfy(\.isConfirmed) { throw ExitCode(ResultCode.checkFailed.rawValue) }
  }

  /// Throws if a number that was measured is not finite.
  private func checkFinite(_ rows: [EquationRow]) throws {
    for row in rows {
      for comparison in [row.printed, row.corrected, row.network].compactMap(\.self) {
        guard !(comparison.left + comparison.right + comparison.error).isFinite else { continue }
        throw Failure(
          .notFinite,
          "equation \(row.equation) left the finite numbers with seed \(common.seed)"
            + (model.map { "; check \($0)" } ?? ""))
      }
    }
  }

  /// The score of a model with the law of its data.
  private func learnedScore(of model: Model) throws -> LearnedScore {
    let law = try model.dataset(replacement: nil).data.law
    return switch model {
    case .network(let checkpoint, _):
      LearnedScore(score: checkpoint.score(), law: law, range: checkpoint.configuration.range)
    case .exact: LearnedScore(score: law, law: law, range: law.noiseRange)
    }
  }

  /// A network trained on the law of most equations for a few seconds: far from perfect, as what is
  /// measured on it must hold for any network.
  private func trainedScore(workers: Workers) throws -> LearnedScore {
    let law = try EquationChecker.makeLaw()
    let options = TrainingConfiguration(
      steps: 600, batch: 512, width: 48, depth: 2, activation: .silu, optimizer: .adam,
      learningRate: TrainingDefaults.learningRate(.adam), averageDecay: 0.98, range: law.noiseRange,
      seed: common.seed, holdout: 0)
    let trainer = Trainer(configuration: options, source: law, workers: workers)
    var meter = Terminal.meter("training", unit: "steps", quiet: common.quiet)
    defer { meter.finish() }
    while trainer.step < options.steps {
      try trainer.advance()
      meter.update(
        step: trainer.step, of: options.steps, loss: trainer.batchLoss, time: Terminal.now)
    }
    let state = trainer.state
    return LearnedScore(
      score: ScoreNetwork(
        parameters: state.average, embedding: state.embedding,
        preconditioning: state.preconditioning), law: law, range: options.range)
  }
}
