internal import Estimation
internal import LinearAlgebra
internal import ScoreNetwork

/// A fixed part of every batch, with what its passes leave behind: a gradient and sums of losses.
final class Shard: @unchecked Sendable {
  // Sendable: `Workers.run` gives each shard to one task at a time; only that task touches it.

  /// The batch's row that is the shard's first.
  let first: Int
  /// The rows that belong to the batch; the rest of the workspace's rows are padding.
  let count: Int
  /// The gradient of the batch's loss by the parameters, from these rows.
  let gradient: NetworkParameters<Float>
  /// Sums for the ledger since they were last collected, band by band.
  var ledger: [Double]
  /// The sum of the losses of the last step.
  var lossSum = 0.0

  init(shape: NetworkShape, first: Int, rows: Int, batch: Int, bandCount: Int) {
    self.first = first
    count = min(rows, batch - first)
    gradient = NetworkParameters(shape: shape)
    ledger = Array(repeating: 0, count: bandCount * LossLedger.bandSize)
  }
}
