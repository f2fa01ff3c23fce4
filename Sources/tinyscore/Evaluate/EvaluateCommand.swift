internal import ArgumentParser
internal import Distributions
internal import Estimation
internal import ForwardProcess
internal import JSONText
internal import LinearAlgebra
internal import Report
internal import Storage

/// `tinyscore evaluate`: a learned score against the exact one at every noise level.
struct Evaluate: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Compares a learned score with the exact one at every noise level.",
    discussion: """
      Example: tinyscore evaluate checkpoints/ring-8.safetensors --report ring.html

      --predictions DIR takes anyone's network as arrays in DIR: z.npy (N, D), the
      standard normal noise; prediction.npy (N, D), what the network took it for at
      x = y + σ z; sigma.npy (N,); sample.npy (N, D), the clean y, if at hand. The
      same samples at L levels are a grid: sigma (L, 1), the others (L, N, D). Rows
      are independent: a level each for few levels, else at most --levels bands.
      --samples and --seed are for the exact side of --dataset.
      """)

  @Argument(
    help: "Checkpoints, or data sets for exact curves alone.", completion: .model)
  var models: [String] = []

  @Option(
    help: ArgumentHelp("In place of a MODEL: what anyone's network predicts.", valueName: "DIR"),
    completion: .directory)
  var predictions: String?

  @Option(
    help: ArgumentHelp(
      "Noise levels, log-spaced over the trained range.", valueName: "N"))
  var levels = 48

  @Option(help: ArgumentHelp("These noise levels instead, comma-separated.", valueName: "LIST"))
  var sigmas: String?

  // Optional, so that any use of them beside --predictions is seen.
  @Option(
    name: .customLong("samples"),
    help: ArgumentHelp("Samples per level (default: \(usualSamples)).", valueName: "N"))
  var givenSamples: Int?

  @Option(
    name: .customLong("paths"),
    help: ArgumentHelp(
      "Reverse paths that tell when single paths decide; 0: no paths, peaks or regimes (default: "
        + "\(usualPaths)).", valueName: "N"))
  var givenPaths: Int?

  @Option(help: ArgumentHelp("Probability that an interval holds the truth.", valueName: "P"))
  var confidence = 0.95

  @Option(
    help: ArgumentHelp("The exact side, if not the one in the checkpoint.", valueName: "D"),
    completion: .dataset)
  var dataset: String?

  @Option(help: ArgumentHelp("Also rates in time.", valueName: "NAME"))
  var clock: ClockName?

  @Option(help: ArgumentHelp("Of the tables; words and JSON stay in nats.", valueName: "NAME"))
  var unit = InformationUnit.nats

  @Option(help: ArgumentHelp("Weights of a checkpoint.", valueName: "NAME"))
  var weights = Checkpoint.Weights.ema

  @Option(
    help: ArgumentHelp("Results as JSON ('-': stdout).", valueName: "FILE"),
    completion: .file(extensions: ["json"]))
  var json: String?

  @Option(
    help: ArgumentHelp("Results as CSV ('-': stdout).", valueName: "FILE"),
    completion: .file(extensions: ["csv"]))
  var csv: String?

  @Option(
    help: ArgumentHelp(
      "A row for each MODEL as CSV, with its totals.", valueName: "FILE"),
    completion: .file(extensions: ["csv"]))
  var totals: String?

  @OptionGroup var pages: PageOptions

  @OptionGroup(title: "Common options") var common: CommonOptions

  func validate() throws {
    if let predictions {
      try checkPredictions(predictions)
    } else if models.isEmpty {
      throw ValidationError("Missing expected argument '<models> ...'")
    }
    for (name, value) in [("levels", levels), ("samples", samples)] where value < 2 {
      throw ValidationError("--\(name): expected an integer of at least 2, found \(value)")
    }
    for (name, value, limit) in [("levels", levels, 10_000), ("samples", samples, 1 << 26)]
    where value > limit {
      throw ValidationError("--\(name): expected at most \(limit), found \(value)")
    }
    let count = try parsedSigmas()?.count ?? levels
    guard count * samples <= 1 << 28 else {
      throw ValidationError(
        "--samples: expected at most \((1 << 28) / count) for each of \(count) levels, found "
          + "\(samples)")
    }
    guard paths == 0 || (2...1 << 20).contains(paths) && count * paths <= 1 << 26 else {
      throw ValidationError(
        "--paths: expected 0, or from 2 to \(min(1 << 20, (1 << 26) / count)) for \(count) levels, found "
          + "\(paths)")
    }
    guard confidence > 0 && confidence < 1 else {
      throw ValidationError("--confidence: expected a number between 0 and 1, found \(confidence)")
    }
    try checkOutputs(
      [("json", json), ("csv", csv), ("totals", totals), ("report", pages.report)],
      inputs: models + [dataset, common.config])
  }

  mutating func run() throws {
    if let predictions { return try evaluatePredictions(in: predictions) }
    try withOutputs([json, csv, totals, pages.report]) { try evaluateModels() }
  }

  private func evaluateModels() throws {
    try pages.makeFigureFolder()
    let workers = common.makeWorkers()
    // A file that cannot be read is known before the first is evaluated.
    let models = try models.map { try Model($0) }
    var meter = Terminal.meter("evaluating", unit: "", quiet: common.quiet)
    var results = EvaluatedModels(asked: models.count)
    for (index, model) in models.enumerated() {
      let stages = EvaluationStages(before: index, of: models.count, meter: meter)
      do {
        let result = try evaluate(model, stages: stages, workers: workers)
        try result.checkFinite()
        results.append(result)
      } catch {
        // The others are not lost by it.
        guard models.count > 1, let failure = Failure(error) else { throw error }
        results.failures.append(failure)
      }
      meter = stages.meter
    }
    let stages = EvaluationStages.count * models.count
    meter.update(step: stages, of: stages, note: "done", time: Terminal.now)
    meter.finish()
    try write(results, workers: workers)
  }

  /// Writes the files that were asked for, then the table, then what went wrong.
  private func write(_ results: EvaluatedModels, workers: Workers) throws {
    var results = results
    guard !results.models.isEmpty else { throw results.failures[0] }
    if let json { try Terminal.save(results.json.prettyText, to: json) }
    if let csv { try Terminal.save(results.levelsCSV, to: csv) }
    if let totals { try Terminal.save(results.totalsCSV, to: totals) }
    if let failure = try pages.write(results.page(command: commandLine(), workers: workers)) {
      results.failures.append(failure)
    }
    // After the files, so that whoever reads the table finds them.
    if ![json, csv, totals, pages.report].contains("-") {
      try Terminal.print(results.text(unit: unit))
    }
    for failure in results.failures.dropLast() { Terminal.complain(failure.message) }
    if let last = results.failures.last { throw last }
  }

  /// Everything about one model.
  private func evaluate(
    _ model: Model, stages: EvaluationStages, workers: Workers
  ) throws -> EvaluatedModel {
    let (data, heldOut) = try model.dataset(replacement: dataset)
    try data.checkMoments(path: dataset ?? model.path)
    let law = data.law
    let range: NoiseRange
    var ledger: LossLedger?
    if case .network(let checkpoint, _) = model {
      range = checkpoint.configuration.range
      ledger = checkpoint.ledger
    } else {
      range = law.noiseRange
    }
    let sigmas = try parsedSigmas() ?? range.levels(levels)
    stages.begin("exact curve")
    let exact = law.informationCurve(
      at: sigmas, sampling: CurveSampling(samples: samples, seed: common.seed, workers: workers))
    stages.begin("samples of the score")
    let (learned, sampled) = curves(of: model, law: law, at: sigmas, workers: workers)
    let evaluation = Evaluation(
      sigmas: sigmas, moments: law.moments, exact: exact, learned: learned, ledger: ledger,
      sampled: sampled)
    stages.begin("tails and held-out points")
    let below = law.undecidedEntropy(below: exact[0], workers: workers)
    let losses = heldOut.flatMap {
      comparison(of: model, law: law, heldOut: $0, at: sigmas, workers: workers)
    }
    stages.begin("decisions along paths")
    return EvaluatedModel(
      model: model, dataset: data,
      heldOut: losses,
      evaluation: evaluation,
      data: EvaluatedData(law, below: below),
      decisions: decisions(of: model, law: law, evaluation, workers: workers),
      range: range, samplesPerLevel: samples, paths: paths, seed: common.seed,
      confidence: confidence, weights: weights, clock: clock.map { $0.clock(over: range) })
  }

  /// The levels of `--sigmas`, ascending and without repeats; nil if the option is not there.
  private func parsedSigmas() throws -> [Double]? {
    guard let sigmas else { return nil }
    var values: Set<Double> = []
    for word in sigmas.split(separator: ",", omittingEmptySubsequences: false) {
      let text = word.trimmingSpaces()
      guard let value = Double(text), RunOptions.sigmaBounds.contains(value) else {
        throw ValidationError(
          "--sigmas: expected numbers from 1e-30 to 1e30 separated by commas, found \(excerpt(text))"
        )
      }
      values.insert(value)
    }
    return values.sorted()
  }
}
