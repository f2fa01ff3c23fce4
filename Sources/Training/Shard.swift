internal import Estimation
internal import LinearAlgebra
package import ScoreNetwork

/// A fixed part of every batch, with what its passes leave behind: a gradient and sums of losses.
package final class Shard: @unchecked Sendable {
  // Sendable: `Workers.run` gives each shard to one task at a time; only that task touches it.

  /// The batch's row that is the shard's first.
  let first: Int
  /// The rows that belong to the batch; the rest of the workspace's rows are padding.
  let count: Int
  /// The gradient of the batch's loss by the parameters, from these rows.
  package let gradient: NetworkParameters<Float>
  /// The bands of the ledger that these rows fall into.
  let bands: Range<Int>
  /// The last step's sums for the ledger, band by band of `bands`, `(bands, 15)`.
  let ledger: MatrixView<Double>
  private let ledgerArena: Arena<Double>
  /// What these rows gave to the last step's loss.
  var loss = 0.0

  init(
    shape: NetworkShape, first: Int, rows: Int, batch: Int, strata: NoiseStrata, bandCount: Int
  ) {
    self.first = first
    count = min(rows, batch - first)
    gradient = NetworkParameters(shape: shape)
    func band(_ row: Int) -> Int {
      let u = (strata.edges[row] - strata.edges[0]) / strata.width
      return LossLedger.band(of: u, bandCount: bandCount)
    }
    bands = band(first)..<band(first + count) + 1
    ledgerArena = Arena(capacity: Arena<Double>.capacity(for: [bands.count * LossLedger.bandSize]))
    ledger = ledgerArena.matrix(bands.count, LossLedger.bandSize)
  }
}
