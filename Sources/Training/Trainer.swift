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
  /// The network that is being trained, its average, and what the optimiser remembers.
  public let state: TrainingState
  /// The recent losses.
  public private(set) var ledger: LossLedger
  /// What the ledger said on the way.
  public private(set) var history: TrainingHistory
  /// Steps done.
  public private(set) var step: Int
  /// The mean over the batch of the last step's `‖z − ẑ‖²`, noise levels log-uniform.
  public private(set) var batchLoss = Double.nan
  /// The Euclidean norm of the last step's gradient.
  public private(set) var gradientNorm = Double.nan

  /// The way of a batch through the network.
  package let pass: BatchPass
  private let source: any SampleSource
  private let workers: Workers
  private let levelWeights: LevelWeights
  private let reduction: TaskList
  private let gradientSquares: TaskResults<Double>
  private let optimizer: any WeightUpdate

  /// Parameters summed or updated by one task.
  private static let sliceLength = 4096

  /// A run that has not begun.
  public convenience init(
    configuration: TrainingConfiguration, source: any SampleSource, workers: Workers
  ) {
    let ledger = Self.makeLedger(configuration, part: configuration.part(of: 0), source.moments)
    self.init(
      configuration: configuration, source: source,
      state: TrainingState(
        configuration: configuration, moments: source.moments, bandCount: ledger.bandCount),
      ledger: ledger, step: 0, workers: workers)
  }

  /// The empty ledger of a part of a run.
  ///
  /// Its window is the last twentieth of the part, within which the weights hardly move, or what it
  /// takes for sixteen samples in the bands that get the fewest, up to half of a short part.
  private static func makeLedger(
    _ configuration: TrainingConfiguration, part: Range<Int>, _ moments: DataMoments,
    bandCount: Int = LossLedger.defaultBandCount
  ) -> LossLedger {
    let steps = part.count
    let leastSamples = NoiseStrata.evenShare * Double(configuration.batch) / Double(bandCount)
    return LossLedger(
      range: configuration.range, totalVariance: moments.totalVariance, dataScale: moments.scale,
      bandCount: bandCount,
      pageSteps: max(1, steps / 20, min(steps / 2, Int((16 / leastSamples).rounded(.up)))))
  }

  /// A run from a state: a fresh one, or one that was saved.
  public init(
    configuration: TrainingConfiguration, source: any SampleSource, state: TrainingState,
    ledger: LossLedger, history: TrainingHistory = TrainingHistory(), step: Int, workers: Workers
  ) {
    precondition(
      state.network.shape == configuration.networkShape(dimension: source.dimension)
        && state.optimizer.levelLosses.count == ledger.bandCount)
    self.configuration = configuration
    self.source = source
    self.state = state
    self.ledger = ledger
    self.history = history
    self.step = step
    self.workers = workers
    levelWeights = LevelWeights(state.optimizer)
    pass = BatchPass(
      configuration: configuration, source: source, state: state, levelWeights: levelWeights,
      workers: workers.count)
    let count = state.network.all.count
    let length = max(Self.sliceLength, count / (TaskList.maximumCount / 2))
    let slices = stride(from: 0, to: count, by: length).map { $0..<min($0 + length, count) }
    let gradientSquares = TaskResults(count: slices.count, initial: 0.0)
    let gradientSum = TreeSum(pass.shards.map(\.gradient.all))
    reduction = TaskList(count: slices.count) { index, _ in
      gradientSquares[index] = gradientSum.reduce(slices[index])
    }
    self.gradientSquares = gradientSquares
    let gradient = pass.shards[0].gradient
    optimizer =
      switch configuration.optimizer {
      case .adam: AdamUpdate(state, gradient: gradient, slices: slices)
      case .soap: SoapUpdate(state, gradient: gradient)
      }
  }

  /// One step: a batch through the network and back, and the update it causes.
  ///
  /// After an error the weights are those before the step, but the ledger and the optimiser's
  /// losses may have it already: the run must not be saved.
  public func advance() throws(TrainingError) {
    if configuration.extendedFrom.contains(step) {
      ledger = Self.makeLedger(
        configuration, part: configuration.part(of: step), source.moments,
        bandCount: ledger.bandCount)
    }
    levelWeights.prepare()
    pass.batch = batchAddress
    workers.run(pass.tasks)
    batchLoss = pass.shards.reduce(0) { $0 + $1.loss }
    guard batchLoss.isFinite else {
      throw .nonFinite(quantity: "loss", step: step, seed: configuration.seed)
    }
    ledger.beginStep()
    for shard in pass.shards { ledger.add(shard.ledger, bands: shard.bands) }
    levelWeights.note(pass.shards)
    try update(step: step)
    step += 1
    // With a part's ledger the only thing in a step that allocates, and in few steps of a run.
    let part = configuration.part(of: step - 1)
    if TrainingHistory.isDue(step: step - part.lowerBound, of: part.count) {
      history.note(step: step, ledger: ledger, gradientNorm: gradientNorm)
    }
  }

  /// Sums the shards' gradients, and makes new weights and their average from the sum.
  package func update(step: Int) throws(TrainingError) {
    workers.run(reduction)
    gradientNorm = gradientSquares.sum.squareRoot()
    guard gradientNorm.isFinite else {
      throw .nonFinite(quantity: "gradient", step: step, seed: configuration.seed)
    }
    workers.run(optimizer.tasks(UpdateRates(configuration, step: step), step: step))
  }

  /// Where the random numbers of the next step are found.
  package var batchAddress: BatchAddress {
    BatchAddress(
      stream: RandomStream(seed: configuration.seed, step: UInt32(step), purpose: .data),
      levelOffset: levelOffset)
  }

  /// The position of this step's noise levels in their strata: an additive recurrence with the
  /// golden ratio, so that successive batches fill each other's gaps (Weyl 1916), from a random
  /// start.
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
