internal import Estimation
internal import ForwardProcess
internal import Glibc
internal import LinearAlgebra
internal import Randomness
internal import ScoreNetwork

/// A fixed part of every batch with all the memory that its forward and backward pass takes.
///
/// Shards have one shape whatever the batch: on some processors the bits of a product depend on its
/// shape. Rows beyond the batch are computed and given no weight.
final class Shard: @unchecked Sendable {
  // Sendable: `Workers.run` gives each shard to one task at a time; only that task touches it.
  let first: Int
  /// The rows that belong to the batch.
  let count: Int
  let work: NetworkWorkspace<Float>
  let gradient: NetworkParameters<Float>
  /// Sums for the ledger since they were last collected, band by band.
  var ledger: [Double]
  /// The sum of the losses of the last step.
  private(set) var lossSum = 0.0

  private let batch: Int
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

  init(shape: NetworkShape, first: Int, rows: Int, batch: Int, ledgerSize: Int) {
    let points = rows * shape.dimension
    arena = Arena(
      capacity: Arena<Float>.capacity(
        for: [points, points, points, 3 * rows] + Array(repeating: rows, count: 7)))
    self.first = first
    self.batch = batch
    count = min(rows, batch - first)
    work = NetworkWorkspace(shape: shape, rows: rows)
    gradient = NetworkParameters(shape: shape)
    ledger = Array(repeating: 0, count: ledgerSize)
    y = arena.matrix(rows, shape.dimension)
    z = arena.matrix(rows, shape.dimension)
    scratch = arena.matrix(rows, shape.dimension)
    moments = arena.matrix(rows, 3)
    sigma = arena.vector(rows)
    levels = arena.vector(rows)
    inputScale = arena.vector(rows)
    keep = arena.vector(rows)
    gain = arena.vector(rows)
    factor = arena.vector(rows)
    loss = arena.vector(rows)
  }

  /// Draws the clean points y of this shard's samples, relative to the mean.
  func drawPoints(from source: any SampleSource, stream: RandomStream) {
    source.drawCentred(into: y, scratch: scratch, stream: stream, firstSample: first)
  }

  /// Draws the noise levels: one in each of the batch's equal parts of the range in `ln σ`, all at the
  /// same relative `offset` of their part.
  func drawLevels(
    _ range: NoiseRange, offset: Double, preconditioning: Preconditioning
  ) {
    let step = exp(range.logWidth / Double(batch))
    var level = range.minimum * exp(range.logWidth * (Double(first) + offset) / Double(batch))
    let base = log(level / preconditioning.scale)
    for row in 0..<sigma.count {
      let c = preconditioning.coefficients(sigma: level)
      sigma[row] = Float(level)
      levels[row] = Float(base + range.logWidth * Double(row) / Double(batch))
      inputScale[row] = Float(c.inputScale)
      keep[row] = Float(c.keep)
      gain[row] = Float(c.gain)
      // d/dF of the batch mean of ‖r‖², with r = z − keep u + gain F; none for rows of the padding.
      factor[row] = row < count ? Float(2 * c.gain / Double(batch)) : 0
      level *= step
    }
  }

  /// Draws the noise z and makes the network's input from `x = y + σ z` and the noise level.
  func perturb(
    stream: RandomStream, embedding: NoiseEmbedding<Float>, shift: VectorView<Float>
  ) {
    stream.with(.noise).fillNormal(z, firstSample: first)
    work.point.setPerturbed(
      y: y, z: z, shift: shift, sigma: sigma, inputScale: inputScale, moments: moments)
    embedding.embed(levels, into: work.embedding)
  }

  /// Turns the network's output into the gradient of the denoising loss, and notes the losses.
  func computeLoss(
    outputBias: VectorView<Float>, totalVariance: Double, offset: Double, bandCount: Int
  ) {
    work.output.setDenoisingGradient(
      z: z, u: work.point, keep: keep, gain: gain, factor: factor, bias: outputBias, loss: loss)
    lossSum = 0
    for row in 0..<count {
      lossSum += Double(loss[row])
      LossLedger.enter(
        &ledger, bandCount: bandCount, u: (Double(first + row) + offset) / Double(batch),
        loss: Double(loss[row]),
        controls: (
          Double(moments[row, 0]) - Double(z.columns), Double(moments[row, 1]),
          Double(moments[row, 2]) - totalVariance
        ))
    }
  }
}
