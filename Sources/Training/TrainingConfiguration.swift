public import ForwardProcess
internal import Glibc
public import LinearAlgebra
public import ScoreNetwork

/// Every option of a training run that affects its result, resolved.
public struct TrainingConfiguration: Sendable, Equatable {
  /// Optimisation steps, all in all.
  public var steps: Int
  /// The numbers of steps for which the run was made before it was extended, ascending; none for a
  /// run that was not.
  public var extendedFrom: [Int]
  /// Samples of a step.
  public var batch: Int
  /// The width of the hidden layers.
  public var width: Int
  /// The number of hidden layers.
  public var depth: Int
  /// The activation function of the hidden layers.
  public var activation: Activation
  /// How gradients become updates.
  public var optimizer: OptimizerKind
  /// The largest learning rate, reached after the warm-up.
  public var learningRate: Double
  /// The decay of the weights' exponential average per step, in [0, 1).
  public var averageDecay: Double
  /// The noise levels trained on.
  public var range: NoiseRange
  /// The seed of everything random.
  public var seed: UInt64
  /// The fraction of the points kept aside.
  public var holdout: Double

  /// A configuration as given.
  public init(
    steps: Int, batch: Int, width: Int, depth: Int, activation: Activation,
    optimizer: OptimizerKind, learningRate: Double, averageDecay: Double, range: NoiseRange,
    seed: UInt64, holdout: Double, extendedFrom: [Int] = []
  ) {
    self.steps = steps
    self.extendedFrom = extendedFrom
    self.batch = batch
    self.width = width
    self.depth = depth
    self.activation = activation
    self.optimizer = optimizer
    self.learningRate = learningRate
    self.averageDecay = averageDecay
    self.range = range
    self.seed = seed
    self.holdout = holdout
  }

  /// The largest values of the options that count something; the least are 1.
  public static let sizeLimits = (
    steps: (1 << 31) - 1, batch: 1 << 20, width: 1 << 14, depth: 64
  )
  /// How often a run may be extended.
  public static let mostExtensions = 1000
  /// The least width of the range in `ln σ`, at which its levels still differ in single precision.
  public static let leastLogWidth = 1e-3

  /// The first option that is out of bounds, with the bounds and what was found; nil if all are in.
  ///
  /// The learning rate is positive, the average's decay in [0, 1), the held-out fraction in [0, 1).
  public var problem: (option: String, expected: String, found: String)? {
    let limits = Self.sizeLimits
    let sizes = [
      ("steps", steps, limits.steps), ("batch", batch, limits.batch),
      ("width", width, limits.width), ("depth", depth, limits.depth),
    ]
    for (option, value, maximum) in sizes where value < 1 || value > maximum {
      return (option, "an integer from 1 to \(maximum)", "\(value)")
    }
    guard extendedFrom.count <= Self.mostExtensions else {
      return ("extended-from", "at most \(Self.mostExtensions) numbers", "\(extendedFrom.count)")
    }
    for (total, next) in zip(extendedFrom, extendedFrom.dropFirst() + [steps]) {
      guard total >= 1 && total < next else {
        return ("extended-from", "a number from 1 to \(next - 1)", "\(total)")
      }
    }
    guard learningRate > 0 && learningRate.isFinite else {
      return ("learning-rate", "a positive number", "\(learningRate)")
    }
    guard averageDecay >= 0 && averageDecay < 1 else {
      return ("ema", "a number from 0 to below 1", "\(averageDecay)")
    }
    for (option, sigma) in [("sigma-min", range.minimum), ("sigma-max", range.maximum)]
    where !NoiseRange.bounds.contains(sigma) {
      return (option, "a number from 1e-30 to 1e30", "\(sigma)")
    }
    guard range.logWidth > Self.leastLogWidth else {
      return ("sigma-max", "sigma-min below it by 0.1 % at least", "\(range.maximum)")
    }
    guard holdout >= 0 && holdout < 1 else {
      return ("holdout", "a number from 0 to below 1", "\(holdout)")
    }
    return nil
  }

  /// The shape of the network for data of dimension `dimension`.
  public func networkShape(dimension: Int) -> NetworkShape {
    NetworkShape(
      dimension: dimension, frequencyCount: NoiseEmbedding<Float>.defaultFrequencies.count,
      width: width, depth: depth, activation: activation)
  }

  /// The part of the run that step `step` (from 0) is in: what an extension adds is a part of its
  /// own.
  public func part(of step: Int) -> Range<Int> {
    let start = extendedFrom.last { $0 <= step } ?? 0
    return start..<(extendedFrom.first { $0 > step } ?? steps)
  }

  /// The learning rate of step `step` (from 0): in every part of the run a linear warm-up, then half
  /// a cosine to zero.
  public func learningRate(step: Int) -> Double {
    let part = part(of: step)
    let (done, total) = (step - part.lowerBound, part.count)
    let warmUp = max(1, min(200, total / 10))
    if done < warmUp { return learningRate * Double(done + 1) / Double(warmUp) }
    let progress = Double(done - warmUp) / Double(max(1, total - warmUp))
    return learningRate * 0.5 * (1 + cos(.pi * min(1, progress)))
  }
}

/// The optimisers there are.
public enum OptimizerKind: String, Sendable, CaseIterable {
  /// Adam (Kingma and Ba 2015).
  case adam
  /// SOAP: Adam in the eigenbases of Shampoo's factors (Vyas and others 2024).
  case soap

  /// The decays per step of the averaged gradient and of its square.
  var decays: (first: Double, second: Double) {
    switch self {
    case .adam: (0.9, 0.999)
    case .soap: (0.9, 0.95)
    }
  }
}
