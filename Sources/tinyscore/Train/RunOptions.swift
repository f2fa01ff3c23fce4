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

extension Dataset {
  /// The scales that single precision carries, with their squares and sums of those.
  private static let scaleBounds = 1e-15...1e15
  /// How far from the origin, in data scales, points are still told apart in single precision.
  private static let largestOffset = 1e7

  /// Throws if the points are so large, or so near, that not even double precision carries squares;
  /// `path` is what the user calls the data set.
  func checkMoments(path: String) throws {
    let moments = law.moments
    guard moments.scale.isFinite, moments.mean.allSatisfy(\.isFinite) else {
      throw Failure(
        .malformedData,
        "\(path): expected coordinates whose squares are below 1e308, found larger ones; choose "
          + "another unit")
    }
    // Distinct points whose squared distances are hardly numbers any more.
    guard law.entropy ?? 0 == 0 || moments.totalVariance > 1e-280 else {
      throw Failure(
        .malformedData,
        "\(path): expected points apart by 1e-140 at least, found a total variance of "
          + "\(moments.totalVariance); choose another unit")
    }
  }

  /// Throws if the points are too large, too small or too far away to train on; `path` is what the
  /// user calls the data set.
  func checkTrainable(path: String) throws {
    let moments = law.moments
    guard Self.scaleBounds.contains(moments.scale) else {
      throw Failure(
        .malformedData,
        "\(path): expected coordinates with a standard deviation from 1e-15 to 1e15, found "
          + "\(moments.scale); choose another unit")
    }
    let offset = moments.mean.reduce(0) { $1.isFinite ? max($0, abs($1)) : .infinity }
    guard offset <= Self.largestOffset * moments.scale else {
      let deviation = moments.totalVariance > 0 ? "\(moments.scale)" : "0, which counts as 1"
      throw Failure(
        .malformedData,
        "\(path): expected a mean within 1e7 standard deviations of the origin, found \(offset) at "
          + "a standard deviation of \(deviation); subtract the mean")
    }
  }
}

extension TrainingConfiguration {
  /// Throws if a run takes more memory than the machine has.
  fileprivate func checkMemory(dimension: Int) throws {
    let needed = memoryNeeded(dimension: dimension)
    guard let memory = availableMemory(), needed > memory else { return }
    throw Failure.usage(
      "width", expected: "a network and a batch that fit into \(memoryText(memory)) of memory",
      found: "about \(memoryText(needed)), with --depth \(depth), --batch \(batch) and "
        + "D = \(dimension)")
  }

  /// The bytes that a run takes beside the program and its data, within a fifth.
  func memoryNeeded(dimension: Int) -> Double {
    let shape = networkShape(dimension: dimension)
    let (parameters, bases) = (Double(shape.parameterCount), basesSize(shape))
    // A checkpoint in the making is three copies of the state; every shard has a gradient, SOAP the
    // memory of its products, every thread the activations of a shard and their gradients.
    let state = 4 * parameters + bases
    let gradients = Double((batch + 255) / 256) * parameters
    let products = optimizer == .soap ? 2 * parameters + bases : 0
    let row = Double(2 * depth + 2) * Double(width) + 6 * Double(dimension)
    let activations = Double(Workers.availableProcessors * min(batch, 256)) * row
    return (4 * state + gradients + products + activations) * Double(MemoryLayout<Float>.size)
  }

  /// The numbers of SOAP's factors and bases.
  private func basesSize(_ shape: NetworkShape) -> Double {
    guard optimizer == .soap else { return 0 }
    let sides = shape.layerShapes.flatMap { [$0.input, $0.output] }
    return sides.reduce(0) { $1 <= LayerBases.longestSide ? $0 + 2 * Double($1) * Double($1) : $0 }
  }
}
