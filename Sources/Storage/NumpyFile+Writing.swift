public import LinearAlgebra

extension NumpyFile {
  /// Writes `matrix` as an `(N, D)` array of F64, durably.
  public static func write(_ matrix: Matrix<Double>, to path: String) throws(StorageError) {
    try write(matrix.elements, shape: [matrix.rows, matrix.columns], to: path)
  }

  /// Writes `elements`, row-major, as an array of F64 of the given shape, durably.
  public static func write(
    _ elements: [Double], shape: [Int], to path: String
  ) throws(StorageError) {
    precondition(shape.allSatisfy { $0 >= 0 } && shape.reduce(1, *) == elements.count)
    var file = try DurableFile(path: path)
    try file.write(header(shape: shape).span.bytes)
    // In parts, so that the bytes never stand in memory beside all elements.
    let part = 1 << 16
    for start in stride(from: 0, to: elements.count, by: part) {
      var bytes: [UInt8] = []
      bytes.reserveCapacity(part * MemoryLayout<Double>.size)
      for element in elements[start..<min(start + part, elements.count)] {
        bytes.append(littleEndian: element.bitPattern)
      }
      try file.write(bytes.span.bytes)
    }
    try file.commit()
  }

  /// The bytes before the elements, exactly as NumPy writes them.
  ///
  /// NumPy leaves room for the first length to grow to 21 digits, and then fills up with spaces and
  /// a newline so that the elements begin at a multiple of 64.
  static func header(shape: [Int]) -> [UInt8] {
    var text = "{'descr': '<f8', 'fortran_order': False, 'shape': \(self.text(shape)), }"
    if let first = shape.first {
      text += String(repeating: " ", count: 21 - String(first).utf8.count)
    }
    let start = NumpyHeader.magic.count + 4
    let length = (start + text.utf8.count + 1 + 63) / 64 * 64 - start
    text += String(repeating: " ", count: length - text.utf8.count - 1) + "\n"
    var bytes = NumpyHeader.magic + [1, 0]
    bytes.append(littleEndian: UInt16(length))
    return bytes + text.utf8
  }
}
