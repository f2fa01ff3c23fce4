internal import Glibc
public import LinearAlgebra

extension PointsLaw {
  /// `log p_σ(x)` at the rows of `x`, `(B)`, in nats.
  public func logDensity(at x: Matrix<Double>, sigma: Double) -> [Double] {
    posterior(at: x, sigma: sigma).logDensity
  }

  /// The scores `(E[y|x] − x)/σ²` at the rows of `x`, `(B, D)`.
  public func score(at x: Matrix<Double>, sigma: Double) -> Matrix<Double> {
    let posterior = posterior(at: x, sigma: sigma)
    let nearest = posterior.nearest
    // The posterior ends here, so that its shift becomes the result without a copy.
    var result = (consume posterior).shift
    for row in 0..<x.rows {
      for j in 0..<dimension {
        // In this order what is left of y_m − x at small σ has lost no digits to the mean.
        let residual = points[nearest[row], j] - x[row, j]
        result[row, j] = (residual + result[row, j]) / sigma / sigma
      }
    }
    return result
  }

  /// The divergences `(tr Cov(y|x)/σ² − D)/σ²` at the rows of `x`, `(B)`.
  ///
  /// Ambrogioni (2025), Equations 36 and 40.
  public func divergence(at x: Matrix<Double>, sigma: Double) -> [Double] {
    posterior(at: x, sigma: sigma).totalVariance.map {
      ($0 / sigma / sigma - Double(dimension)) / sigma / sigma
    }
  }

  /// The Jacobians `(Cov(y|x)/σ² − 1)/σ²` at the rows of `x`, `(B, D · D)`.
  ///
  /// Ambrogioni (2025), Equations 40 and 41. Costs `K D²` operations a row.
  public func jacobian(at x: Matrix<Double>, sigma: Double) -> Matrix<Double> {
    let posterior = posterior(at: x, sigma: sigma)
    var result = Matrix<Double>(rows: x.rows, columns: dimension * dimension)
    let scale = 1 / sigma / sigma
    result.withView { result in
      x.withReadOnlyView { x in
        for row in 0..<x.rows {
          let jacobian = MatrixView(result.row(row), rows: dimension, columns: dimension)
          addCovariance(
            at: x.row(row), sigma: sigma, nearest: posterior.nearest[row],
            shift: posterior.shift.row(row), to: jacobian)
          for k in 0..<result.columns { result[row, k] *= scale * scale }
          for j in 0..<dimension { jacobian[j, j] -= scale }
        }
      }
    }
    return result
  }

  /// Adds `Cov(y|x) = Σ p_j (y_j − E[y|x]) (y_j − E[y|x])ᵀ` to `matrix`, `(D, D)`.
  ///
  /// Points are taken relative to the nearest one, so that a nearly decided posterior keeps
  /// relative accuracy; points of probability 0 are passed over.
  private func addCovariance(
    at x: VectorView<Double>, sigma: Double, nearest: Int, shift: ArraySlice<Double>,
    to matrix: MatrixView<Double>
  ) {
    let probabilities = probabilities(at: x, sigma: sigma, nearest: nearest)
    let relevant = probabilities.indices.filter { probabilities[$0] > 0 }
    let negatedShift = shift.map { -$0 }
    var block = Matrix<Double>(rows: min(256, relevant.count), columns: dimension)
    points.withReadOnlyView { points in
      for range in blocks(of: relevant.count, 256) {
        block.withView { block in
          let block = block.prefix(range.count)
          for (k, index) in relevant[range].enumerated() {
            let root = probabilities[index].squareRoot()
            block.row(k).copy(from: negatedShift)
            block.row(k).update(scale: root, adding: root, times: points.row(index))
            block.row(k).update(adding: -root, times: points.row(nearest))
          }
          matrix.setProduct(.transposed(block), .plain(block), keeping: 1)
        }
      }
    }
  }

  /// The posterior probabilities of all points, `(K)`, from distances taken directly.
  func probabilities(at x: VectorView<Double>, sigma: Double, nearest: Int) -> [Double] {
    var result = points.withReadOnlyView { points in
      (0..<points.rows).map {
        logWeights[$0] - x.squaredDistance(to: points.row($0)) / sigma / sigma / 2
      }
    }
    let largest = result[nearest]
    var sum = 0.0
    for j in result.indices {
      result[j] = exp(min(result[j] - largest, 0))
      sum += result[j]
    }
    return result.map { $0 / sum }
  }
}
