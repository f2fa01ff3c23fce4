internal import JSONText
public import LinearAlgebra

/// An array of real numbers in an `.npy` file, of any version, type, byte order and memory order.
public struct NumpyFile: Sendable {
  let contents: FileContents
  let header: NumpyHeader

  /// The lengths of the axes.
  public var shape: [Int] { header.shape }

  /// The array in `contents`, whose header must fit the length of the file exactly.
  public init(_ contents: FileContents) throws(StorageError) {
    self.contents = contents
    let (header, size) = try contents.withBytes { bytes throws(StorageError) in
      (try NumpyHeader(bytes, file: contents.path), bytes.count)
    }
    self.header = header
    let found = size - header.dataOffset
    guard let count = header.elementCount, count * header.type.size == found else {
      let expected =
        header.elementCount.map { "\($0 * header.type.size) bytes" } ?? "more than 2⁶³ bytes"
      throw .malformed(
        file: contents.path, place: "shape \(Self.text(header.shape))",
        expected: "\(expected) of elements", found: "\(found)",
        remedy: "the file is cut short or damaged: write it again")
    }
  }

  /// The rows as points: a matrix `(N, D)` as it is, a vector `(N)` as `(N, 1)`.
  ///
  /// Every element must be finite, and all must fit into the memory. Integers beyond ±2⁵³ are
  /// rounded to the nearest `Double`.
  public func points() throws(StorageError) -> Matrix<Double> {
    guard 1...2 ~= shape.count, shape.allSatisfy({ $0 > 0 }) else {
      throw .malformed(
        file: contents.path, place: "shape", expected: "(N, D) or (N,), at least one point",
        found: Self.text(shape))
    }
    let (rows, columns) = (shape[0], shape.count == 2 ? shape[1] : 1)
    try checkMemory(
      forPoints: Double(rows), columns: columns, file: contents.path,
      place: "shape \(Self.text(shape))")
    let elements = contents.withBytes { bytes in
      header.rowMajorElements(
        of: bytes.bytes, rows: rows, columns: columns, release: contents.release)
    }
    if let index = elements.firstIndex(where: { !$0.isFinite }) {
      throw .malformed(
        file: contents.path, place: "row \(index / columns), column \(index % columns) (from 0)",
        expected: "a finite number", found: "\(elements[index])", remedy: "remove or mend the row")
    }
    return Matrix(rows: rows, columns: columns, elements: elements)
  }

  /// The shape as Python writes it.
  static func text(_ shape: [Int]) -> String {
    shape.count == 1
      ? "(\(shape[0]),)" : "(" + shape.map(String.init).joined(separator: ", ") + ")"
  }
}
