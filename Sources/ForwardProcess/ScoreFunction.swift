public import LinearAlgebra
public import Randomness

/// A score function: the gradient of the log density of noised data, exact (a law) or learned (a
/// network).
///
/// Everything in Estimation and Dynamics takes one of these and does not ask which it is. With
/// `x = y + σ z`, `z ~ N(0, 1)`, the score is `s(x, σ) = ∇ log p_σ(x) = E[y − x | x] / σ²` (Ambrogioni
/// 2025, before Eq. 7, sign corrected). All `x` are `(B, D)`, one point a row; `sigma > 0`.
public protocol ScoreFunction: Sendable {
  /// The dimension D of the space.
  var dimension: Int { get }

  /// The scores at the rows of `x`, `(B, D)`, in units of 1/length.
  func score(at x: Matrix<Double>, sigma: Double) -> Matrix<Double>

  /// The Jacobians `∂s_i/∂x_j` at the rows of `x`, `(B, D · D)`: row-major `(i, j)` in each row.
  func jacobian(at x: Matrix<Double>, sigma: Double) -> Matrix<Double>

  /// The divergences `∇·s` at the rows of `x`, `(B)`.
  func divergence(at x: Matrix<Double>, sigma: Double) -> [Double]
}

extension ScoreFunction {
  /// The trace of the Jacobian.
  public func divergence(at x: Matrix<Double>, sigma: Double) -> [Double] {
    let jacobian = jacobian(at: x, sigma: sigma)
    return (0..<x.rows).map { row in
      (0..<dimension).reduce(0) { $0 + jacobian[row, $1 * dimension + $1] }
    }
  }

  /// The posterior means `E[y | x] = x + σ² s(x)` at the rows of `x`, `(B, D)` (Tweedie's formula,
  /// Robbins 1956).
  public func denoised(at x: Matrix<Double>, sigma: Double) -> Matrix<Double> {
    var result = score(at: x, sigma: sigma)
    for row in 0..<x.rows {
      for j in 0..<dimension { result[row, j] = x[row, j] + sigma * sigma * result[row, j] }
    }
    return result
  }

  /// The predicted noise `ẑ = E[z | x] = −σ s(x)` at the rows of `x`, `(B, D)` (Equation 7).
  public func predictedNoise(at x: Matrix<Double>, sigma: Double) -> Matrix<Double> {
    var result = score(at: x, sigma: sigma)
    for row in 0..<x.rows { for j in 0..<dimension { result[row, j] *= -sigma } }
    return result
  }
}

/// The exact mean and total variance of a source of data.
public struct DataMoments: Sendable, Equatable {
  /// The mean `E y`, `(D)`.
  public let mean: [Double]
  /// The trace of the covariance, `E‖y − E y‖²`.
  public let totalVariance: Double

  /// Moments as given.
  public init(mean: [Double], totalVariance: Double) {
    self.mean = mean
    self.totalVariance = totalVariance
  }

  /// The data scale `√(tr Cov / D)` of the preconditioning, 1 where the variance is 0.
  public var scale: Double {
    totalVariance > 0 ? (totalVariance / Double(mean.count)).squareRoot() : 1
  }
}

/// A source of independent samples of clean data, each with an address.
///
/// Sample `i` of a stream is a function of the stream and `i` alone.
public protocol SampleSource: Sendable {
  /// The dimension D of the space.
  var dimension: Int { get }

  /// The exact mean and total variance of the samples.
  var moments: DataMoments { get }

  /// Overwrites the rows of `y` `(B, D)` with samples `firstSample ..< firstSample + B` minus the mean.
  ///
  /// For training: the mean is taken off before the number is rounded to single precision. `scratch`
  /// is contiguous of the same shape, overwritten. `firstSample · D` is a multiple of 4. Allocates
  /// nothing. The stream's purpose is replaced by those that the source needs.
  func drawCentred(
    into y: MatrixView<Float>, scratch: MatrixView<Float>, stream: RandomStream, firstSample: Int)

  /// Overwrites the rows of `y` `(B, D)` with samples `firstSample ..< firstSample + B`.
  ///
  /// As `drawCentred`, with the mean and in double precision; the numbers need not agree.
  func draw(
    into y: MatrixView<Double>, scratch: MatrixView<Double>, stream: RandomStream, firstSample: Int)
}

/// The perturbed points `x = y + σ z`, `(B, D)`, of clean points and noise of the same shape.
public func perturbed(
  _ y: Matrix<Double>, noise z: Matrix<Double>, sigma: Double
) -> Matrix<Double> {
  precondition(y.rows == z.rows && y.columns == z.columns)
  var x = y
  for row in 0..<y.rows { for j in 0..<y.columns { x[row, j] += sigma * z[row, j] } }
  return x
}

extension SampleSource {
  /// Samples `firstSample ..< firstSample + count` as a `(count, D)` matrix.
  public func samples(
    _ count: Int, stream: RandomStream, firstSample: Int = 0
  ) -> Matrix<Double> {
    var y = Matrix<Double>(rows: count, columns: dimension)
    var scratch = y
    y.withView { y in
      scratch.withView { draw(into: y, scratch: $0, stream: stream, firstSample: firstSample) }
    }
    return y
  }
}
