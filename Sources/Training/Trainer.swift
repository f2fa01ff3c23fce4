public import Estimation
public import ForwardProcess
internal import Glibc
public import LinearAlgebra
internal import Randomness
internal import ScoreNetwork

/// A training run of a score network on the denoising loss (Equation 10), one step at a time.
///
/// Weights after any number of steps are a function of the configuration and the data alone: not of
/// the number of threads, and not of whether the run was interrupted and resumed.
public final class Trainer {
  /// The options of the run.
  public let configuration: TrainingConfiguration
  /// The network that is being trained, its average, and Adam's two moments.
  public let state: TrainingState
  /// The recent losses.
  public private(set) var ledger: LossLedger
  /// Steps done.
  public private(set) var step: Int
  /// The mean over the batch of the last step's `‖z − ẑ‖²`, noise levels log-uniform.
  public private(set) var batchLoss = Double.nan
  /// The Euclidean norm of the last step's gradient.
  public private(set) var gradientNorm = Double.nan

  private let pass: BatchPass
  private let workers: Workers
  private let slices: [Range<Int>]
  private let gradientSum: TreeSum<Float>
  private let gradientSquares: TaskResults<Double>

  /// Parameters updated by one task.
  private static let sliceLength = 4096

  /// A run from a state: a fresh one, or one that was saved.
  public init(
    configuration: TrainingConfiguration, source: any SampleSource, state: TrainingState,
    ledger: LossLedger, step: Int, workers: Workers
  ) {
    precondition(
      state.network.shape == configuration.networkShape(dimension: source.dimension))
    self.configuration = configuration
    self.state = state
    self.ledger = ledger
    self.step = step
    self.workers = workers
    pass = BatchPass(
      configuration: configuration, source: source, state: state, bandCount: ledger.bandCount,
      workers: workers.count)
    gradientSum = TreeSum(pass.shards.map(\.gradient.all))
    let count = state.network.all.count
    slices = stride(from: 0, to: count, by: Self.sliceLength).map {
      $0..<min($0 + Self.sliceLength, count)
    }
    gradientSquares = TaskResults(count: slices.count, initial: 0)
  }

  /// One step: a batch through the network and back, and the update it causes.
  ///
  /// After an error the state is not that of any step, and must not be saved.
  public func advance() throws(TrainingError) {
    let batch = BatchAddress(
      stream: RandomStream(seed: configuration.seed, step: UInt32(step), purpose: .data),
      levelOffset: levelOffset)
    workers.run(pass.shards.count) { [pass] index, worker in
      pass.run(shard: index, worker: worker, batch)
    }
    batchLoss = pass.shards.reduce(0) { $0 + $1.lossSum } / Double(configuration.batch)
    guard batchLoss.isFinite else {
      throw .nonFinite(quantity: "loss", step: step, seed: configuration.seed)
    }
    ledger.beginStep()
    for shard in pass.shards { ledger.add(shard.ledger, bands: shard.bands) }
    try update()
    step += 1
  }

  /// Sums the shards' gradients and applies the optimiser and the average, slice by slice.
  private func update() throws(TrainingError) {
    let adam = AdamStep(configuration, step: step)
    let gradient = pass.shards[0].gradient.all
    workers.run(slices.count) { [state, slices, gradientSum, gradientSquares] index in
      gradientSquares[index] = gradientSum.reduce(slices[index])
      adam.update(state, gradient: gradient, slices[index])
    }
    gradientNorm = gradientSquares.sum.squareRoot()
    guard gradientNorm.isFinite else {
      throw .nonFinite(quantity: "gradient", step: step, seed: configuration.seed)
    }
  }

  /// The position of this step's noise levels in their strata: an additive recurrence with the
  /// golden ratio, so that successive batches fill each other's gaps (Weyl 1916), from a random start.
  var levelOffset: Double {
    let start = RandomStream(seed: configuration.seed, step: 0, purpose: .level).uniforms(at: 0).0
    let position = start + 0.618_033_988_749_894_9 * Double(step)
    return position - position.rounded(.down)
  }
}

/// Ways in which a training run ends before its time.
public enum TrainingError: Error, Equatable, Sendable {
  /// A quantity left the finite numbers at a step, under a seed.
  case nonFinite(quantity: String, step: Int, seed: UInt64)
}
