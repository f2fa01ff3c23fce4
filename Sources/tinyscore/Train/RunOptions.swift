public import ArgumentParser
internal import Distributions
internal import ForwardProcess
internal import JSONText
public import LinearAlgebra
internal import ScoreNetwork
internal import Storage
public import Training

extension Activation: ExpressibleByArgument {}
extension OptimizerKind: ExpressibleByArgument {}

/// The options of `train` that change its result; nil where not given.
struct RunOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("Optimisation steps (default: 3000 for D = 1, else 8000).", valueName: "N"))
  var steps: Int?

  @Option(
    help: ArgumentHelp(
      "Samples of a step (default: \(TrainingDefaults.batch)).", valueName: "N"))
  var batch: Int?

  @Option(
    help: ArgumentHelp(
      "Units of a hidden layer (default: \(TrainingDefaults.width)).", valueName: "N"))
  var width: Int?

  @Option(help: ArgumentHelp("Hidden layers (default: \(TrainingDefaults.depth)).", valueName: "N"))
  var depth: Int?

  @Option(
    help: ArgumentHelp(
      "Of the hidden layers (default: \(TrainingDefaults.activation))", valueName: "NAME"))
  var activation: Activation?

  @Option(
    help: ArgumentHelp(
      "What makes steps of gradients (default: \(TrainingDefaults.optimizer))",
      valueName: "NAME"))
  var optimizer: OptimizerKind?

  @Option(
    help: ArgumentHelp(
      "The largest learning rate (default: 0.015 for soap, 0.01 for adam).", valueName: "R"))
  var learningRate: Double?

  @Option(
    help: ArgumentHelp(
      "Decay per step of the weights' average (default: a horizon of 3 % of the run).",
      valueName: "R"))
  var ema: Double?

  @Option(help: ArgumentHelp("Smallest noise level (default: from the data).", valueName: "S"))
  var sigmaMin: Double?

  @Option(help: ArgumentHelp("Largest noise level (default: from the data).", valueName: "S"))
  var sigmaMax: Double?

  @Option(help: ArgumentHelp("Fraction of the points kept aside (default: 0).", valueName: "F"))
  var holdout: Double?

  /// The noise levels that single precision carries through the network.
  static let sigmaBounds = NoiseRange.bounds

  func validate() throws {
    for (option, sigma) in [("sigma-min", sigmaMin), ("sigma-max", sigmaMax)] {
      guard let sigma, !Self.sigmaBounds.contains(sigma) else { continue }
      throw ValidationError("--\(option): expected a number from 1e-30 to 1e30, found \(sigma)")
    }
    // What does not hang on the data is wrong before they are read.
    let trial = configuration(range: NoiseRange(minimum: 1, maximum: 2), dimension: 1, seed: 0)
    if let problem = trial?.problem {
      throw ValidationError(
        "--\(problem.option): expected \(problem.expected), found \(problem.found)")
    }
    guard let sigmaMin, let sigmaMax else { return }
    _ = try range(from: sigmaMin, to: sigmaMax)
  }

  /// Every option with its value for a run on this data set, which is checked to be one that can be
  /// trained on.
  ///
  /// `path` is what the user calls it.
  func resolved(for data: Dataset, path: String, seed: UInt64) throws -> TrainingConfiguration {
    try data.checkTrainable(path: path)
    // The data's own range is not computed where it is not asked for.
    let needsRange = sigmaMin == nil || sigmaMax == nil
    let natural = needsRange ? data.law.noiseRange : nil
    let range = try range(
      from: sigmaMin ?? natural?.minimum ?? 0, to: sigmaMax ?? natural?.maximum ?? 0)
    let dimension = data.law.dimension
    guard let result = configuration(range: range, dimension: dimension, seed: seed) else {
      preconditionFailure("a range that was checked is one")
    }
    if let problem = result.problem {
      throw Failure.usage(problem.option, expected: problem.expected, found: problem.found)
    }
    try result.checkMemory(dimension: dimension)
    return result
  }

  private func configuration(
    range: NoiseRange?, dimension: Int, seed: UInt64
  ) -> TrainingConfiguration? {
    let steps = steps ?? TrainingDefaults.steps(dimension: dimension)
    let optimizer = optimizer ?? TrainingDefaults.optimizer
    return range.map {
      TrainingConfiguration(
        steps: steps, batch: batch ?? TrainingDefaults.batch,
        width: width ?? TrainingDefaults.width, depth: depth ?? TrainingDefaults.depth,
        activation: activation ?? TrainingDefaults.activation, optimizer: optimizer,
        learningRate: learningRate ?? TrainingDefaults.learningRate(optimizer),
        averageDecay: ema ?? TrainingDefaults.averageDecay(steps: steps), range: $0, seed: seed,
        holdout: holdout ?? 0)
    }
  }

  /// The options of a saved run that goes on: its own, and those given must be the same.
  ///
  /// More steps extend it. `path` is its file.
  func continued(
    _ saved: TrainingConfiguration, seed: UInt64?, path: String
  ) throws -> TrainingConfiguration {
    let given: [(name: String, given: JSONValue?)] = [
      ("batch", batch.map { .number(Double($0)) }), ("width", width.map { .number(Double($0)) }),
      ("depth", depth.map { .number(Double($0)) }),
      ("activation", activation.map { .string($0.rawValue) }),
      ("optimizer", optimizer.map { .string($0.rawValue) }),
      ("learning-rate", learningRate.map(JSONValue.number)), ("ema", ema.map(JSONValue.number)),
      ("sigma-min", sigmaMin.map(JSONValue.number)), ("sigma-max", sigmaMax.map(JSONValue.number)),
      ("holdout", holdout.map(JSONValue.number)), ("seed", seed.map { JSONValue($0) }),
      ("steps", steps.flatMap { $0 < saved.steps ? .number(Double($0)) : nil }),
    ]
    let contradictions = given.compactMap { name, value in
      value.flatMap { value in
        saved.json[name].flatMap {
          $0 == value ? nil : (name, value.canonicalText, $0.canonicalText)
        }
      }
    }
    guard let (name, _, value) = contradictions.first else {
      var result = saved
      if let steps, steps > saved.steps {
        result.extendedFrom.append(saved.steps)
        result.steps = steps
      }
      return result
    }
    throw Failure.usage(
      "resume", expected: "the options of \(path)",
      found: contradictions.map { "--\($0) \($1) instead of \($2)" }.joined(separator: ", ")
        + "; give --\(name) \(value), leave it out, or choose another --output")
  }

  /// The range of noise levels, wide enough that its levels differ in single precision.
  private func range(from low: Double, to high: Double) throws -> NoiseRange {
    guard let range = NoiseRange(minimum: low, maximum: high),
      range.logWidth > TrainingConfiguration.leastLogWidth
    else {
      let given = { (sigma: Double?) in sigma == nil ? " (from the data)" : "" }
      throw Failure.usage(
        sigmaMin == nil ? "sigma-max" : "sigma-min",
        expected: "sigma-min below sigma-max by 0.1 % at least",
        found: "\(low)\(given(sigmaMin)) and \(high)\(given(sigmaMax))")
    }
    return range
  }
}
