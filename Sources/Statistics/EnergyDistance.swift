public import LinearAlgebra

/// How far samples are from a law: `2 E‖X − Y‖ − E‖X − X′‖ − E‖Y − Y′‖` (Székely and Rizzo 2013),
/// in units of length, 0 for equal laws alone.
///
/// Estimated without bias: from equal laws it is below 0 as often as not.
public enum EnergyDistance {
  /// The mean distance of two different rows of `x`, `(N, D)`, `N ≥ 2`.
  public static func within(_ x: Matrix<Double>) -> Double {
    precondition(x.rows >= 2)
    let elements = x.elements
    var sum = 0.0
    for row in 1..<x.rows {
      for other in 0..<row { sum += distance(elements, row, elements, other, x.columns) }
    }
    return sum / (Double(x.rows) * Double(x.rows - 1) / 2)
  }

  /// The mean distance of a row of `x`, `(N, D)`, to a row of `y`, `(M, D)`; with `weights`, `(M)`,
  /// of the rows of `y` that sum to 1.
  public static func between(
    _ x: Matrix<Double>, _ y: Matrix<Double>, weights: [Double]? = nil
  ) -> Double {
    precondition(x.columns == y.columns && x.rows > 0 && y.rows > 0)
    precondition(weights.map { $0.count == y.rows } ?? true)
    let (left, right) = (x.elements, y.elements)
    var sum = 0.0
    for other in 0..<y.rows {
      let weight = weights?[other] ?? 1 / Double(y.rows)
      for row in 0..<x.rows { sum += weight * distance(left, row, right, other, x.columns) }
    }
    return sum / Double(x.rows)
  }

  private static func distance(
    _ x: [Double], _ row: Int, _ y: [Double], _ other: Int, _ columns: Int
  ) -> Double {
    var square = 0.0
    for j in 0..<columns {
      let difference = x[row * columns + j] - y[other * columns + j]
      square += difference * difference
    }
    return square.squareRoot()
  }
}
