public import Estimation
internal import ForwardProcess
public import JSONText
public import LinearAlgebra
public import ScoreNetwork
public import Training

/// A saved training run: everything that continues it, or that makes the learned score.
///
/// One safetensors file (INTERFACE, "Checkpoints"). Tensors, F32 unless said:
///
///     network.layers.I.weight   (out, in)      the weights being trained, as PyTorch has them
///     network.layers.I.bias     (out)
///     ema.layers.I.*                           their exponential average
///     data.mean                 (D)            the mean that is taken off the points
///     data.scale                (1)            the data scale of the preconditioning
///     embedding.frequencies     (K)            the frequencies of the noise embedding
///     optimizer.first.layers.I.*               Adam's moments; absent in a weights-only file, as all
///     optimizer.second.layers.I.*              of the optimiser's
///     optimizer.levels          (bands)        F64: the recent loss at each band of noise levels
///     optimizer.bases.I.left.factor  (out, out)   with soap, of sides up to 512: Shampoo's factors
///     optimizer.bases.I.left.basis   (out, out)   (the lower triangle counts) and the bases near their
///     optimizer.bases.I.right.*      (in, in)     eigenvectors, as rows, in which the moments are
///     ledger.pages              (2, bands, 15) F64: the sums of the training-loss ledger
///     ledger.state              (4)            F64: steps of a page, steps on the current one,
///                                              trace of the data's covariance, data scale
///     ledger.history            (rows, 4)      F64: step, the ledger's entropy and its standard error,
///                                              norm of the gradient; absent where there are no rows
///
/// and metadata texts, each JSON: `config`, `dataset`, `progress`, `provenance`.
public struct Checkpoint: Sendable {
  /// Every option of the run that affects its result.
  public let configuration: TrainingConfiguration
  /// The data set: see `Dataset.record`.
  public let dataset: JSONValue
  /// The networks and what the optimiser remembers.
  public let state: TrainingState
  /// Whether the file has the optimiser's memory, so that a run can go on from it.
  public let hasOptimizerState: Bool
  /// The recent losses.
  public let ledger: LossLedger
  /// What the ledger said on the way; empty in files of older versions.
  public let history: TrainingHistory
  /// Steps done.
  public let step: Int
  /// With what it was made.
  public let provenance: Provenance

  /// A checkpoint of a run as it stands.
  public init(
    configuration: TrainingConfiguration, dataset: JSONValue, state: TrainingState,
    ledger: LossLedger, history: TrainingHistory, step: Int, provenance: Provenance = .current
  ) {
    self.configuration = configuration
    self.dataset = dataset
    self.state = state
    hasOptimizerState = true
    self.ledger = ledger
    self.history = history
    self.step = step
    self.provenance = provenance
  }

  init(
    configuration: TrainingConfiguration, dataset: JSONValue, state: TrainingState,
    hasOptimizerState: Bool, ledger: LossLedger, history: TrainingHistory, step: Int,
    provenance: Provenance
  ) {
    self.configuration = configuration
    self.dataset = dataset
    self.state = state
    self.hasOptimizerState = hasOptimizerState
    self.ledger = ledger
    self.history = history
    self.step = step
    self.provenance = provenance
  }

  /// Which of a checkpoint's two sets of weights.
  public enum Weights: String, Sendable, CaseIterable {
    /// The exponential average.
    case ema
    /// The weights being trained.
    case online
  }

  /// The learned score.
  public func score(_ weights: Weights = .ema) -> ScoreNetwork<Float> {
    ScoreNetwork(
      parameters: weights == .ema ? state.average : state.network, embedding: state.embedding,
      preconditioning: state.preconditioning)
  }

  /// The samples seen in training.
  public var samplesSeen: Int { step * configuration.batch }
}
