internal import Glibc
public import LinearAlgebra

extension BoxLaw {
  /// The posterior of `(y − x)/σ` along axis `j`.
  func posterior(_ x: Double, axis j: Int, sigma: Double) -> TruncatedNormal {
    guard lower[j] < upper[j] else { return TruncatedNormal(at: (lower[j] - x) / sigma) }
    return TruncatedNormal(lower: (lower[j] - x) / sigma, upper: (upper[j] - x) / sigma)
  }

  /// `log p_σ(x) = Σ log (Φ(b) − Φ(a))/(upper − lower)` at the rows of `x`, `(B)`, in nats; `a` and
  /// `b` are the ends of a side relative to x in units of σ.
  public func logDensity(at x: Matrix<Double>, sigma: Double) -> [Double] {
    precondition(x.columns == dimension && sigma > 0)
    let logNormal = log(2 * Double.pi) / 2 + log(sigma)
    return (0..<x.rows).map { row in
      (0..<dimension).reduce(0.0) { sum, j in
        let posterior = posterior(x[row, j], axis: j, sigma: sigma)
        let side = upper[j] - lower[j]
        return sum
          + (side > 0 ? posterior.logMass - log(side) : -posterior.square / 2 - logNormal)
      }
    }
  }

  /// The scores `E[y − x|x]/σ²` at the rows of `x`, `(B, D)`.
  public func score(at x: Matrix<Double>, sigma: Double) -> Matrix<Double> {
    map(x) { posterior($0, axis: $1, sigma: sigma).mean / sigma }
  }

  /// The posterior means at the rows of `x`, `(B, D)`.
  public func denoised(at x: Matrix<Double>, sigma: Double) -> Matrix<Double> {
    map(x) { x, j in
      let mean = x + sigma * posterior(x, axis: j, sigma: sigma).mean
      // Rounding must not leave the box.
      return min(max(mean, lower[j]), upper[j])
    }
  }

  /// The divergences `Σ (Var(y_j|x)/σ² − 1)/σ²` at the rows of `x`, `(B)`.
  public func divergence(at x: Matrix<Double>, sigma: Double) -> [Double] {
    let diagonal = diagonal(at: x, sigma: sigma)
    return (0..<x.rows).map { diagonal.row($0).reduce(0, +) }
  }

  /// The Jacobians at the rows of `x`, `(B, D · D)`: diagonal, since the coordinates are
  /// independent.
  public func jacobian(at x: Matrix<Double>, sigma: Double) -> Matrix<Double> {
    let diagonal = diagonal(at: x, sigma: sigma)
    var result = Matrix<Double>(rows: x.rows, columns: dimension * dimension)
    for row in 0..<x.rows {
      for j in 0..<dimension { result[row, j * dimension + j] = diagonal[row, j] }
    }
    return result
  }

  private func diagonal(at x: Matrix<Double>, sigma: Double) -> Matrix<Double> {
    map(x) { (posterior($0, axis: $1, sigma: sigma).variance - 1) / sigma / sigma }
  }

  /// `f` of every element of `x` and its column.
  private func map(_ x: Matrix<Double>, _ f: (Double, Int) -> Double) -> Matrix<Double> {
    precondition(x.columns == dimension)
    var result = x
    for row in 0..<x.rows { for j in 0..<dimension { result[row, j] = f(x[row, j], j) } }
    return result
  }
}
