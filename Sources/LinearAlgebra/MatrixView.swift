/// A row-major matrix in memory that an `Arena` owns: a pointer with a shape and a row stride.
///
/// Copying a view copies the reference, not the elements. Valid while its arena lives.
public struct MatrixView<Element: Scalar>: @unchecked Sendable {
  // Sendable: a pointer and a shape; who may write through it when is `Workers.run`'s contract.
  @usableFromInline let base: UnsafeMutablePointer<Element>
  /// The number of rows.
  public let rows: Int
  /// The number of columns.
  public let columns: Int
  /// The distance between two rows in elements, at least `columns`.
  @usableFromInline let stride: Int

  init(base: UnsafeMutablePointer<Element>, rows: Int, columns: Int, stride: Int) {
    precondition(rows >= 0 && columns >= 0 && stride >= columns)
    self.base = base
    self.rows = rows
    self.columns = columns
    self.stride = stride
  }

  /// The elements of a vector as a `(rows, columns)` matrix.
  public init(_ vector: VectorView<Element>, rows: Int, columns: Int) {
    precondition(vector.count == rows * columns)
    self.init(base: vector.base, rows: rows, columns: columns, stride: columns)
  }

  /// The element in row `row` and column `column`, checked.
  @inlinable public subscript(row: Int, column: Int) -> Element {
    get {
      precondition(row >= 0 && row < rows && column >= 0 && column < columns)
      return base[row * stride + column]
    }
    nonmutating set {
      precondition(row >= 0 && row < rows && column >= 0 && column < columns)
      base[row * stride + column] = newValue
    }
  }

  /// Row `row` as a vector.
  public func row(_ row: Int) -> VectorView<Element> {
    precondition(row >= 0 && row < rows)
    return VectorView(base: base + row * stride, count: columns)
  }

  /// The first `count` rows.
  public func prefix(_ count: Int) -> MatrixView {
    precondition(count >= 0 && count <= rows)
    return MatrixView(base: base, rows: count, columns: columns, stride: stride)
  }

  /// The columns of `range`, all rows.
  public func columns(_ range: Range<Int>) -> MatrixView {
    precondition(range.lowerBound >= 0 && range.upperBound <= columns)
    return MatrixView(
      base: base + range.lowerBound, rows: rows, columns: range.count, stride: stride)
  }

  /// Whether the rows follow each other without a gap.
  public var isContiguous: Bool { stride == columns }

  /// All elements of a contiguous matrix, row by row.
  public var vector: VectorView<Element> {
    precondition(isContiguous)
    return VectorView(base: base, count: rows * columns)
  }

  /// The elements row by row, as an array.
  public var elements: [Element] { (0..<rows).flatMap { row($0).elements } }
}

/// A factor of a product: a matrix as it is, or transposed.
public enum Factor<Element: Scalar> {
  /// The matrix as it is.
  case plain(MatrixView<Element>)
  /// The transpose of the matrix.
  case transposed(MatrixView<Element>)

  fileprivate var view: MatrixView<Element> {
    switch self {
    case .plain(let view), .transposed(let view): view
    }
  }
  fileprivate var isTransposed: Bool {
    if case .transposed = self { true } else { false }
  }
  fileprivate var rows: Int { isTransposed ? view.columns : view.rows }
  fileprivate var columns: Int { isTransposed ? view.rows : view.columns }
}

extension MatrixView {
  /// Overwrites the matrix with `scale · left · right`, or adds that to the share of it that is
  /// kept.
  ///
  /// `left` is `(m, k)`, `right` is `(k, n)`, the matrix `(m, n)`; it must not overlap the factors.
  public func setProduct(
    _ left: Factor<Element>, _ right: Factor<Element>, scale: Element = 1, keeping: Element = 0
  ) {
    precondition(left.rows == rows && right.columns == columns && left.columns == right.rows)
    guard rows > 0 && columns > 0 else { return }
    _ = BLAS.isReady
    Element.library.routines.multiply(
      left.isTransposed, right.isTransposed, rows, columns, left.columns, scale, left.view.base,
      max(1, left.view.stride), right.view.base, max(1, right.view.stride), keeping, base,
      stride)
  }

  /// Overwrites the lower triangle with that of `scale · a aᵀ`, plus the share of it that is kept.
  ///
  /// `a` is `(n, k)`, the matrix `(n, n)`; half the work of the product. What is above the diagonal
  /// is left alone.
  public func setSymmetricSquare(of a: Factor<Element>, scale: Element = 1, keeping: Element = 0) {
    precondition(rows == columns && a.rows == rows)
    guard rows > 0 else { return }
    _ = BLAS.isReady
    Element.library.routines.symmetricSquare(
      a.isTransposed, rows, a.columns, scale, a.view.base, max(1, a.view.stride), keeping, base,
      stride)
  }

  /// Overwrites the matrix with `left · symmetric`; of the symmetric matrix only the lower triangle
  /// is read.
  public func setProduct(_ left: MatrixView, symmetric: MatrixView) {
    precondition(symmetric.rows == columns && symmetric.columns == columns)
    precondition(left.rows == rows && left.columns == columns)
    guard rows > 0 && columns > 0 else { return }
    _ = BLAS.isReady
    Element.library.routines.multiplySymmetric(
      rows, columns, symmetric.base, symmetric.stride, left.base, left.stride, base, stride)
  }

  /// Overwrites the elements with those of `values`, row by row.
  public func copy(from values: [Element]) { vector.copy(from: values) }

  /// Sets row `r · repeating + j` to row `j` of `a` times row `r` of `scales`, elementwise.
  ///
  /// `a` is `(repeating, width)`, `scales` `(R, width)`, the matrix `(R · repeating, width)`.
  public func setRows(of a: MatrixView, scaledByRowsOf scales: MatrixView) {
    precondition(isContiguous && a.isContiguous && scales.isContiguous)
    precondition(a.columns == columns && scales.columns == columns)
    precondition(rows == a.rows * scales.rows)
    Element.library.routines.outerScale(scales.rows, a.rows, columns, a.base, scales.base, base)
  }

  /// Multiplies rows `r · repeating ..< (r + 1) · repeating` by row `r` of `scales`, elementwise.
  ///
  /// `scales` is `(R, width)`, the matrix `(R · repeating, width)`.
  public func scale(byRowsOf scales: MatrixView, repeating: Int) {
    precondition(isContiguous && scales.isContiguous && scales.columns == columns)
    precondition(rows == scales.rows * repeating)
    Element.library.routines.repeatScale(scales.rows, repeating, columns, base, scales.base)
  }

  /// The rows of `range` as a matrix of their own.
  public func rows(_ range: Range<Int>) -> MatrixView {
    precondition(range.lowerBound >= 0 && range.upperBound <= rows)
    return MatrixView(
      base: base + range.lowerBound * stride, rows: range.count, columns: columns, stride: stride)
  }

  /// Adds the vector `bias` `(columns)` to every row.
  public func addToRows(_ bias: VectorView<Element>) {
    precondition(isContiguous && bias.count == columns)
    Element.library.routines.addRows(rows, columns, base, bias.base)
  }

  /// Overwrites the vector with the sums of this matrix's columns.
  public func sumColumns(into sums: VectorView<Element>) {
    precondition(isContiguous && sums.count == columns)
    Element.library.routines.columnSums(rows, columns, base, sums.base)
  }
}
