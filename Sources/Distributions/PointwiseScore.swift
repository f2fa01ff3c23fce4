public import ForwardProcess
internal import Glibc
public import LinearAlgebra

/// The exact score of a finite law row by row, from distances: for a few rows at a time, as in
/// following a fixed point, several times faster than the products of `PointsLaw`, which serve
/// hundreds.
///
/// Points whose share in the posterior is below `e⁻⁵⁰` of the nearest one's are passed over:
/// together less than rounding.
public struct PointwiseScore: ScoreFunction {
  private let law: PointsLaw

  /// The score of this law.
  public init(_ law: PointsLaw) { self.law = law }

  /// The dimension D of the space.
  public var dimension: Int { law.dimension }

  /// The scores `(E[y|x] − x)/σ²` at the rows of `x`, `(B, D)`.
  public func score(at x: Matrix<Double>, sigma: Double) -> Matrix<Double> {
    precondition(x.columns == dimension && sigma > 0)
    var result = x
    result.withView { result in
      law.points.withReadOnlyView { points in
        for row in 0..<result.rows {
          let target = result.row(row)
          let shares = shares(at: target, points, sigma)
          let nearest = points.row(shares.nearest)
          // First what is left of y_m − x, then the others relative to y_m: no digits are lost to
          // the mean.
          target.update(scale: -1, adding: 1, times: nearest)
          for (point, share) in shares.others {
            target.update(adding: share, times: points.row(point))
            target.update(adding: -share, times: nearest)
          }
          for j in 0..<dimension { target[j] /= sigma * sigma }
        }
      }
    }
    return result
  }

  /// The Jacobians `(Cov(y|x)/σ² − 1)/σ²` at the rows of `x`, `(B, D · D)`.
  public func jacobian(at x: Matrix<Double>, sigma: Double) -> Matrix<Double> {
    precondition(x.columns == dimension && sigma > 0)
    let (D, variance) = (dimension, sigma * sigma)
    var result = Matrix<Double>(rows: x.rows, columns: D * D)
    result.withView { result in
      x.withReadOnlyView { x in
        law.points.withReadOnlyView { points in
          for row in 0..<x.rows {
            let jacobian = MatrixView(result.row(row), rows: D, columns: D)
            addCovariance(shares(at: x.row(row), points, sigma), points, to: jacobian)
            for k in 0..<D * D { result[row, k] = result[row, k] / variance / variance }
            for j in 0..<D { jacobian[j, j] -= 1 / variance }
          }
        }
      }
    }
    return result
  }

  /// The posterior at a point: the nearest one, and the shares of all others that have one.
  private struct Shares {
    let nearest: Int
    let nearestShare: Double
    let others: [(point: Int, share: Double)]
  }

  private func shares(
    at x: VectorView<Double>, _ points: MatrixView<Double>, _ sigma: Double
  ) -> Shares {
    var (logits, nearest) = ([Double](repeating: 0, count: points.rows), 0)
    for k in 0..<points.rows {
      logits[k] = law.logWeights[k] - x.squaredDistance(to: points.row(k)) / sigma / sigma / 2
      if logits[k] > logits[nearest] { nearest = k }
    }
    let largest = logits[nearest]
    var (others, sum) = ([(point: Int, share: Double)](), 1.0)
    for k in logits.indices where k != nearest && logits[k] > largest - 50 {
      let weight = exp(logits[k] - largest)
      others.append((k, weight))
      sum += weight
    }
    return Shares(
      nearest: nearest, nearestShare: 1 / sum, others: others.map { ($0.point, $0.share / sum) })
  }

  /// Adds `Σ p_j (y_j − E[y|x]) (y_j − E[y|x])ᵀ` to `matrix`, `(D, D)`.
  private func addCovariance(
    _ shares: Shares, _ points: MatrixView<Double>, to matrix: MatrixView<Double>
  ) {
    guard !shares.others.isEmpty else { return }
    let nearest = points.row(shares.nearest)
    var rows = Matrix<Double>(rows: shares.others.count + 2, columns: dimension)
    rows.withView { rows in
      // The last row is E[y|x] − y_m; the one before it is the nearest point's own.
      let mean = rows.row(rows.rows - 1)
      for (k, (point, share)) in shares.others.enumerated() {
        rows.row(k).copy(from: points.row(point))
        rows.row(k).update(adding: -1, times: nearest)
        mean.update(adding: share, times: rows.row(k))
      }
      for (k, (_, share)) in shares.others.enumerated() {
        let root = share.squareRoot()
        rows.row(k).update(scale: root, adding: -root, times: mean)
      }
      rows.row(rows.rows - 2).update(adding: -shares.nearestShare.squareRoot(), times: mean)
      let used = rows.prefix(rows.rows - 1)
      matrix.setProduct(.transposed(used), .plain(used), keeping: 1)
    }
  }
}
