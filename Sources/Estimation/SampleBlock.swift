internal import ForwardProcess
internal import LinearAlgebra
internal import Randomness

/// Some samples of data and noise with their weights, and what of their control variates is the
/// same at every noise level.
struct SampleBlock: Sendable {
  /// The clean points and the noise, `(B, D)`.
  let y: Matrix<Double>
  let z: Matrix<Double>
  /// The weight of each sample, mean 1, `(B)`.
  private(set) var weights: [Double]
  /// The controls `w − 1`, `w (‖z‖² − D)`, `w (y − E y)·z` and `w (‖y − E y‖² − tr Cov y)`, `(B,
  /// 4)`.
  private(set) var controls: Matrix<Double>

  /// How many controls are the same at every level.
  static let controlCount = 4

  /// The number of the first sample.
  let first: Int

  /// The samples of the pairs `range` of `pairs` and their noise, those of step `step`.
  init(_ evaluator: ScoreEvaluator, pairs range: Range<Int>, of pairs: Int, step: UInt32) {
    let source = evaluator.source
    let strata =
      evaluator.design.isStratified
      ? Strata(
        cells: pairs, dimension: source.dimension, ingredients: source.ingredients,
        seed: evaluator.seed) : nil
    let stream = RandomStream(
      seed: evaluator.seed, step: RandomStream.evaluationSteps + step, purpose: .noise,
      strata: strata)
    self.init(
      source, stream: stream, wideNoise: evaluator.wideNoise, first: 2 * range.lowerBound,
      count: 2 * range.count)
  }

  /// Samples `first ..< first + count` of `source` and their noise.
  init(
    _ source: any SampleSource, stream: RandomStream, wideNoise: WideNoise?, first: Int, count: Int
  ) {
    self.first = first
    y = source.samples(count, stream: stream, firstSample: first)
    var z = stream.normals(count, source.dimension, firstSample: first)
    var weights = Array(repeating: 1.0, count: count)
    if let wideNoise {
      z.withView { z in
        for row in 0..<count {
          if stream.coin(sample: first + row) { wideNoise.widen(z.row(row)) }
          weights[row] = wideNoise.weight(squaredLength: z.row(row).dot(z.row(row)))
        }
      }
    }
    self.z = z
    self.weights = weights
    controls = Matrix(rows: count, columns: Self.controlCount)
    setControls(source.moments)
  }

  /// The first `count` samples.
  func prefix(_ count: Int) -> SampleBlock {
    SampleBlock(
      y: y.rows(0..<count), z: z.rows(0..<count), weights: Array(weights.prefix(count)),
      controls: controls.rows(0..<count), first: first)
  }

  private init(
    y: Matrix<Double>, z: Matrix<Double>, weights: [Double], controls: Matrix<Double>, first: Int
  ) {
    (self.y, self.z, self.weights) = (y, z, weights)
    (self.controls, self.first) = (controls, first)
  }

  private mutating func setControls(_ moments: DataMoments) {
    for row in 0..<y.rows {
      var (noise, along, spread) = (0.0, 0.0, 0.0)
      for j in 0..<y.columns {
        let (u, v) = (y[row, j] - moments.mean[j], z[row, j])
        noise += v * v
        along += u * v
        spread += u * u
      }
      let w = weights[row]
      controls[row, 0] = w - 1
      controls[row, 1] = w * (noise - Double(y.columns))
      controls[row, 2] = w * along
      controls[row, 3] =
        w * LossLedger.spreadControl(spread, moments.totalVariance, rounding: 1e-10)
    }
  }
}
