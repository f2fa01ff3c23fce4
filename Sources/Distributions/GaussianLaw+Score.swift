internal import Glibc
public import LinearAlgebra

extension GaussianLaw {
  /// `log p_σ(x) = −½ Σ (log 2π(λ+σ²) + q²/(λ+σ²))` at the rows of `x`, `(B)`, in nats; `q` are the
  /// coordinates of `x − E y` along the eigenvectors.
  public func logDensity(at x: Matrix<Double>, sigma: Double) -> [Double] {
    let q = coordinates(of: x)
    let variances = eigenvalues.map { $0 + sigma * sigma }
    let normalizer = variances.reduce(0) { $0 + log(2 * Double.pi * $1) }
    return (0..<x.rows).map { row in
      -(zip(q.row(row), variances).reduce(normalizer) { $0 + $1.0 * ($1.0 / $1.1) }) / 2
    }
  }

  /// The scores `−(Cov + σ²)⁻¹ (x − E y)` at the rows of `x`, `(B, D)`.
  public func score(at x: Matrix<Double>, sigma: Double) -> Matrix<Double> {
    var q = coordinates(of: x)
    let variances = eigenvalues.map { $0 + sigma * sigma }
    for row in 0..<q.rows {
      for j in 0..<dimension { q[row, j] = -q[row, j] / variances[j] }
    }
    guard let eigenvectors else { return q }
    return .product(q, eigenvectors)
  }

  /// The Jacobian `−(Cov + σ²)⁻¹`, the same at every row of `x`, `(B, D · D)`.
  public func jacobian(at x: Matrix<Double>, sigma: Double) -> Matrix<Double> {
    precondition(x.columns == dimension && sigma > 0)
    var scaled = Matrix<Double>(rows: dimension, columns: dimension)
    for j in 0..<dimension {
      let scale = -1 / (eigenvalues[j] + sigma * sigma)
      if let eigenvectors {
        for k in 0..<dimension { scaled[j, k] = scale * eigenvectors[j, k] }
      } else {
        scaled[j, j] = scale
      }
    }
    let jacobian = eigenvectors.map { .product($0, scaled, transposingLeft: true) } ?? scaled
    return Matrix(
      rows: x.rows, columns: dimension * dimension,
      elements: Array(repeatElement(jacobian.elements, count: x.rows).joined()))
  }

  /// The products `−(Cov + σ²)⁻¹ v` at the rows of `v`, `(B, D)`, whatever `x`.
  public func jacobianProducts(
    at x: Matrix<Double>, along v: Matrix<Double>, sigma: Double
  ) -> Matrix<Double> {
    precondition(x.columns == dimension && v.rows == x.rows && v.columns == dimension && sigma > 0)
    var q = eigenvectors.map { Matrix.product(v, $0, transposingRight: true) } ?? v
    for row in 0..<q.rows {
      for j in 0..<dimension { q[row, j] /= -(eigenvalues[j] + sigma * sigma) }
    }
    guard let eigenvectors else { return q }
    return .product(q, eigenvectors)
  }

  /// The divergence `−Σ 1/(λ + σ²)`, the same at every row of `x`, `(B)`.
  public func divergence(at x: Matrix<Double>, sigma: Double) -> [Double] {
    precondition(x.columns == dimension && sigma > 0)
    let divergence = eigenvalues.reduce(0) { $0 - 1 / ($1 + sigma * sigma) }
    return Array(repeating: divergence, count: x.rows)
  }

  /// The posterior means `E y + Cov (Cov + σ²)⁻¹ (x − E y)` at the rows of `x`, `(B, D)`.
  ///
  /// At large σ more accurate than `x + σ² s(x)`, where little is left of the difference.
  public func denoised(at x: Matrix<Double>, sigma: Double) -> Matrix<Double> {
    var q = coordinates(of: x)
    let gains = eigenvalues.map { $0 / ($0 + sigma * sigma) }
    for row in 0..<q.rows { for j in 0..<dimension { q[row, j] *= gains[j] } }
    var result = eigenvectors.map { Matrix.product(q, $0) } ?? q
    for row in 0..<q.rows { for j in 0..<dimension { result[row, j] += mean[j] } }
    return result
  }

  /// The coordinates of `x − E y` along the eigenvectors, `(B, D)`.
  private func coordinates(of x: Matrix<Double>) -> Matrix<Double> {
    precondition(x.columns == dimension)
    var centred = x
    for row in 0..<x.rows { for j in 0..<dimension { centred[row, j] -= mean[j] } }
    guard let eigenvectors else { return centred }
    return .product(centred, eigenvectors, transposingRight: true)
  }
}
