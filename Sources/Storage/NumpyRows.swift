public import LinearAlgebra

/// An array in an `.npy` file as rows that are read some at a time: the first axes number the rows,
/// and all others are columns.
///
/// What is read is not kept, so that arrays larger than the memory can be gone through. In
/// Fortran's order, where a row lies all over the file, it is the system that takes the bytes back
/// when it needs them.
public struct NumpyRows: Sendable {
  /// The number of rows, the product of the first axes.
  public let count: Int
  /// The number of columns, the product of the others.
  public let columns: Int
  private let file: NumpyFile
  private let leadingAxes: Int
  /// By how many elements the place in the file moves with the index of each axis.
  private let strides: [Int]

  /// The rows of `file` by its first `leadingAxes` axes.
  public init(_ file: NumpyFile, leadingAxes: Int) {
    precondition(0...file.shape.count ~= leadingAxes)
    (self.file, self.leadingAxes) = (file, leadingAxes)
    count = file.shape.prefix(leadingAxes).reduce(1, *)
    columns = file.shape.dropFirst(leadingAxes).reduce(1, *)
    var strides = file.shape
    var stride = 1
    // In C order the last axis runs fastest, in Fortran's the first.
    for axis in file.header.isFortranOrder ? Array(strides.indices) : strides.indices.reversed() {
      strides[axis] = stride
      stride *= file.shape[axis]
    }
    self.strides = strides
  }

  /// The rows of `range` as doubles, each element finite.
  public func rows(_ range: Range<Int>) throws(StorageError) -> Matrix<Double> {
    precondition(range.lowerBound >= 0 && range.upperBound <= count)
    let elements = file.contents.withBytes { bytes in
      file.header.type.elements(of: bytes.bytes, by: Reading(rows: self, range: range))
    }
    if let index = elements.firstIndex(where: { !$0.isFinite }) {
      let row = range.lowerBound + index / columns
      let place = indices(of: row, axes: 0..<leadingAxes) + indices(of: index % columns, axes: rest)
      throw .malformed(
        file: file.contents.path,
        place: "element [\(place.map(String.init).joined(separator: ", "))]",
        expected: "a finite number", found: "\(elements[index])")
    }
    return Matrix(rows: range.count, columns: columns, elements: elements)
  }

  private var rest: Range<Int> { leadingAxes..<file.shape.count }

  /// The index along each of the axes of what is number `number` of them, the last running fastest.
  private func indices(of number: Int, axes: Range<Int>) -> [Int] {
    var number = number
    let indices = axes.reversed().map { axis in
      defer { number /= file.shape[axis] }
      return number % file.shape[axis]
    }
    return indices.reversed()
  }

  /// How far in the file, in elements, number `number` of these axes is from the first.
  private func offset(of number: Int, axes: Range<Int>) -> Int {
    zip(indices(of: number, axes: axes), strides[axes]).reduce(0) { $0 + $1.0 * $1.1 }
  }

  /// The reading of some of the rows.
  private struct Reading: ElementReader {
    let rows: NumpyRows
    let range: Range<Int>

    func elements<Element: StoredNumber>(of bytes: RawSpan, _ type: Element.Type) -> [Double] {
      rows.elements(of: range, bytes, type)
    }
  }

  private func elements<Element: StoredNumber>(
    of range: Range<Int>, _ bytes: RawSpan, _ type: Element.Type
  ) -> [Double] {
    let size = MemoryLayout<Element.Bits>.size
    let (start, isBigEndian) = (file.header.dataOffset, file.header.type.isBigEndian)
    let isFortranOrder = file.header.isFortranOrder
    let places = isFortranOrder ? (0..<columns).map { offset(of: $0, axes: rest) } : []
    let elements = [Double](capacity: range.count * columns) {
      (result: inout OutputSpan<Double>) in
      for row in range {
        let first = isFortranOrder ? offset(of: row, axes: 0..<leadingAxes) : row * columns
        for column in 0..<columns {
          let index = first + (isFortranOrder ? places[column] : column)
          result.append(
            Element.value(bytes.integer(at: start + index * size, bigEndian: isBigEndian)))
        }
      }
    }
    if !isFortranOrder {
      let row = columns * size
      file.contents.release(start + range.lowerBound * row..<start + range.upperBound * row)
    }
    return elements
  }
}
