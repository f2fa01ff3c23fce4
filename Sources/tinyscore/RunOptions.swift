public import ArgumentParser
internal import Distributions
internal import ForwardProcess
public import LinearAlgebra
internal import Storage
public import Training

extension Activation: ExpressibleByArgument {}
extension OptimizerKind: ExpressibleByArgument {}

/// The options of `train` that change its result.
struct RunOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("Optimisation steps (default: 6000 for D = 1, else 10000).", valueName: "N"))
  var steps: Int?

  @Option(help: ArgumentHelp("Samples of a step.", valueName: "N"))
  var batch = TrainingDefaults.batch

  @Option(help: ArgumentHelp("Units of a hidden layer.", valueName: "N"))
  var width = TrainingDefaults.width

  @Option(help: ArgumentHelp("Hidden layers.", valueName: "N"))
  var depth = TrainingDefaults.depth

  @Option(help: ArgumentHelp("silu, tanh, gelu or relu.", valueName: "NAME"))
  var activation = Activation.silu

  @Option(help: ArgumentHelp("adam.", valueName: "NAME"))
  var optimizer = OptimizerKind.adam

  @Option(help: ArgumentHelp("The largest learning rate.", valueName: "R"))
  var learningRate = TrainingDefaults.learningRate

  @Option(help: ArgumentHelp("Decay per step of the weights' average.", valueName: "R"))
  var ema = TrainingDefaults.averageDecay

  @Option(help: ArgumentHelp("Smallest noise level (default: from the data).", valueName: "S"))
  var sigmaMin: Double?

  @Option(help: ArgumentHelp("Largest noise level (default: from the data).", valueName: "S"))
  var sigmaMax: Double?

  @Option(help: ArgumentHelp("Fraction of the points kept aside.", valueName: "F"))
  var holdout = 0.0

  /// Every option with its value for this data set.
  func resolved(for data: Dataset, seed: UInt64) throws -> TrainingConfiguration {
    // The data's own range is not computed where it is not asked for.
    let needsRange = sigmaMin == nil || sigmaMax == nil
    let natural = needsRange ? data.law.noiseRange : nil
    let (low, high) = (sigmaMin ?? natural?.minimum ?? 0, sigmaMax ?? natural?.maximum ?? 0)
    guard let range = NoiseRange(minimum: low, maximum: high) else {
      throw Failure.usage(
        "sigma-min", expected: "0 < sigma-min < sigma-max, both finite", found: "\(low) and \(high)"
      )
    }
    let configuration = TrainingConfiguration(
      steps: steps ?? TrainingDefaults.steps(dimension: data.law.dimension), batch: batch,
      width: width, depth: depth, activation: activation, optimizer: optimizer,
      learningRate: learningRate, averageDecay: ema, range: range, seed: seed, holdout: holdout)
    if let problem = configuration.problem {
      throw Failure.usage(problem.option, expected: problem.expected, found: problem.found)
    }
    return configuration
  }
}
