internal import Estimation
internal import ForwardProcess
internal import Glibc
internal import LinearAlgebra
internal import Randomness
internal import ScoreNetwork

/// The memory in which one worker takes a shard through its forward and backward pass.
///
/// It belongs to the worker, not to the shard, so that it stays in one core's second-level cache. All
/// shards have one shape whatever the batch: on some processors the bits of a product depend on its
/// shape. Rows beyond the batch are computed and given no weight.
final class ShardWorkspace: Sendable {
  let work: NetworkWorkspace<Float>
  private let state: TrainingState
  private let range: NoiseRange
  private let batch: Int
  private let bandCount: Int
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
  private let factor: VectorView<Float>
  private let loss: VectorView<Float>
  /// The network's rounded mean minus the exact one, `(D)`.
  private let shift: VectorView<Float>

  init(
    configuration: TrainingConfiguration, state: TrainingState, moments: DataMoments, rows: Int,
    bandCount: Int
  ) {
    let shape = state.network.shape
    let points = rows * shape.dimension
    arena = Arena(
      capacity: Arena<Float>.capacity(
        for: [points, points, points, 3 * rows, shape.dimension]
          + Array(repeating: rows, count: 7)))
    self.state = state
    self.bandCount = bandCount
    range = configuration.range
    batch = configuration.batch
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
    factor = arena.vector(rows)
    loss = arena.vector(rows)
    shift = arena.vector(shape.dimension)
    shift.copy(converting: zip(state.preconditioning.mean, moments.mean).map { $0 - $1 })
  }

  /// Draws the clean points y of the shard's samples, relative to the mean.
  func drawPoints(_ shard: Shard, from source: any SampleSource, _ address: BatchAddress) {
    source.drawCentred(into: y, scratch: scratch, stream: address.stream, firstSample: shard.first)
  }

  /// Draws the noise levels: one in each of the batch's equal parts of the range in `ln σ`, all at the
  /// same relative offset of their part.
  func drawLevels(_ shard: Shard, _ address: BatchAddress) {
    let part = range.logWidth / Double(batch)
    let ratio = exp(part)
    var level = range.minimum * exp(part * (Double(shard.first) + address.levelOffset))
    let first = log(level / state.preconditioning.scale)
    for row in 0..<sigma.count {
      let c = state.preconditioning.coefficients(sigma: level)
      sigma[row] = Float(level)
      levels[row] = Float(first + part * Double(min(row, shard.count - 1)))
      inputScale[row] = Float(c.inputScale)
      keep[row] = Float(c.keep)
      gain[row] = Float(c.gain)
      // d/dF of the batch mean of ‖r‖², with r = z − keep u + gain F; none for rows of the padding.
      factor[row] = row < shard.count ? Float(2 * c.gain / Double(batch)) : 0
      // Rows of the padding repeat the last level, which is within the range.
      if row + 1 < shard.count { level *= ratio }
    }
  }

  /// Draws the noise z and makes the network's input from `x = y + σ z` and the noise level.
  func perturb(_ shard: Shard, _ address: BatchAddress) {
    address.stream.with(.noise).fillNormal(z, firstSample: shard.first)
    work.point.setPerturbed(
      y: y, z: z, shift: shift, sigma: sigma, inputScale: inputScale, moments: moments)
    state.embedding.embed(levels, into: work.embedding)
  }

  /// Turns the network's output into the gradient of the denoising loss.
  func computeLoss() {
    let outputBias = state.network.layers[state.network.shape.depth].bias
    work.output.setDenoisingGradient(
      z: z, u: work.point, keep: keep, gain: gain, factor: factor, bias: outputBias, loss: loss)
  }

  /// Notes the losses and their controls, band by band.
  func enterLedger(_ shard: Shard, _ address: BatchAddress) {
    func band(_ row: Int) -> Int {
      let u = (Double(shard.first + row) + address.levelOffset) / Double(batch)
      return LossLedger.band(of: u, bandCount: bandCount)
    }
    var row = 0
    shard.lossSum = 0
    for (index, current) in shard.bands.enumerated() {
      let first = row
      while row < shard.count && band(row) == current { row += 1 }
      let sums = shard.ledger.row(index)
      loss[first..<row].sumLedger(
        moments: moments.rows(first..<row), dimension: z.columns, totalVariance: totalVariance,
        rounding: 1e-5 * totalVariance, into: sums)
      shard.lossSum += sums[1]
    }
  }
}
