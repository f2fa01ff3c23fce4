public import ForwardProcess
public import LinearAlgebra
public import ScoreNetwork

/// What a training run carries from step to step, but for its ledger.
public final class TrainingState: Sendable {
  /// The network that is being trained.
  public let network: NetworkParameters<Float>
  /// The exponential average of its parameters.
  public let average: NetworkParameters<Float>
  /// Adam's averages of the gradient and of its square.
  public let firstMoment: NetworkParameters<Float>
  /// Adam's average of the squared gradient.
  public let secondMoment: NetworkParameters<Float>
  /// How noise levels enter the network.
  public let embedding: NoiseEmbedding<Float>
  /// How points enter the network and its output becomes noise.
  public let preconditioning: Preconditioning

  /// The state of a run that has not begun, the network initialised from `seed`.
  public init(shape: NetworkShape, moments: DataMoments, seed: UInt64) {
    network = NetworkParameters(shape: shape)
    network.initialize(seed: seed)
    average = network.copy()
    firstMoment = NetworkParameters(shape: shape)
    secondMoment = NetworkParameters(shape: shape)
    embedding = NoiseEmbedding(frequencies: NoiseEmbedding<Float>.defaultFrequencies)
    // As a checkpoint keeps them, in single precision: a saved network is the trained one exactly.
    preconditioning = Preconditioning(
      mean: moments.mean.map { Double(Float($0)) }, scale: Double(Float(moments.scale)))
  }

  /// A state of these parts.
  public init(
    network: NetworkParameters<Float>, average: NetworkParameters<Float>,
    firstMoment: NetworkParameters<Float>, secondMoment: NetworkParameters<Float>,
    embedding: NoiseEmbedding<Float>, preconditioning: Preconditioning
  ) {
    self.network = network
    self.average = average
    self.firstMoment = firstMoment
    self.secondMoment = secondMoment
    self.embedding = embedding
    self.preconditioning = preconditioning
  }
}
