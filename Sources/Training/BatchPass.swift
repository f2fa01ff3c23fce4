package import ForwardProcess
internal import LinearAlgebra
internal import Randomness
internal import ScoreNetwork

/// Where the random numbers of one batch are found.
package struct BatchAddress: Sendable {
  /// The stream of the step.
  let stream: RandomStream
  /// The relative position of every noise level in its stratum, in [0, 1).
  let levelOffset: Double
}

/// One batch's way through the network and back, cut into shards that run side by side.
package final class BatchPass: @unchecked Sendable {
  // Sendable: the trainer sets `batch` while no task runs; see also `Shard`.

  /// The parts of every batch.
  package let shards: [Shard]
  /// The batch that the tasks make.
  package var batch = BatchAddress(
    stream: RandomStream(seed: 0, step: 0, purpose: .data), levelOffset: 0)
  /// The shards, each taken from its data points to its gradient.
  private(set) var tasks = TaskList(count: 0) { _, _ in }
  /// The memory of each worker.
  package let workspaces: [ShardWorkspace]
  /// Where the clean points come from.
  package let source: any SampleSource
  private let state: TrainingState

  /// The most rows of a shard: its activations stay in a core's second-level cache.
  private static let shardRows = 256

  init(
    configuration: TrainingConfiguration, source: any SampleSource, state: TrainingState,
    levelWeights: LevelWeights, workers: Int
  ) {
    // A multiple of four rows, so that every shard starts on a block of the random stream.
    let rows = (min(Self.shardRows, configuration.batch) + 3) / 4 * 4
    let strata = NoiseStrata(
      range: configuration.range, scale: state.preconditioning.scale, batch: configuration.batch,
      bandCount: levelWeights.weights.count)
    shards = stride(from: 0, to: configuration.batch, by: rows).map {
      Shard(
        shape: state.network.shape, first: $0, rows: rows, batch: configuration.batch,
        strata: strata, bandCount: levelWeights.weights.count)
    }
    workspaces = (0..<workers).map { _ in
      ShardWorkspace(
        state: state, strata: strata, moments: source.moments, rows: rows,
        levelWeights: levelWeights)
    }
    self.source = source
    self.state = state
    tasks = TaskList(count: shards.count) { [unowned self] index, worker in
      flushingDenormals { run(shards[index], in: workspaces[worker]) }
    }
  }

  private func run(_ shard: Shard, in space: ShardWorkspace) {
    space.drawPoints(shard, from: source, batch)
    space.drawLevels(shard, batch)
    space.perturb(shard, batch)
    MultilayerPerceptron.forward(state.network, space.work)
    space.computeLoss(shard)
    space.enterLedger(shard)
    MultilayerPerceptron.backward(state.network, space.work, gradient: shard.gradient)
  }
}
