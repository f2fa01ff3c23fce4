internal import Estimation
package import ForwardProcess
internal import LinearAlgebra
internal import Randomness
package import ScoreNetwork

/// The memory in which one worker takes a shard through its forward and backward pass.
///
/// It belongs to the worker, not to the shard, so that it stays in one core's second-level cache.
/// All shards of a run have one shape: on some processors the bits of a product depend on its
/// shape. Rows beyond the batch are computed and given no weight.
package final class ShardWorkspace: Sendable {
  package let work: NetworkWorkspace<Float>
  private let state: TrainingState
  private let strata: NoiseStrata
  private let levelWeights: LevelWeights
  private let totalVariance: Double
  private let arena: Arena<Float>
  private let y: MatrixView<Float>
  private let z: MatrixView<Float>
  private let scratch: MatrixView<Float>
  private let moments: MatrixView<Float>
  private let sigma: VectorView<Float>
  private let levels: VectorView<Float>
  private let inputScale: VectorView<Float>
  private let keep: VectorView<Float>
  private let gain: VectorView<Float>
  private let share: VectorView<Float>
  private let weight: VectorView<Float>
  private let loss: VectorView<Float>
  /// The network's rounded mean minus the exact one, `(D)`.
  private let shift: VectorView<Float>

  init(
    state: TrainingState, strata: NoiseStrata, moments: DataMoments, rows: Int,
    levelWeights: LevelWeights
  ) {
    let shape = state.network.shape
    let points = rows * shape.dimension
    arena = Arena(
      capacity: Arena<Float>.capacity(
        for: [points, points, points, 3 * rows, shape.dimension]
          + Array(repeating: rows, count: 8)))
    self.state = state
    self.levelWeights = levelWeights
    self.strata = strata
    totalVariance = moments.totalVariance
    work = NetworkWorkspace(shape: shape, rows: rows)
    y = arena.matrix(rows, shape.dimension)
    z = arena.matrix(rows, shape.dimension)
    scratch = arena.matrix(rows, shape.dimension)
    self.moments = arena.matrix(rows, 3)
    sigma = arena.vector(rows)
    levels = arena.vector(rows)
    inputScale = arena.vector(rows)
    keep = arena.vector(rows)
    gain = arena.vector(rows)
    share = arena.vector(rows)
    weight = arena.vector(rows)
    loss = arena.vector(rows)
    shift = arena.vector(shape.dimension)
    shift.copy(converting: zip(state.preconditioning.mean, moments.mean).map { $0 - $1 })
  }

  /// Draws the clean points y of the shard's samples, relative to the mean.
  package func drawPoints(_ shard: Shard, from source: any SampleSource, _ address: BatchAddress) {
    source.drawCentred(into: y, scratch: scratch, stream: address.stream, firstSample: shard.first)
  }

  /// Draws the noise levels, one in each of the shard's strata, all at the same relative offset.
  package func drawLevels(_ shard: Shard, _ address: BatchAddress) {
    let rows = 0..<shard.count
    levels[rows].setNoiseLevels(
      between: strata.edges[shard.first..<shard.first + shard.count + 1], at: address.levelOffset,
      scale: state.preconditioning.scale, width: strata.width, sigma: sigma[rows],
      inputScale: inputScale[rows], keep: keep[rows], gain: gain[rows], share: share[rows])
    for row in rows { weight[row] = share[row] * levelWeights.weights[band(row)] }
    // Rows of the padding repeat the last level, which is within the range, and count for nothing.
    for row in shard.count..<sigma.count {
      levels[row] = levels[row - 1]
      sigma[row] = sigma[row - 1]
      inputScale[row] = inputScale[row - 1]
      keep[row] = keep[row - 1]
      gain[row] = gain[row - 1]
      share[row] = 0
      weight[row] = 0
    }
  }

  /// Draws the noise z and makes the network's input from `x = y + σ z` and the noise level.
  package func perturb(_ shard: Shard, _ address: BatchAddress) {
    address.stream.with(.noise).fillNormal(z, firstSample: shard.first)
    work.point.setPerturbed(
      y: y, z: z, shift: shift, sigma: sigma, inputScale: inputScale, moments: moments)
    state.embedding.embed(levels, into: work.embedding)
  }

  /// Turns the network's output into the gradient of the denoising loss.
  package func computeLoss(_ shard: Shard) {
    shard.loss = work.output.setDenoisingGradient(
      z: z, u: work.point, keep: keep, gain: gain, share: share, weight: weight,
      bias: state.network.layers[state.network.shape.depth].bias, loss: loss)
  }

  /// Notes the losses and their controls, band by band.
  package func enterLedger(_ shard: Shard) {
    var row = 0
    for (index, band) in shard.bands.enumerated() {
      let first = row
      while row < shard.count && (band == shard.bands.last || self.band(row) <= band) { row += 1 }
      loss[first..<row].sumLedger(
        moments: moments.rows(first..<row), dimension: z.columns, totalVariance: totalVariance,
        rounding: 1e-5 * totalVariance, into: shard.ledger.row(index))
    }
  }

  /// The band of a row's noise level.
  private func band(_ row: Int) -> Int {
    let u = (Double(levels[row]) - strata.edges[0]) / strata.width
    return LossLedger.band(of: u, bandCount: levelWeights.weights.count)
  }
}
