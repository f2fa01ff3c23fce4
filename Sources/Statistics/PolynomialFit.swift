internal import Glibc

/// The polynomial of least weighted squares through values with independent errors.
package struct PolynomialFit {
  /// The coefficients of 1, x, x² and so on.
  package let coefficients: [Double]
  /// Their covariance, `(n, n)`, if the errors are the stated ones.
  package let covariance: [[Double]]

  /// The fit of degree `degree` through values of weights `1/standardError²`, at more places than
  /// that.
  ///
  /// Where an error is 0 weights are equal, and there is no covariance.
  package init(places: [Double], values: [Estimate], degree: Int) {
    precondition(places.count == values.count && places.count > degree)
    let hasErrors = values.allSatisfy { $0.standardError > 0 && $0.standardError.isFinite }
    let weights = values.map { hasErrors ? 1 / ($0.standardError * $0.standardError) : 1 }
    let powers = places.map { x in (0...degree).map { pow(x, Double($0)) } }
    let factor = PivotedCholesky(size: degree + 1) { i, j in
      powers.indices.reduce(0) { $0 + weights[$1] * powers[$1][i] * powers[$1][j] }
    }
    coefficients = factor.solve(
      (0...degree).map { i in
        powers.indices.reduce(0) { $0 + weights[$1] * powers[$1][i] * values[$1].value }
      })
    covariance = (0...degree).map { i in
      hasErrors
        ? factor.solve((0...degree).map { $0 == i ? 1 : 0 })
        : Array(repeating: 0, count: degree + 1)
    }
  }

  /// The value or a derivative at `x`.
  package func value(at x: Double, derivative: Int = 0) -> Double {
    zip(coefficients, gradient(at: x, derivative: derivative)).reduce(0) { $0 + $1.0 * $1.1 }
  }

  /// The standard error of the value or a derivative at `x`.
  package func error(at x: Double, derivative: Int = 0) -> Double {
    let g = gradient(at: x, derivative: derivative)
    let variance = g.indices.reduce(0) { sum, i in
      sum + g.indices.reduce(0) { $0 + g[i] * covariance[i][$1] * g[$1] }
    }
    return max(0, variance).squareRoot()
  }

  /// A root between two places at which the fit has different signs, by bisection; nil if it has
  /// not.
  package func root(between low: Double, and high: Double) -> Double? {
    var (low, high) = (low, high)
    let isRising = value(at: high) > 0
    guard value(at: low) * value(at: high) <= 0 else { return nil }
    for _ in 0..<60 {
      let middle = (low + high) / 2
      if (value(at: middle) > 0) == isRising { high = middle } else { low = middle }
    }
    return (low + high) / 2
  }

  /// The derivatives of a value by the coefficients.
  private func gradient(at x: Double, derivative: Int) -> [Double] {
    coefficients.indices.map { power in
      guard power >= derivative else { return 0 }
      let factor = (0..<derivative).reduce(1) { $0 * Double(power - $1) }
      return factor * pow(x, Double(power - derivative))
    }
  }
}
