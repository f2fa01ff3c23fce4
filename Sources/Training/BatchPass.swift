internal import ForwardProcess
internal import LinearAlgebra
internal import Randomness
internal import ScoreNetwork

/// Where the random numbers of one batch are found.
struct BatchAddress: Sendable {
  /// The stream of the step.
  let stream: RandomStream
  /// The relative position of every noise level in its part of the range, in [0, 1).
  let levelOffset: Double
}

/// One batch's way through the network and back, cut into shards that run side by side.
final class BatchPass: Sendable {
  /// The parts of every batch.
  let shards: [Shard]
  private let workspaces: [ShardWorkspace]
  private let source: any SampleSource
  private let state: TrainingState

  /// The most rows of a shard: its activations stay in a core's second-level cache.
  private static let shardRows = 256

  init(
    configuration: TrainingConfiguration, source: any SampleSource, state: TrainingState,
    bandCount: Int, workers: Int
  ) {
    // A multiple of four rows, so that every shard starts on a block of the random stream.
    let rows = (min(Self.shardRows, configuration.batch) + 3) / 4 * 4
    shards = stride(from: 0, to: configuration.batch, by: rows).map {
      Shard(
        shape: state.network.shape, first: $0, rows: rows, batch: configuration.batch,
        bandCount: bandCount)
    }
    workspaces = (0..<workers).map { _ in
      ShardWorkspace(
        configuration: configuration, state: state, moments: source.moments, rows: rows,
        bandCount: bandCount)
    }
    self.source = source
    self.state = state
  }

  /// Takes shard `index` from its data points to its gradient, in the memory of worker `worker`.
  func run(shard index: Int, worker: Int, _ batch: BatchAddress) {
    let (shard, space) = (shards[index], workspaces[worker])
    space.drawPoints(shard, from: source, batch)
    space.drawLevels(shard, batch)
    space.perturb(shard, batch)
    MultilayerPerceptron.forward(state.network, space.work)
    space.computeLoss()
    space.enterLedger(shard, batch)
    MultilayerPerceptron.backward(state.network, space.work, gradient: shard.gradient)
  }
}
