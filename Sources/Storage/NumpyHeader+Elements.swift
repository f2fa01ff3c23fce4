extension NumpyHeader {
  /// The elements in row-major order as doubles, of a file whose length fits this header.
  ///
  /// `(rows, columns)` is the shape, with one column for a vector; `release` gets the ranges of
  /// bytes that are done with, on the way.
  func rowMajorElements(
    of bytes: RawSpan, rows: Int, columns: Int, release: @escaping (Range<Int>) -> Void
  ) -> [Double] {
    let grid = ElementGrid(
      offset: dataOffset, isBigEndian: type.isBigEndian, isColumnMajor: isFortranOrder,
      rows: rows, columns: columns, release: release)
    return type.elements(of: bytes, by: grid)
  }
}

/// What reads numbers of any type out of the bytes of a file.
protocol ElementReader {
  /// The elements that it is to read, of this type, as doubles.
  func elements<Element: StoredNumber>(of bytes: RawSpan, _ type: Element.Type) -> [Double]
}

extension NumpyType {
  /// What `reader` reads as numbers of this type.
  func elements(of bytes: RawSpan, by reader: some ElementReader) -> [Double] {
    switch (kind, size) {
    case (.float, 2): reader.elements(of: bytes, Float16.self)
    case (.float, 4): reader.elements(of: bytes, Float.self)
    case (.float, _): reader.elements(of: bytes, Double.self)
    case (.signed, 1): reader.elements(of: bytes, Int8.self)
    case (.signed, 2): reader.elements(of: bytes, Int16.self)
    case (.signed, 4): reader.elements(of: bytes, Int32.self)
    case (.signed, _): reader.elements(of: bytes, Int64.self)
    case (.unsigned, 1): reader.elements(of: bytes, UInt8.self)
    case (.unsigned, 2): reader.elements(of: bytes, UInt16.self)
    case (.unsigned, 4): reader.elements(of: bytes, UInt32.self)
    case (.unsigned, _): reader.elements(of: bytes, UInt64.self)
    }
  }
}

/// Where the elements of a matrix are among the bytes of a file.
private struct ElementGrid: ElementReader {
  let offset: Int
  let isBigEndian: Bool
  let isColumnMajor: Bool
  let rows: Int
  let columns: Int
  /// Takes the ranges of bytes that are done with.
  let release: (Range<Int>) -> Void

  /// The elements in row-major order.
  func elements<Element: StoredNumber>(of bytes: RawSpan, _ type: Element.Type) -> [Double] {
    if isColumnMajor && rows > 1 && columns > 1 { return transposed(bytes, type) }
    let (count, size) = (rows * columns, MemoryLayout<Element.Bits>.size)
    let block = FileContents.block / size
    return [Double](capacity: count) { (result: inout OutputSpan<Double>) in
      for start in stride(from: 0, to: count, by: block) {
        let end = min(start + block, count)
        for index in start..<end {
          result.append(element(index, bytes, type))
        }
        release(offset + start * size..<offset + end * size)
      }
    }
  }

  /// The elements of a column-major matrix, by square tiles: their rows and columns stay in cache.
  private func transposed<Element: StoredNumber>(
    _ bytes: RawSpan, _ type: Element.Type
  ) -> [Double] {
    let tile = 32
    let block = FileContents.block / tile
    var result = [Double](repeating: 0, count: rows * columns)
    var span = result.mutableSpan
    // A band of columns, and in it a block of rows, so that the bytes can go when it is done.
    for firstColumn in stride(from: 0, to: columns, by: tile) {
      let band = firstColumn..<min(firstColumn + tile, columns)
      for start in stride(from: 0, to: rows, by: block) {
        let end = min(start + block, rows)
        for firstRow in stride(from: start, to: end, by: tile) {
          for row in firstRow..<min(firstRow + tile, end) {
            for column in band {
              span[row * columns + column] = element(column * rows + row, bytes, type)
            }
          }
        }
        release(band, rows: start..<end, size: MemoryLayout<Element.Bits>.size)
      }
    }
    return result
  }

  /// Releases the given rows of the given columns of a column-major matrix.
  private func release(_ band: Range<Int>, rows part: Range<Int>, size: Int) {
    for column in band {
      let start = offset + (column * rows + part.lowerBound) * size
      release(start..<start + part.count * size)
    }
  }

  @inline(__always)
  private func element<Element: StoredNumber>(
    _ index: Int, _ bytes: RawSpan, _ type: Element.Type
  ) -> Double {
    let position = offset + index * MemoryLayout<Element.Bits>.size
    return Element.value(bytes.integer(at: position, bigEndian: isBigEndian))
  }
}

/// A type of number as files store it.
protocol StoredNumber {
  associatedtype Bits: FixedWidthInteger & BitwiseCopyable
  /// The number of the bits, rounded to the nearest double where it must be.
  static func value(_ bits: Bits) -> Double
}

extension Double: StoredNumber {
  static func value(_ bits: UInt64) -> Double { Double(bitPattern: bits) }
}
extension Float: StoredNumber {
  static func value(_ bits: UInt32) -> Double { Double(Float(bitPattern: bits)) }
}
extension Float16: StoredNumber {
  static func value(_ bits: UInt16) -> Double { Double(Float16(bitPattern: bits)) }
}
extension StoredNumber where Self: BinaryInteger {
  static func value(_ bits: Self) -> Double { Double(bits) }
}
extension Int8: StoredNumber {}
extension Int16: StoredNumber {}
extension Int32: StoredNumber {}
extension Int64: StoredNumber {}
extension UInt8: StoredNumber {}
extension UInt16: StoredNumber {}
extension UInt32: StoredNumber {}
extension UInt64: StoredNumber {}
