internal import Glibc
internal import LinearAlgebra
internal import Randomness

extension MixtureSampler {
  /// Two estimates of the posterior entropy h at each row of `x`, `(B, D)`, independent given x,
  /// whose means given x are h(x): the mean of their product is then `E h²`.
  ///
  /// By the chain rule, for the component k, `h(x) = H[k|x] + Σ_k p(k|x) H[y|x, k] − E[H[k|y] |
  /// x]`. Only the last term, small where components hardly overlap, is sampled: from the `y` that
  /// x came from, whose component has the probabilities `data`, and from another draw of p(y|x).
  /// `posterior` are those at x, both `(B, K)`.
  func posteriorEntropies(
    at x: Matrix<Double>, posterior: Matrix<Double>, data: Matrix<Double>, sigma: Double,
    strata: Range<Int>, stream: RandomStream
  ) -> [(Double, Double)] {
    let y = redraw(x, posterior, sigma: sigma, strata: strata, stream: stream)
    let other = law.responsibilities(at: y, sigma: 0).probabilities
    let entropies = law.components.map { component in
      component.eigenvalues.reduce(0) {
        $0 + (log(2 * Double.pi) + 1 + log($1) - log1p($1 / sigma / sigma)) / 2
      }
    }
    return (0..<x.rows).map { row in
      let known =
        Self.entropy(posterior.row(row))
        + zip(posterior.row(row), entropies).reduce(0) { $0 + $1.0 * $1.1 }
      return (known - Self.entropy(data.row(row)), known - Self.entropy(other.row(row)))
    }
  }

  private static func entropy(_ probabilities: ArraySlice<Double>) -> Double {
    probabilities.reduce(0) { $0 - ($1 > 0 ? $1 * log($1) : 0) }
  }

  /// One draw of p(y|x) at each row of `x`: of the component, then of its normal posterior.
  private func redraw(
    _ x: Matrix<Double>, _ posterior: Matrix<Double>, sigma: Double, strata: Range<Int>,
    stream: RandomStream
  ) -> Matrix<Double> {
    let normals = stream.with(.probe).normals(
      strata.count, law.dimension, firstSample: strata.lowerBound)
    var y = Matrix<Double>(rows: x.rows, columns: law.dimension)
    var normal = Matrix<Double>(rows: 1, columns: law.dimension)
    for row in 0..<x.rows {
      let picks = stream.with(.sampler).uniforms(at: UInt64(strata.lowerBound + row / 2))
      let k = Self.component(at: row % 2 == 0 ? picks.0 : picks.1, posterior.row(row))
      let component = law.components[k]
      for (j, value) in component.eigenvalues.enumerated() {
        // The posterior's variance λσ²/(λ + σ²), as a part of λ.
        let part = sigma / hypot(value.squareRoot(), sigma)
        normal[0, j] = (row % 2 == 0 ? part : -part) * normals[row / 2, j]
      }
      let mean = component.denoised(at: Matrix([Array(x.row(row))]), sigma: sigma)
      y.withView { y in
        y.row(row).copy(from: mean.elements)
        normal.withReadOnlyView { component.addSpread($0.row(0), to: y.row(row)) }
      }
    }
    return y
  }

  private static func component(at position: Double, _ probabilities: ArraySlice<Double>) -> Int {
    var sum = 0.0
    for (k, p) in probabilities.enumerated() {
      sum += p
      if position < sum { return k }
    }
    return probabilities.count - 1
  }
}
