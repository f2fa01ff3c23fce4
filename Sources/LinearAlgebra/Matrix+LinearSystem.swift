internal import COpenBLAS

/// A square matrix taken apart for the solution of linear systems by elimination with pivots.
public struct EliminationFactors: Sendable {
  private let factors: [Double]
  private let pivots: [Int32]

  /// The factors of an `(n, n)` matrix, `n ≥ 1`; nil where it is singular or not finite.
  public init?(_ matrix: Matrix<Double>) {
    precondition(matrix.rows == matrix.columns && matrix.rows >= 1)
    _ = BLAS.isReady
    var (n, info) = (Int32(matrix.rows), Int32(0))
    var (factors, pivots) = (matrix.elements, [Int32](repeating: 0, count: matrix.rows))
    // LAPACK reads our rows as columns: it factors the transpose, and solves with that transposed.
    dgetrf_(&n, &n, &factors, &n, &pivots, &info)
    guard info == 0 else { return nil }
    (self.factors, self.pivots) = (factors, pivots)
  }

  /// The solution of `A x = b`, `(n)`; nil where it is not finite.
  public func solution(of right: [Double]) -> [Double]? {
    precondition(right.count == pivots.count)
    var (n, one, info, x) = (Int32(right.count), Int32(1), Int32(0), right)
    dgetrs_("T", &n, &one, factors, &n, pivots, &x, &n, &info, 1)
    return info == 0 && x.allSatisfy(\.isFinite) ? x : nil
  }
}

extension Matrix<Double> {
  /// The shortest `x`, `(n)`, of those that come nearest to `A x = b` for this `(n, n)` matrix,
  /// where singular values below `cutoff` of the largest count as 0; nil where it is not finite.
  public func shortestSolution(of right: [Double], cutoff: Double) -> [Double]? {
    precondition(rows == columns && right.count == rows)
    _ = BLAS.isReady
    guard rows > 0 else { return [] }
    guard elements.allSatisfy(\.isFinite) else { return nil }
    var (n, one, info, rank, cutoff) = (Int32(rows), Int32(1), Int32(0), Int32(0), cutoff)
    var (a, x) = (transposed.elements, right)
    var singular = [Double](repeating: 0, count: rows)
    var (size, work, integers) = (Int32(-1), [0.0], [Int32(0)])
    // The first call asks for the sizes of the workspaces, the second solves.
    for _ in 0..<2 {
      dgelsd_(
        &n, &n, &one, &a, &n, &x, &n, &singular, &cutoff, &rank, &work, &size, &integers, &info)
      guard info == 0 else { return nil }
      if size == -1 {
        size = Int32(work[0])
        work = Array(repeating: 0, count: Int(size))
        integers = Array(repeating: 0, count: Int(integers[0]))
      }
    }
    return x.allSatisfy(\.isFinite) ? x : nil
  }

  /// The real parts of the eigenvalues of this square matrix, ascending, `(n)`; nil where the
  /// iteration does not converge, which takes a matrix that is not finite.
  ///
  /// Exactly symmetric matrices take the path of symmetric ones.
  public var eigenvalueRealParts: [Double]? {
    precondition(rows == columns)
    guard elements.allSatisfy(\.isFinite) else { return nil }
    let isSymmetric = (0..<rows).allSatisfy { i in (0..<i).allSatisfy { self[i, $0] == self[$0, i] }
    }
    guard !isSymmetric else { return SymmetricEigen.values(of: self) }
    _ = BLAS.isReady
    var (n, one, info, size) = (Int32(rows), Int32(1), Int32(0), Int32(-1))
    var (a, real) = (elements, [Double](repeating: 0, count: rows))
    var (imaginary, work, unused) = (real, [0.0], [0.0])
    var none = [0.0]
    for _ in 0..<2 {
      dgeev_(
        "N", "N", &n, &a, &n, &real, &imaginary, &unused, &one, &none, &one, &work, &size, &info, 1,
        1)
      guard info == 0 else { return nil }
      if size == -1 {
        size = Int32(work[0])
        work = Array(repeating: 0, count: Int(size))
      }
    }
    return real.sorted()
  }
}
