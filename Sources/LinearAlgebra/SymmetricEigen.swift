internal import COpenBLAS

/// The eigenvalues, ascending, and orthonormal eigenvectors of a symmetric matrix.
public struct SymmetricEigen: Sendable {
  /// The eigenvalues in ascending order, `(n)`.
  public let values: [Double]
  /// The eigenvectors as rows, `(n, n)`: row `j` belongs to `values[j]`.
  public let vectors: Matrix<Double>

  /// Decomposes a symmetric `(n, n)` matrix by LAPACK's `dsyevd`; only one triangle is read.
  ///
  /// Returns nil when the iteration does not converge, which takes a non-finite matrix.
  public init?(_ matrix: Matrix<Double>) {
    guard let (values, a) = Self.decompose(matrix, vectors: true) else { return nil }
    self.values = values
    // LAPACK's columns are our rows.
    vectors = Matrix(rows: matrix.rows, columns: matrix.rows, elements: a)
  }

  /// The eigenvalues alone, ascending, `(n)`; cheaper, and nil as above.
  public static func values(of matrix: Matrix<Double>) -> [Double]? {
    decompose(matrix, vectors: false)?.values
  }

  private static func decompose(
    _ matrix: Matrix<Double>, vectors: Bool
  ) -> (values: [Double], vectors: [Double])? {
    precondition(matrix.rows == matrix.columns)
    _ = BLAS.isReady
    guard matrix.elements.allSatisfy(\.isFinite) else { return nil }
    var n = Int32(matrix.rows)
    guard n > 0 else { return ([], []) }
    var (a, w) = (matrix.elements, [Double](repeating: 0, count: matrix.rows))
    var (workSize, integerSize, info) = (Int32(-1), Int32(-1), Int32(0))
    var (work, integers) = ([0.0], [Int32(0)])
    // The first call asks for the sizes of the workspaces, the second decomposes.
    for _ in 0..<2 {
      dsyevd_(
        vectors ? "V" : "N", "U", &n, &a, &n, &w, &work, &workSize, &integers, &integerSize, &info,
        1, 1)
      guard info == 0 else { return nil }
      if workSize == -1 {
        (workSize, integerSize) = (Int32(work[0]), integers[0])
        work = Array(repeating: 0, count: Int(workSize))
        integers = Array(repeating: 0, count: Int(integerSize))
      }
    }
    return (w, a)
  }
}
