/// A row-major matrix that owns its elements: the value type of laws, estimation and dynamics.
public struct Matrix<Element: Scalar>: Sendable, Equatable {
  /// The number of rows.
  public let rows: Int
  /// The number of columns.
  public let columns: Int
  @usableFromInline var storage: [Element]
  /// The elements row by row, `rows × columns` of them.
  @inlinable public var elements: [Element] { storage }

  /// A matrix of zeros.
  public init(rows: Int, columns: Int) {
    self.init(rows: rows, columns: columns, elements: Array(repeating: 0, count: rows * columns))
  }

  /// A matrix of the given elements, row by row.
  public init(rows: Int, columns: Int, elements: [Element]) {
    precondition(rows >= 0 && columns >= 0 && elements.count == rows * columns)
    self.rows = rows
    self.columns = columns
    storage = elements
  }

  /// A matrix of the given rows, all of one length.
  public init(_ rows: [[Element]]) {
    precondition(rows.allSatisfy { $0.count == rows.first?.count })
    self.init(
      rows: rows.count, columns: rows.first?.count ?? 0, elements: Array(rows.joined()))
  }

  /// The element in row `row` and column `column`, checked.
  @inlinable public subscript(row: Int, column: Int) -> Element {
    get {
      precondition(row >= 0 && row < rows && column >= 0 && column < columns)
      return storage[row * columns + column]
    }
    set {
      precondition(row >= 0 && row < rows && column >= 0 && column < columns)
      storage[row * columns + column] = newValue
    }
  }

  /// Row `row` as an array slice.
  @inlinable public func row(_ row: Int) -> ArraySlice<Element> {
    precondition(row >= 0 && row < rows)
    return storage[row * columns..<(row + 1) * columns]
  }

  /// The rows of `range` as a matrix of their own.
  public func rows(_ range: Range<Int>) -> Matrix {
    precondition(range.lowerBound >= 0 && range.upperBound <= rows)
    return Matrix(
      rows: range.count, columns: columns,
      elements: Array(elements[range.lowerBound * columns..<range.upperBound * columns]))
  }

  /// Drops the rows that `isKept` refuses.
  ///
  /// In place if nobody else holds the matrix; but where fewer than half of the rows are left, they
  /// move, so that the memory of the others is free again.
  public mutating func keepRows(where isKept: (Int) -> Bool) {
    let kept = (0..<rows).count(where: isKept)
    var result = Matrix(rows: 0, columns: columns)
    guard 2 * kept >= rows else {
      result.storage.reserveCapacity(kept * columns)
      for row in 0..<rows where isKept(row) { result.storage += self.row(row) }
      self = Matrix(rows: kept, columns: columns, elements: result.storage)
      return
    }
    withView { view in
      var next = 0
      for row in 0..<view.rows where isKept(row) {
        if row > next { view.row(next).copy(from: view.row(row)) }
        next += 1
      }
    }
    swap(&result.storage, &storage)
    result.storage.removeLast((rows - kept) * columns)
    self = Matrix(rows: kept, columns: columns, elements: result.storage)
  }

  /// The transpose, `(columns, rows)`.
  public var transposed: Matrix {
    var result = Matrix(rows: columns, columns: rows)
    for r in 0..<rows { for c in 0..<columns { result[c, r] = self[r, c] } }
    return result
  }

  /// The matrix with every element converted to another scalar type.
  public func converted<Other: Scalar>(to type: Other.Type = Other.self) -> Matrix<Other> {
    Matrix<Other>(rows: rows, columns: columns, elements: elements.map { Other($0) })
  }

  /// Calls `body` with a view of the elements, valid during the call only; what it writes is kept.
  public mutating func withView<Result>(
    _ body: (MatrixView<Element>) throws -> Result
  ) rethrows -> Result {
    let (rows, columns) = (rows, columns)
    return try storage.withUnsafeMutableBufferPointer { buffer in
      guard let base = buffer.baseAddress else {
        // An empty matrix has no memory: a view of a placeholder that is never read.
        return try withUnsafeTemporaryAllocation(of: Element.self, capacity: 1) {
          guard let base = $0.baseAddress else { preconditionFailure("no memory") }
          return try body(MatrixView(base: base, rows: rows, columns: columns, stride: columns))
        }
      }
      return try body(MatrixView(base: base, rows: rows, columns: columns, stride: columns))
    }
  }
}

extension Matrix {
  /// The product `left · right`, either factor transposed on request.
  ///
  /// `left` (as used) is `(m, k)`, `right` `(k, n)`, the result `(m, n)`; by BLAS, on this thread.
  public static func product(
    _ left: Matrix, _ right: Matrix, transposingLeft transposeLeft: Bool = false,
    transposingRight transposeRight: Bool = false, scale: Element = 1
  ) -> Matrix {
    _ = BLAS.isReady
    var result = Matrix(
      rows: transposeLeft ? left.columns : left.rows,
      columns: transposeRight ? right.rows : right.columns)
    left.withReadOnlyView { left in
      right.withReadOnlyView { right in
        result.withView {
          $0.setProduct(
            transposeLeft ? .transposed(left) : .plain(left),
            transposeRight ? .transposed(right) : .plain(right), scale: scale)
        }
      }
    }
    return result
  }
}
