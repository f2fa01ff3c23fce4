public import ForwardProcess
public import LinearAlgebra
public import ScoreNetwork

/// What a training run carries from step to step, but for its ledger.
public final class TrainingState: Sendable {
  /// The network that is being trained.
  public let network: NetworkParameters<Float>
  /// The exponential average of its parameters.
  public let average: NetworkParameters<Float>
  /// What the optimiser remembers.
  public let optimizer: OptimizerState
  /// How noise levels enter the network.
  public let embedding: NoiseEmbedding<Float>
  /// How points enter the network and its output becomes noise.
  public let preconditioning: Preconditioning

  /// The state of a run that has not begun, the network initialised from the configuration's seed.
  public init(configuration: TrainingConfiguration, moments: DataMoments, bandCount: Int) {
    let shape = configuration.networkShape(dimension: moments.mean.count)
    network = NetworkParameters(shape: shape)
    network.initialize(seed: configuration.seed)
    average = network.copy()
    optimizer = OptimizerState(configuration.optimizer, shape: shape, bandCount: bandCount)
    embedding = NoiseEmbedding(frequencies: NoiseEmbedding<Float>.defaultFrequencies)
    // As a checkpoint keeps them, in single precision: a saved network is the trained one exactly.
    preconditioning = Preconditioning(
      mean: moments.mean.map { Double(Float($0)) }, scale: Double(Float(moments.scale)))
  }

  /// A state of these parts.
  public init(
    network: NetworkParameters<Float>, average: NetworkParameters<Float>,
    optimizer: OptimizerState, embedding: NoiseEmbedding<Float>, preconditioning: Preconditioning
  ) {
    self.network = network
    self.average = average
    self.optimizer = optimizer
    self.embedding = embedding
    self.preconditioning = preconditioning
  }
}
