public import LinearAlgebra

extension PointsLaw {
  /// The products `(Cov(y|x) v/σ² − v)/σ²` at the rows of `x` and `v`, `(B, D)`.
  ///
  /// Ambrogioni (2025), Equations 40 and 41. Costs `K D` operations a row, and no `D × D` matrix.
  public func jacobianProducts(
    at x: Matrix<Double>, along v: Matrix<Double>, sigma: Double
  ) -> Matrix<Double> {
    precondition(v.rows == x.rows && v.columns == dimension)
    let posterior = posterior(at: x, sigma: sigma)
    var (result, scratch) = (
      Matrix<Double>(rows: x.rows, columns: dimension), Matrix<Double>(rows: 1, columns: dimension)
    )
    result.withView { result in
      scratch.withView { scratch in
        x.withReadOnlyView { x in
          posterior.shift.withReadOnlyView { shift in
            v.withReadOnlyView { v in
              for row in 0..<x.rows {
                addCovariance(
                  at: x.row(row), sigma: sigma, nearest: posterior.nearest[row],
                  shift: shift.row(row), along: v.row(row), centred: scratch.row(0),
                  to: result.row(row))
                for j in 0..<dimension {
                  result[row, j] = (result[row, j] / sigma / sigma - v[row, j]) / sigma / sigma
                }
              }
            }
          }
        }
      }
    }
    return result
  }

  /// Adds `Cov(y|x) v = Σ p_j r_j (r_j · v)`, `r_j = y_j − E[y|x]`, to `product`, `(D)`.
  ///
  /// Not as `Σ p y (y·v) − E[y|x] (E[y|x]·v)`, which loses all digits where the posterior is narrow
  /// or far from the origin: `r_j = (y_j − y_m) − (E[y|x] − y_m)` relative to the nearest point
  /// keeps relative accuracy. Points of probability 0 are passed over. `centred` `(D)` is
  /// overwritten.
  private func addCovariance(
    at x: VectorView<Double>, sigma: Double, nearest: Int, shift: VectorView<Double>,
    along v: VectorView<Double>, centred: VectorView<Double>, to product: VectorView<Double>
  ) {
    let probabilities = probabilities(at: x, sigma: sigma, nearest: nearest)
    points.withReadOnlyView { points in
      for (index, p) in probabilities.enumerated() where p > 0 {
        centred.copy(from: points.row(index))
        centred.update(adding: -1, times: points.row(nearest))
        centred.update(adding: -1, times: shift)
        product.update(adding: p * centred.dot(v), times: centred)
      }
    }
  }
}
