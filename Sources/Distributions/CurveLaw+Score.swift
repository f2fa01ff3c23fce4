internal import Glibc
public import LinearAlgebra

extension CurveLaw {
  /// The standard deviation `√(σ² + τ²)` of x about the curve.
  func spread(_ sigma: Double) -> Double { hypot(sigma, noise) }

  private func posteriors(at x: Matrix<Double>, sigma: Double) -> [CurvePosterior] {
    precondition(x.columns == 2 && sigma > 0)
    return (0..<x.rows).map {
      CurvePosterior(self, x: x[$0, 0], y: x[$0, 1], s: spread(sigma))
    }
  }

  /// `log p_σ(x)` at the rows of `x`, `(B)`, in nats.
  public func logDensity(at x: Matrix<Double>, sigma: Double) -> [Double] {
    posteriors(at: x, sigma: sigma).map(\.logDensity)
  }

  /// The scores `E[c − x|x]/(σ² + τ²)` at the rows of `x`, `(B, 2)`.
  public func score(at x: Matrix<Double>, sigma: Double) -> Matrix<Double> {
    let s = spread(sigma)
    return Matrix(
      rows: x.rows, columns: 2,
      elements: posteriors(at: x, sigma: sigma).flatMap { [$0.pull.0 / s / s, $0.pull.1 / s / s] })
  }

  /// The posterior means `x + (σ/s)² E[c − x|x]` at the rows of `x`, `(B, 2)`.
  public func denoised(at x: Matrix<Double>, sigma: Double) -> Matrix<Double> {
    let ratio = sigma / spread(sigma)
    var result = x
    for (row, posterior) in posteriors(at: x, sigma: sigma).enumerated() {
      result[row, 0] += ratio * ratio * posterior.pull.0
      result[row, 1] += ratio * ratio * posterior.pull.1
    }
    return result
  }

  /// The Jacobians `(Cov(c|x)/s² − 1)/s²` at the rows of `x`, `(B, 4)`.
  public func jacobian(at x: Matrix<Double>, sigma: Double) -> Matrix<Double> {
    let s = spread(sigma)
    return Matrix(
      rows: x.rows, columns: 4,
      elements: posteriors(at: x, sigma: sigma).flatMap {
        let (xx, yy, xy) = $0.covariance
        return [xx / s / s - 1, xy / s / s, xy / s / s, yy / s / s - 1].map { $0 / s / s }
      })
  }

  /// The divergences `(tr Cov(c|x)/s² − 2)/s²` at the rows of `x`, `(B)`.
  public func divergence(at x: Matrix<Double>, sigma: Double) -> [Double] {
    let s = spread(sigma)
    return posteriors(at: x, sigma: sigma).map {
      (($0.covariance.xx + $0.covariance.yy) / s / s - 2) / s / s
    }
  }
}
