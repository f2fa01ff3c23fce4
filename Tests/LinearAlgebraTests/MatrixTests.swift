import LinearAlgebra
import Testing

/// A matrix of numbers without pattern: fractional parts of multiples of √2.
func irregular<Element: Scalar>(_ rows: Int, _ columns: Int, salt: Int = 1) -> Matrix<Element> {
  Matrix(
    rows: rows, columns: columns,
    elements: (0..<rows * columns).map { i in
      let x = Double(i * 7 + salt) * 2.0.squareRoot()
      return Element(x - x.rounded(.down) - 0.5)
    })
}

/// The product by its definition, in double precision.
func slowProduct<Element: Scalar>(_ a: Matrix<Element>, _ b: Matrix<Element>) -> Matrix<Double> {
  var result = Matrix<Double>(rows: a.rows, columns: b.columns)
  for i in 0..<a.rows {
    for j in 0..<b.columns {
      for k in 0..<a.columns { result[i, j] += Double(a[i, k]) * Double(b[k, j]) }
    }
  }
  return result
}

/// The largest difference between two matrices; infinite when either is not finite.
func maximumDifference<A: Scalar, B: Scalar>(_ a: Matrix<A>, _ b: Matrix<B>) -> Double {
  guard a.rows == b.rows && a.columns == b.columns else { return .infinity }
  return zip(a.elements, b.elements).reduce(0) { worst, pair in
    let difference = abs(Double(pair.0) - Double(pair.1))
    return difference.isFinite ? max(worst, difference) : .infinity
  }
}

@Suite struct MatrixTests {
  static let shapes = [(1, 1, 1), (2, 3, 4), (7, 1, 5), (1, 9, 1), (64, 33, 17), (130, 129, 128)]

  @Test(
    "A product equals its definition, in both precisions and all transpositions", arguments: shapes)
  func product(m: Int, k: Int, n: Int) {
    func check<Element: Scalar>(_ type: Element.Type) {
      let (a, b): (Matrix<Element>, Matrix<Element>) = (irregular(m, k), irregular(k, n, salt: 3))
      let slow = slowProduct(a, b)
      // Rounding: each entry sums k products below 1/4.
      let tolerance = Double(k) * Double(Element.ulpOfOne)
      #expect(maximumDifference(.product(a, b), slow) <= tolerance)
      #expect(
        maximumDifference(.product(a.transposed, b, transposingLeft: true), slow) <= tolerance)
      #expect(
        maximumDifference(.product(a, b.transposed, transposingRight: true), slow) <= tolerance)
      #expect(
        maximumDifference(
          .product(a.transposed, b.transposed, transposingLeft: true, transposingRight: true), slow)
          <= tolerance)
    }
    check(Float.self)
    check(Double.self)
  }

  @Test("A product on strided views touches only its own columns")
  func strides() {
    let arena = Arena<Double>(capacity: 64)
    let wide = arena.matrix(3, 5)
    wide.vector.fill(7)
    var (a, b): (Matrix<Double>, Matrix<Double>) = (irregular(3, 4), irregular(4, 2))
    let slow = slowProduct(a, b)
    a.withView { a in b.withView { b in wide.columns(1..<3).setProduct(.plain(a), .plain(b)) } }
    for r in 0..<3 {
      #expect([wide[r, 0], wide[r, 3], wide[r, 4]] == [7, 7, 7])
      for c in 0..<2 { #expect(abs(wide[r, 1 + c] - slow[r, c]) < 1e-15) }
    }
  }

  @Test("Adding a product keeps what was there")
  func adding() {
    var (a, b): (Matrix<Double>, Matrix<Double>) = (irregular(2, 3), irregular(3, 2))
    var sum: Matrix<Double> = irregular(2, 2, salt: 11)
    let before = sum
    let slow = slowProduct(a, b)
    a.withView { a in
      b.withView { b in
        sum.withView { $0.setProduct(.plain(a), .plain(b), scale: -2, keeping: 1) }
      }
    }
    for i in 0..<2 {
      for j in 0..<2 { #expect(abs(sum[i, j] - (before[i, j] - 2 * slow[i, j])) < 1e-15) }
    }
  }

  @Test("Eigenvectors diagonalise a symmetric matrix", arguments: [1, 2, 5, 40])
  func eigen(n: Int) throws {
    let a: Matrix<Double> = irregular(n, n)
    var symmetric = a
    for i in 0..<n { for j in 0..<n { symmetric[i, j] = a[i, j] + a[j, i] } }
    let eigen = try #require(SymmetricEigen(symmetric))
    #expect(eigen.values == eigen.values.sorted())
    let alone = try #require(SymmetricEigen.values(of: symmetric))
    #expect(zip(alone, eigen.values).allSatisfy { abs($0 - $1) < 1e-13 * Double(n) })
    // V S Vᵀ = diag(values) and V Vᵀ = 1, rows of V being the eigenvectors.
    let diagonal = Matrix.product(
      .product(eigen.vectors, symmetric), eigen.vectors, transposingRight: true)
    let identity = Matrix.product(eigen.vectors, eigen.vectors, transposingRight: true)
    for i in 0..<n {
      for j in 0..<n {
        #expect(abs(diagonal[i, j] - (i == j ? eigen.values[i] : 0)) < 1e-13 * Double(n))
        #expect(abs(identity[i, j] - (i == j ? 1 : 0)) < 1e-14 * Double(n))
      }
    }
  }

  @Test("A matrix that is not finite has no eigenvalues")
  func eigenOfNaN() {
    #expect(SymmetricEigen(Matrix([[1, .nan], [.nan, 1]])) == nil)
    #expect(SymmetricEigen.values(of: Matrix([[1, .nan], [.nan, 1]])) == nil)
  }

  @Test("Rows are kept in their order, few or many", arguments: [0, 1, 3, 4, 9, 10])
  func keptRows(count: Int) {
    let matrix = Matrix(rows: 10, columns: 3, elements: (0..<30).map(Double.init))
    // Kept rows at the end, so that all of them move.
    var kept = matrix
    kept.keepRows { $0 >= 10 - count }
    #expect(kept == matrix.rows(10 - count..<10))
    var some = matrix
    some.keepRows { $0 % 3 != 1 }
    #expect(some == Matrix([0, 2, 3, 5, 6, 8, 9].map { Array(matrix.row($0)) }))
    #expect(matrix.elements == (0..<30).map(Double.init))
  }

  @Test(
    "The lower triangle of a symmetric square, and products with one of which only that is read")
  func symmetric() {
    let (n, k) = (5, 3)
    let arena = Arena<Double>(capacity: 256)
    let (a, c, b, result) = (
      arena.matrix(n, k), arena.matrix(n, n), arena.matrix(2, n), arena.matrix(2, n)
    )
    a.copy(from: irregular(n, k).elements)
    b.copy(from: irregular(2, n, salt: 2).elements)
    c.vector.fill(7)
    c.setSymmetricSquare(of: .plain(a), scale: 2, keeping: 0.5)
    func expected(_ i: Int, _ j: Int) -> Double {
      2 * (0..<k).reduce(0.0) { $0 + a[i, $1] * a[j, $1] } + 3.5
    }
    for i in 0..<n {
      for j in 0..<n { #expect(abs(c[i, j] - (j <= i ? expected(i, j) : 7)) < 1e-14) }
    }
    result.setProduct(b, symmetric: c)
    for r in 0..<2 {
      for j in 0..<n {
        let value = (0..<n).reduce(0.0) { $0 + b[r, $1] * expected(max($1, j), min($1, j)) }
        #expect(abs(result[r, j] - value) < 1e-13)
      }
    }
    let (transposed, other) = (arena.matrix(k, k), arena.matrix(k, k))
    transposed.setSymmetricSquare(of: .transposed(a))
    other.setProduct(.transposed(a), .plain(a))
    for i in 0..<k { for j in 0...i { #expect(abs(transposed[i, j] - other[i, j]) < 1e-14) } }
  }

  @Test("Rows become orthonormal, each in the span of those up to it, and zeros complete the basis")
  func orthonormal() {
    let n = 6
    let arena = Arena<Double>(capacity: 1024)
    let (a, before) = (arena.matrix(n, n), arena.matrix(n, n))
    let work = arena.vector(MatrixView<Double>.orthonormalizationSize(n))
    before.copy(from: irregular(n, n).elements)
    for j in 0..<n { before[4, j] = 0 }
    a.vector.copy(from: before.vector)
    a.orthonormalizeRows(work)
    func dot(_ x: MatrixView<Double>, _ i: Int, _ y: MatrixView<Double>, _ j: Int) -> Double {
      (0..<n).reduce(0.0) { $0 + x[i, $1] * y[j, $1] }
    }
    for i in 0..<n {
      for j in 0..<n {
        #expect(abs(dot(a, i, a, j) - (i == j ? 1 : 0)) < 1e-14)
        // Row i was a combination of the first i rows: later ones have no part in it.
        if j > i { #expect(abs(dot(before, i, a, j)) < 1e-13) }
      }
    }
  }
}
