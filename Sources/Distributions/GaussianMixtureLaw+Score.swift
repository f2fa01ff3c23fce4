internal import Glibc
public import LinearAlgebra

extension GaussianMixtureLaw {
  /// `log p_σ(x)` at the rows of `x`, `(B)`, in nats.
  public func logDensity(at x: Matrix<Double>, sigma: Double) -> [Double] {
    responsibilities(at: x, sigma: sigma).logDensity
  }

  /// The scores `Σ_k p(k|x) s_k(x)` at the rows of `x`, `(B, D)`, `s_k` those of the components.
  public func score(at x: Matrix<Double>, sigma: Double) -> Matrix<Double> {
    mean(of: responsibilities(at: x, sigma: sigma).probabilities) {
      components[$0].score(at: x, sigma: sigma)
    }
  }

  /// The posterior means `Σ_k p(k|x) E[y|x, k]` at the rows of `x`, `(B, D)`.
  public func denoised(at x: Matrix<Double>, sigma: Double) -> Matrix<Double> {
    mean(of: responsibilities(at: x, sigma: sigma).probabilities) {
      components[$0].denoised(at: x, sigma: sigma)
    }
  }

  /// The Jacobians `Σ_k p(k|x) (∇s_k + (s_k − s)(s_k − s)ᵀ)` at the rows of `x`, `(B, D · D)`.
  public func jacobian(at x: Matrix<Double>, sigma: Double) -> Matrix<Double> {
    let p = responsibilities(at: x, sigma: sigma).probabilities
    let score = mean(of: p) { components[$0].score(at: x, sigma: sigma) }
    let (rows, D) = (x.rows, dimension)
    var result = Matrix<Double>(rows: rows, columns: D * D)
    let one = Matrix<Double>(rows: 1, columns: D)
    result.withView { result in
      for (k, component) in components.enumerated() {
        let own = component.jacobian(at: one, sigma: sigma).elements
        let scores = component.score(at: x, sigma: sigma)
        for row in 0..<x.rows where p[row, k] > 0 {
          let weight = p[row, k]
          for i in 0..<D {
            let left = weight * (scores[row, i] - score[row, i])
            for j in 0..<D {
              result[row, i * D + j] +=
                weight * own[i * D + j] + left * (scores[row, j] - score[row, j])
            }
          }
        }
      }
    }
    return result
  }

  /// The divergences `Σ_k p(k|x) (∇·s_k + ‖s_k − s‖²)` at the rows of `x`, `(B)`.
  public func divergence(at x: Matrix<Double>, sigma: Double) -> [Double] {
    let p = responsibilities(at: x, sigma: sigma).probabilities
    let score = mean(of: p) { components[$0].score(at: x, sigma: sigma) }
    var result = spread(of: p, about: score) { components[$0].score(at: x, sigma: sigma) }
    let one = Matrix<Double>(rows: 1, columns: dimension)
    for (k, component) in components.enumerated() {
      let own = component.divergence(at: one, sigma: sigma)[0]
      for row in result.indices { result[row] += p[row, k] * own }
    }
    return result
  }

  /// The posterior probabilities `p(k|x)` of the components, `(B, K)`, and `log p_σ(x)`, `(B)`.
  func responsibilities(
    at x: Matrix<Double>, sigma: Double
  ) -> (probabilities: Matrix<Double>, logDensity: [Double]) {
    var p = Matrix<Double>(rows: x.rows, columns: components.count)
    for (k, component) in components.enumerated() {
      for (row, value) in component.logDensity(at: x, sigma: sigma).enumerated() {
        p[row, k] = logWeights[k] + value
      }
    }
    var logDensity = [Double](repeating: 0, count: x.rows)
    for row in 0..<x.rows {
      let largest = p.row(row).reduce(-.infinity, max)
      guard largest > -.infinity else {
        logDensity[row] = -.infinity
        let nearest = nearestComponent(to: x.rows(row..<row + 1), sigma: sigma)
        for k in 0..<p.columns { p[row, k] = k == nearest ? 1 : 0 }
        continue
      }
      var sum = 0.0
      for k in 0..<p.columns {
        p[row, k] = exp(p[row, k] - largest)
        sum += p[row, k]
      }
      for k in 0..<p.columns { p[row, k] /= sum }
      logDensity[row] = largest + log(sum)
    }
    return (p, logDensity)
  }

  /// The most probable component where all densities are below the range of numbers.
  ///
  /// That far out their logarithms are as the squares of x: their order is that at a point on the
  /// way.
  private func nearestComponent(to x: Matrix<Double>, sigma: Double) -> Int {
    let length = x.elements.reduce(0) { max($0, abs($1)) }
    let y = Matrix(rows: 1, columns: dimension, elements: x.elements.map { $0 / length * 1e100 })
    let values = components.map { $0.logDensity(at: y, sigma: sigma)[0] }
    return values.indices.max { values[$0] < values[$1] } ?? 0
  }

  /// `Σ_k p_k f_k`, `(B, D)`, for the rows of `p`, `(B, K)`, and `f_k`, `(B, D)`.
  func mean(of p: Matrix<Double>, _ f: (Int) -> Matrix<Double>) -> Matrix<Double> {
    var result = Matrix<Double>(rows: p.rows, columns: dimension)
    result.withView { result in
      for k in components.indices {
        f(k).withReadOnlyView { values in
          for row in 0..<p.rows where p[row, k] > 0 {
            result.row(row).update(adding: p[row, k], times: values.row(row))
          }
        }
      }
    }
    return result
  }

  /// `Σ_k p_k ‖f_k − mean‖²`, `(B)`, for the rows of `p`, `(B, K)`, and `f_k`, `(B, D)`.
  func spread(
    of p: Matrix<Double>, about mean: Matrix<Double>, _ f: (Int) -> Matrix<Double>
  ) -> [Double] {
    var result = [Double](repeating: 0, count: p.rows)
    mean.withReadOnlyView { mean in
      for k in components.indices {
        f(k).withReadOnlyView { values in
          for row in 0..<p.rows where p[row, k] > 0 {
            result[row] += p[row, k] * values.row(row).squaredDistance(to: mean.row(row))
          }
        }
      }
    }
    return result
  }
}
