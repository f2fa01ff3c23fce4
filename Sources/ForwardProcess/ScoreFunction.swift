public import LinearAlgebra

/// A score function: the gradient of the log density of noised data, exact (a law) or learned (a
/// network).
///
/// Everything in Estimation and Dynamics takes one of these and does not ask which it is. With `x =
/// y + σ z`, `z ~ N(0, 1)`, the score is `s(x, σ) = ∇ log p_σ(x) = E[y − x | x] / σ²` (Ambrogioni
/// 2025, before Eq. 7, sign corrected). All `x` are `(B, D)`, one point a row; `sigma > 0`.
///
/// Five requirements, of which two have defaults: products and traces of the Jacobian follow from
/// it, but a network has a product for the cost of one more pass, and a law of points without a `D
/// × D` matrix; as mere extensions they could not be replaced.
public protocol ScoreFunction: Sendable {
  /// The dimension D of the space.
  var dimension: Int { get }

  /// The scores at the rows of `x`, `(B, D)`, in units of 1/length.
  func score(at x: Matrix<Double>, sigma: Double) -> Matrix<Double>

  /// The Jacobians `∂s_i/∂x_j` at the rows of `x`, `(B, D · D)`: row-major `(i, j)` in each row.
  func jacobian(at x: Matrix<Double>, sigma: Double) -> Matrix<Double>

  /// The products `∇s(x_r) v_r` of the Jacobian at each row of `x` with the same row of `v`, all
  /// `(B, D)`.
  func jacobianProducts(
    at x: Matrix<Double>, along v: Matrix<Double>, sigma: Double
  ) -> Matrix<Double>

  /// The divergences `∇·s` at the rows of `x`, `(B)`.
  func divergence(at x: Matrix<Double>, sigma: Double) -> [Double]
}

extension ScoreFunction {
  /// The products of the whole Jacobian: `D` times the work and memory of what is asked for.
  public func jacobianProducts(
    at x: Matrix<Double>, along v: Matrix<Double>, sigma: Double
  ) -> Matrix<Double> {
    precondition(v.rows == x.rows && v.columns == dimension)
    let jacobian = jacobian(at: x, sigma: sigma)
    var result = Matrix<Double>(rows: x.rows, columns: dimension)
    for row in 0..<x.rows {
      for i in 0..<dimension {
        for j in 0..<dimension {
          result[row, i] += jacobian[row, i * dimension + j] * v[row, j]
        }
      }
    }
    return result
  }

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
