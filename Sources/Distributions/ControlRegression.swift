internal import LinearAlgebra
internal import Statistics

/// Means over strata, corrected by regression on control variates of known expectation 0.
///
/// Slopes and errors come from the differences of neighbouring strata, so that what differs between
/// strata is not taken for noise. The slopes, fitted to the same samples, bias a mean by the order
/// of its variance.
struct ControlRegression {
  private let rows: MatrixView<Double>
  private let controls: Int
  /// The mean of each control.
  private let means: [Double]
  /// The pseudo-inverse of the sums of products of differences of the controls.
  private let inverse: Matrix<Double>

  /// A regression over `rows`, an even number of strata whose first `controls` columns are the
  /// control variates.
  init(_ rows: MatrixView<Double>, controls: Int) {
    precondition(rows.rows % 2 == 0 && rows.rows > 0)
    self.rows = rows
    self.controls = controls
    var means = [Double](repeating: 0, count: controls)
    var products = Matrix<Double>(rows: controls, columns: controls)
    for first in stride(from: 0, to: rows.rows, by: 2) {
      let (a, b) = (rows.row(first), rows.row(first + 1))
      for i in 0..<controls {
        means[i] += (a[i] + b[i]) / Double(rows.rows)
        for j in 0..<controls { products[i, j] += (a[i] - b[i]) * (a[j] - b[j]) }
      }
    }
    self.means = means
    inverse = Self.pseudoInverse(products)
  }

  /// The inverse on the subspace whose eigenvalues are above rounding; a control that does not
  /// vary, as the weights of plain sampling, has no slope.
  private static func pseudoInverse(_ matrix: Matrix<Double>) -> Matrix<Double> {
    let n = matrix.rows
    guard let eigen = SymmetricEigen(matrix), let largest = eigen.values.last, largest > 0 else {
      return Matrix(rows: n, columns: n)
    }
    var scaled = eigen.vectors
    for k in 0..<n {
      let value = eigen.values[k]
      let factor = value > 1e-12 * largest ? 1 / value : 0
      for j in 0..<n { scaled[k, j] *= factor }
    }
    return .product(eigen.vectors, scaled, transposingLeft: true)
  }

  /// The corrected mean of `f` over the strata, with its standard error.
  func mean(_ f: (VectorView<Double>) -> Double) -> Estimate {
    var (sum, squares) = (0.0, 0.0)
    var cross = [Double](repeating: 0, count: controls)
    for first in stride(from: 0, to: rows.rows, by: 2) {
      let (a, b) = (rows.row(first), rows.row(first + 1))
      let (fa, fb) = (f(a), f(b))
      sum += fa + fb
      squares += (fa - fb) * (fa - fb)
      for i in 0..<controls { cross[i] += (fa - fb) * (a[i] - b[i]) }
    }
    var (correction, explained) = (0.0, 0.0)
    for i in 0..<controls {
      let slope = (0..<controls).reduce(0) { $0 + inverse[i, $1] * cross[$1] }
      correction += slope * means[i]
      explained += slope * cross[i]
    }
    let (strata, pairs) = (Double(rows.rows), Double(rows.rows) / 2)
    // As many degrees of freedom as slopes are spent.
    let freedom = max(1, pairs - Double(controls)) / pairs
    return Estimate(
      sum / strata - correction,
      standardError: (max(0, squares - explained) / freedom).squareRoot() / strata)
  }
}
