import Foundation
import LinearAlgebra
import Storage
import Testing

/// The bytes of an `.npy` file with these parts, padded as `numpy.save` pads.
private func npy(
  _ descr: String, fortran: Bool = false, shape: String, version: UInt8 = 1, data: [UInt8]
) -> [UInt8] {
  npy(
    header: "{'descr': '\(descr)', 'fortran_order': \(fortran ? "True" : "False"), "
      + "'shape': \(shape), }", version: version, data: data)
}

private func npy(header: String, version: UInt8 = 1, data: [UInt8] = []) -> [UInt8] {
  let start = version == 1 ? 10 : 12
  let length = (start + header.utf8.count + 1 + 63) / 64 * 64 - start
  let padding = String(repeating: " ", count: length - header.utf8.count - 1) + "\n"
  let lengthBytes = (0..<start - 8).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) }
  return [0x93] + Array("NUMPY".utf8) + [version, 0] + lengthBytes + Array((header + padding).utf8)
    + data
}

/// The bytes of an integer in the given order.
private func bytes(_ bits: some FixedWidthInteger, bigEndian: Bool) -> [UInt8] {
  withUnsafeBytes(of: bigEndian ? bits.bigEndian : bits.littleEndian) { Array($0) }
}

private func file(_ bytes: [UInt8]) -> FileContents { FileContents(bytes, name: "a.npy") }

private func points(_ bytes: [UInt8]) throws -> Matrix<Double> {
  try NumpyFile(file(bytes)).points()
}

@Suite struct NumpyFileTests {
  /// Each type with the bits of 0, 1, 2, 3, 4, 5.
  private static let types: [(descr: String, bits: @Sendable (Int, Bool) -> [UInt8])] = [
    ("f2", { bytes(Float16($0).bitPattern, bigEndian: $1) }),
    ("f4", { bytes(Float($0).bitPattern, bigEndian: $1) }),
    ("f8", { bytes(Double($0).bitPattern, bigEndian: $1) }),
    ("i1", { bytes(Int8($0), bigEndian: $1) }), ("i2", { bytes(Int16($0), bigEndian: $1) }),
    ("i4", { bytes(Int32($0), bigEndian: $1) }), ("i8", { bytes(Int64($0), bigEndian: $1) }),
    ("u1", { bytes(UInt8($0), bigEndian: $1) }), ("u2", { bytes(UInt16($0), bigEndian: $1) }),
    ("u4", { bytes(UInt32($0), bigEndian: $1) }), ("u8", { bytes(UInt64($0), bigEndian: $1) }),
  ]

  @Test(
    "Every type, byte order, memory order and version reads as the same numbers",
    arguments: 0..<11, [1, 2, 3] as [UInt8])
  func types(index: Int, version: UInt8) throws {
    let (descr, bits) = Self.types[index]
    for order in ["<", ">", "=", ""] {
      for fortran in [false, true] {
        let sequence = fortran ? [0, 3, 1, 4, 2, 5] : [0, 1, 2, 3, 4, 5]
        let data = sequence.flatMap { bits($0, order == ">") }
        let matrix = try points(
          npy(order + descr, fortran: fortran, shape: "(2, 3)", version: version, data: data))
        #expect(matrix == Matrix([[0, 1, 2], [3, 4, 5]]))
      }
    }
  }

  @Test("Negative, large and small numbers of every type keep their value")
  func extremes() throws {
    func values(_ descr: String, _ data: [UInt8], _ count: Int) throws -> [Double] {
      try points(npy(descr, shape: "(\(count),)", data: data)).elements
    }
    #expect(try values("|i1", [0x80, 0xFF], 2) == [-128, -1])
    #expect(try values("|u1", [0x80, 0xFF], 2) == [128, 255])
    #expect(try values("<u8", bytes(UInt64.max, bigEndian: false), 1) == [0x1p64])
    #expect(try values("<i8", bytes(Int64.min, bigEndian: false), 1) == [-0x1p63])
    #expect(try values("<f2", [0x01, 0x00, 0xFF, 0xFB], 2) == [0x1p-24, -65504])
    #expect(try values(">f4", [0x00, 0x00, 0x00, 0x01], 1) == [0x1p-149])
  }

  @Test(
    "A mapped file larger than a block reads as the same numbers, in either order",
    arguments: [false, true], [(3, 1_500_000), (1_500_000, 3), (40, 150_001)])
  func blocks(fortran: Bool, shape: (Int, Int)) throws {
    let (rows, columns) = shape
    let folder = try TemporaryFolder()
    let data = (0..<rows * columns).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ $0 >> 8) }
    try folder.put(npy("|u1", fortran: fortran, shape: "\(shape)", data: data), "a.npy")
    let read = try NumpyFile(FileContents(path: folder["a.npy"])).points()
    let isRight = (0..<rows).allSatisfy { row in
      (0..<columns).allSatisfy {
        read[row, $0] == Double(data[fortran ? $0 * rows + row : row * columns + $0])
      }
    }
    #expect(isRight)
  }

  @Test("An array that has no room in memory is refused, with its shape and both amounts")
  func tooLarge() throws {
    let folder = try TemporaryFolder()
    // A file with a hole: it has the length of forty thousand times forty million elements.
    try folder.put(npy("|u1", shape: "(40000000, 40000)", data: []), "a.npy")
    let file = try #require(FileHandle(forWritingAtPath: folder["a.npy"]))
    try file.truncate(atOffset: file.seekToEnd() + 40_000_000 * 40_000)
    try file.close()
    let found = message { _ = try NumpyFile(FileContents(path: folder["a.npy"])).points() }
    #expect(
      found.hasPrefix("\(folder["a.npy"]), shape (40000000, 40000): expected points that fit"))
    #expect(found.contains(" GB of memory") && found.contains("12802.4 GB"), "\(found)")
  }

  @Test(
    "A matrix in column order is transposed, at sizes below and above a tile",
    arguments: [(1, 5), (5, 1), (31, 33), (64, 32), (100, 7)])
  func columnOrder(rows: Int, columns: Int) throws {
    let data = (0..<rows * columns).flatMap { bytes(UInt16($0), bigEndian: false) }
    let matrix = try points(npy("<u2", fortran: true, shape: "(\(rows), \(columns))", data: data))
    let expected = Matrix(
      rows: columns, columns: rows, elements: (0..<rows * columns).map(Double.init))
    #expect(matrix == expected.transposed)
  }

  @Test("A vector is a column of points")
  func vector() throws {
    let read = try NumpyFile(file(npy("|u1", shape: "(3,)", data: [5, 6, 7])))
    #expect(read.shape == [3])
    #expect(try read.points() == Matrix([[5], [6], [7]]))
  }

  @Test(
    "The header may be written as any Python writes it",
    arguments: [
      "{'descr': '|u1', 'fortran_order': False, 'shape': (2,)}",
      "{\"shape\":(2L,),\"fortran_order\":True,\"descr\":\"|u1\"}",
      "{ 'shape' : ( 2 , 1 , ) , 'descr' : '|u1' , 'fortran_order' : False , }",
    ])
  func headers(header: String) throws {
    #expect(try points(npy(header: header, data: [1, 2])).elements == [1, 2])
  }

  @Test(
    "A hostile header is refused, and the message names the fault",
    arguments: [
      ("", "expected '{', found the end of the header"),
      ("{}", "found only "),
      ("{'descr': '<f8', 'fortran_order': False}", "found only descr, fortran_order"),
      ("{'descr': '<f8', 'descr': '<f8'", "found 'descr' twice"),
      ("{'descr': '<f8', 'x': 1", "expected the keys descr, fortran_order and shape, found 'x'"),
      ("{'descr': '|O', 'fortran_order': False, 'shape': (1,)}", "found dtype '|O'"),
      ("{'descr': '|b1', 'fortran_order': False, 'shape': (1,)}", "found dtype '|b1'"),
      ("{'descr': '?', 'fortran_order': False, 'shape': (1,)}", "found dtype '?'"),
      ("{'descr': '<M8[s]', 'fortran_order': False, 'shape': (1,)}", "found dtype '<M8[s]'"),
      ("{'descr': '<c16', 'fortran_order': False, 'shape': (1,)}", "found dtype '<c16'"),
      ("{'descr': '<f16', 'fortran_order': False, 'shape': (1,)}", "found dtype '<f16'"),
      ("{'descr': '<U4', 'fortran_order': False, 'shape': (1,)}", "found dtype '<U4'"),
      ("{'descr': '|f8', 'fortran_order': False, 'shape': (1,)}", "found dtype '|f8'"),
      ("{'descr': '<f+8', 'fortran_order': False, 'shape': (1,)}", "found dtype '<f+8'"),
      ("{'descr': '', 'fortran_order': False, 'shape': (1,)}", "found dtype ''"),
      ("{'descr': [('a', '<f8')], 'fortran_order': False, 'shape': (1,)}", "a structured dtype"),
      ("{'descr': '<f8', 'fortran_order': 1, 'shape': (1,)}", "expected True or False"),
      ("{'descr': '<f8', 'fortran_order': False, 'shape': (-1,)}", "a length from 0 on, found '-1"),
      ("{'descr': '<f8', 'fortran_order': False, 'shape': (1.5,)}", "found '.5,)}"),
      ("{'descr': '<f8', 'fortran_order': False, 'shape': [1]}", "expected '(', found '[1]}"),
      ("{'descr': '<f8', 'fortran_order': False, 'shape': (1)}", "expected ',', found ')}"),
      ("{'descr': '<f8', 'fortran_order': False, 'shape': (1,)} x", "spaces after the dictionary"),
      ("{'descr': '<f8", "expected a closing quote"),
      (
        "{'descr': '<f8', 'fortran_order': False, 'shape': ("
          + String(repeating: "1, ", count: 65) + ")}", "expected at most 64 axes, found more"
      ),
      (
        "{'descr': '<f8', 'fortran_order': False, 'shape': (99999999999999999999,)}",
        "expected a length below 2⁶³"
      ),
      (
        "{'descr': '<f8', 'fortran_order': False, 'shape': (9223372036854775807, 2)}",
        "expected more than 2⁶³ bytes of elements, found 0"
      ),
      (
        "{'descr': '<f8', 'fortran_order': False, 'shape': (2305843009213693952,)}",
        "expected more than 2⁶³ bytes of elements, found 0"
      ),
      (
        "{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000, 1000)}",
        "expected 8000000000000 bytes of elements, found 0"
      ),
      ("{'descr': '<f8', 'fortran_order': False, 'shape': (0,)}", "at least one point, found (0,)"),
      (
        "{'descr': '<f8', 'fortran_order': False, 'shape': (5, 0)}",
        "expected (N, D) or (N,), at least one point, found (5, 0)"
      ),
    ])
  func hostile(header: String, text: String) {
    let found = message { _ = try points(npy(header: header)) }
    #expect(found.hasPrefix("a.npy, ") && found.contains(text), "\(found)")
  }

  @Test(
    "Only matrices and vectors are points",
    arguments: [("()", 1), ("(1, 1, 1)", 1), ("(1, 2, 1, 1)", 2)])
  func dimensions(shape: String, count: Int) throws {
    let read = try NumpyFile(
      file(npy("|u1", shape: shape, data: Array(repeating: 0, count: count))))
    #expect(message { _ = try read.points() }.contains("expected (N, D) or (N,)"))
  }

  @Test("Other files, other versions, missing and extra bytes are refused")
  func frame() {
    let whole = npy("<f8", shape: "(1,)", data: [UInt8](repeating: 0, count: 8))
    func text(_ bytes: [UInt8]) -> String { message { _ = try points(bytes) } }
    #expect(
      text([]) == "a.npy: expected an .npy file, which begins with \\x93NUMPY, found an empty file")
    #expect(text(Array("PK\u{3}\u{4} etc".utf8)).contains("found 'PK\\u{03}\\u{04} e'"))
    #expect(text(Array(whole[..<8])).contains("header: expected a length, found the end"))
    #expect(text(whole + [0]).contains("expected 8 bytes of elements, found 9"))
    #expect(text(Array(whole.dropLast())).contains("expected 8 bytes of elements, found 7"))
    var version = whole
    version[6] = 4
    #expect(text(version).contains("expected version 1.0, 2.0 or 3.0, found 4.0"))
    var length = npy("<f8", shape: "(1,)", version: 2, data: [UInt8](repeating: 0, count: 8))
    length[11] = 0xFF
    #expect(text(length).contains("expected at most 65535 bytes, found 42781"))
  }

  @Test(
    "A number that is not finite is named by row and column",
    arguments: [Double.nan, .infinity, -.infinity])
  func notFinite(value: Double) {
    let data = [0, 1, 2, 3, value, 5].flatMap { bytes($0.bitPattern, bigEndian: false) }
    #expect(
      message { _ = try points(npy("<f8", shape: "(3, 2)", data: data)) }
        .hasPrefix("a.npy, row 2, column 0 (from 0): expected a finite number, found \(value)"))
  }

  @Test("A byte changed is detected or harmless, and never traps")
  func mutations() {
    let data = [0.5, 1, 2, 3].flatMap { bytes($0.bitPattern, bigEndian: false) }
    let whole = npy("<f8", fortran: true, shape: "(2, 2)", version: 2, data: data)
    for index in whole.indices {
      for byte in UInt8.min...UInt8.max {
        var changed = whole
        changed[index] = byte
        guard let matrix = try? points(changed) else { continue }
        // The header may come to say a smaller type, never more than the bytes hold.
        #expect(matrix.elements.count <= data.count)
        #expect(matrix.elements.allSatisfy { $0.isFinite })
      }
    }
  }

  /// What `numpy.lib.format.write_array` of NumPy 2.4.6 writes before the elements:
  /// 93 4e 55 4d 50 59 01 00 76 00, the dictionary, and spaces to 128 bytes with a newline.
  @Test(
    "A file is written as NumPy writes it, and reads back",
    arguments: [
      ([], "()", 62), ([3], "(3,)", 60), ([2, 2], "(2, 2)", 58), ([1, 2, 1], "(1, 2, 1)", 55),
      ([0, 3], "(0, 3)", 58),
    ])
  func writing(shape: [Int], text: String, padding: Int) throws {
    let folder = try TemporaryFolder()
    let elements = (0..<shape.reduce(1, *)).map { Double($0) / 7 }
    try NumpyFile.write(elements, shape: shape, to: folder["a.npy"])
    let dictionary = "{'descr': '<f8', 'fortran_order': False, 'shape': \(text), }"
    let header = dictionary + String(repeating: " ", count: padding) + "\n"
    #expect(
      try folder.bytes("a.npy") == [0x93] + Array("NUMPY".utf8) + [1, 0, 0x76, 0]
        + Array(header.utf8) + elements.flatMap { bytes($0.bitPattern, bigEndian: false) })
    let read = try NumpyFile(FileContents(path: folder["a.npy"]))
    #expect(read.shape == shape)
    if 1...2 ~= shape.count && !elements.isEmpty {
      #expect(try read.points().elements == elements)
    }
  }

  @Test("A matrix of many parts reads back")
  func largeRoundTrip() throws {
    let folder = try TemporaryFolder()
    let matrix = Matrix(
      rows: 1001, columns: 131, elements: (0..<1001 * 131).map { 1 / Double($0 + 1) })
    try NumpyFile.write(matrix, to: folder["a.npy"])
    #expect(try NumpyFile(FileContents(path: folder["a.npy"])).points() == matrix)
  }
}
