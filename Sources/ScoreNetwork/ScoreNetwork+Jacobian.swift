public import LinearAlgebra

// With s = (gain F − keep u)/σ and u = (x − mean)/ρ: ∂s_i/∂x_j = (gain ∂F_i/∂u_j − keep δ_ij)/(σ
// ρ).

extension ScoreNetwork {
  /// The Jacobians of the learned score at the rows of `x`, `(B, D · D)`, exact to rounding.
  public func jacobian(at x: Matrix<Double>, sigma: Double) -> Matrix<Double> {
    let c = preconditioning.coefficients(sigma: sigma)
    let (scale, dimension) = (c.inputScale / sigma, dimension)
    var result = Matrix<Double>(rows: x.rows, columns: dimension * dimension)
    result.withView { result in
      forEachJacobian(at: x, sigma: sigma) { rows, derivatives in
        let target = result.rows(rows).vector
        derivatives.vector.copy(convertedInto: target)
        for k in 0..<target.count { target[k] *= scale * c.gain }
        for row in rows {
          for i in 0..<dimension { result[row, i * (dimension + 1)] -= scale * c.keep }
        }
      }
    }
    return result
  }

  /// The divergences of the learned score at the rows of `x`, `(B)`: the traces, a few rows at a
  /// time.
  public func divergence(at x: Matrix<Double>, sigma: Double) -> [Double] {
    let c = preconditioning.coefficients(sigma: sigma)
    let (scale, dimension) = (c.inputScale / sigma, dimension)
    var result = [Double](repeating: 0, count: x.rows)
    forEachJacobian(at: x, sigma: sigma) { rows, derivatives in
      let derivatives = derivatives.vector.doubles
      for (index, row) in rows.enumerated() {
        let first = index * dimension * dimension
        let trace = (0..<dimension).reduce(0) { $0 + derivatives[first + $1 * (dimension + 1)] }
        result[row] = scale * (c.gain * trace - c.keep * Double(dimension))
      }
    }
    return result
  }

  /// The products `∇s(x_r) v_r` of the learned score, `(B, D)`, exact to rounding, for the cost of
  /// about two passes and no matrix of `D · D` numbers.
  public func jacobianProducts(
    at x: Matrix<Double>, along v: Matrix<Double>, sigma: Double
  ) -> Matrix<Double> {
    precondition(v.rows == x.rows && v.columns == dimension)
    let c = preconditioning.coefficients(sigma: sigma)
    let scale = c.inputScale / sigma
    var result = Matrix<Double>(rows: x.rows, columns: dimension)
    result.withView { result in
      forEachBlock(of: x, sigma: sigma) { block, _, work in
        for (row, source) in block.enumerated() {
          work.point.row(row).copy(converting: v.row(source))
        }
        // Rows beyond the last keep their points: any direction will do.
        MultilayerPerceptron.jacobianProducts(parameters, work)
        let target = result.rows(block)
        work.output.prefix(block.count).vector.copy(convertedInto: target.vector)
        for (row, source) in block.enumerated() {
          for i in 0..<dimension {
            target[row, i] = scale * (c.gain * target[row, i] - c.keep * v[source, i])
          }
        }
      }
    }
    return result
  }

  /// Hands ranges of rows of `x` and the network's Jacobians there to `body`.
  ///
  /// `∂F_i/∂u_j` is row `r D + i`, column `j` of an `(n · D, D)` matrix for the r-th of n rows.
  private func forEachJacobian(
    at x: Matrix<Double>, sigma: Double, _ body: (Range<Int>, MatrixView<Element>) -> Void
  ) {
    jacobianWorkspaces.withWorkspace { space in
      forEachBlock(of: x, sigma: sigma) { block, _, work in
        for start in stride(from: 0, to: block.count, by: space.rows) {
          MultilayerPerceptron.jacobian(
            parameters, work, rows: start..<start + space.rows, gradients: space.gradients,
            jacobian: space.jacobian)
          let first = block.lowerBound + start
          let rows = first..<min(first + space.rows, block.upperBound)
          body(rows, space.jacobian.prefix(rows.count * dimension))
        }
      }
    }
  }
}
