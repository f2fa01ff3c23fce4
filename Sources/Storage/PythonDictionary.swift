internal import JSONText

/// The dictionary of the header, of the Python that `numpy.save` writes and no more.
struct PythonDictionary {
  /// As many as NumPy allows.
  private static let mostAxes = 64

  private(set) var descr = ""
  private(set) var isFortranOrder = false
  private(set) var shape: [Int] = []
  private let bytes: [UInt8]
  private var position = 0

  init(_ bytes: [UInt8]) throws(PythonSyntaxError) {
    self.bytes = bytes
    var seen: Set<String> = []
    try expect("{")
    while !skip("}") {
      let key = try string()
      guard seen.insert(key).inserted else {
        throw PythonSyntaxError(expected: "each key once", found: "\(excerpt(key)) twice")
      }
      try expect(":")
      switch key {
      case "descr": descr = try type()
      case "fortran_order": isFortranOrder = try truth()
      case "shape": shape = try tuple()
      default:
        throw PythonSyntaxError(
          expected: "the keys descr, fortran_order and shape", found: excerpt(key))
      }
      if skip("}") { break }
      try expect(",")
    }
    guard seen.count == 3 else {
      throw PythonSyntaxError(
        expected: "the keys descr, fortran_order and shape",
        found: "only \(seen.sorted().joined(separator: ", "))")
    }
    skipSpace()
    guard position == bytes.count else { throw unexpected("spaces after the dictionary") }
  }

  private mutating func type() throws(PythonSyntaxError) -> String {
    skipSpace()
    guard peek() != UInt8(ascii: "[") else {
      throw PythonSyntaxError(expected: "one number an element", found: "a structured dtype")
    }
    return try string()
  }

  private mutating func string() throws(PythonSyntaxError) -> String {
    skipSpace()
    let quote = peek()
    guard quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"") else {
      throw unexpected("a text in quotes")
    }
    position += 1
    var text: [UInt8] = []
    while let byte = peek(), byte != quote {
      // No key and no type has a backslash, so no escapes are read.
      text.append(byte)
      position += 1
    }
    guard position < bytes.count else {
      throw PythonSyntaxError(expected: "a closing quote", found: "none")
    }
    position += 1
    return String(decoding: text, as: UTF8.self)
  }

  private mutating func truth() throws(PythonSyntaxError) -> Bool {
    if skip("True") { return true }
    if skip("False") { return false }
    throw unexpected("True or False")
  }

  private mutating func tuple() throws(PythonSyntaxError) -> [Int] {
    var lengths: [Int] = []
    try expect("(")
    while !skip(")") {
      lengths.append(try length())
      guard lengths.count <= Self.mostAxes else {
        throw PythonSyntaxError(expected: "at most \(Self.mostAxes) axes", found: "more")
      }
      // A single length in brackets is a tuple by its comma only.
      if lengths.count > 1 && skip(")") { break }
      try expect(",")
    }
    return lengths
  }

  private mutating func length() throws(PythonSyntaxError) -> Int {
    skipSpace()
    let start = position
    var value = 0
    while let byte = peek(), UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte {
      let (tens, tooLong) = value.multipliedReportingOverflow(by: 10)
      let (sum, tooLarge) = tens.addingReportingOverflow(Int(byte - UInt8(ascii: "0")))
      guard !tooLong && !tooLarge else {
        throw PythonSyntaxError(expected: "a length below 2⁶³", found: "a larger one")
      }
      value = sum
      position += 1
    }
    guard position > start else { throw unexpected("a length from 0 on") }
    // Python 2 marked long integers.
    _ = skip("L")
    return value
  }

  private mutating func expect(_ text: String) throws(PythonSyntaxError) {
    guard skip(text) else { throw unexpected("'\(text)'") }
  }

  /// Passes over spaces and then `text`, if that is next.
  private mutating func skip(_ text: String) -> Bool {
    skipSpace()
    var end = position
    for byte in text.utf8 {
      guard end < bytes.count && bytes[end] == byte else { return false }
      end += 1
    }
    position = end
    return true
  }

  private mutating func skipSpace() {
    while let byte = peek(), byte == 0x20 || byte == 0x0A { position += 1 }
  }

  private func peek() -> UInt8? {
    position < bytes.count ? bytes[position] : nil
  }

  private func unexpected(_ expected: String) -> PythonSyntaxError {
    let rest = String(decoding: bytes[position...].prefix(12), as: UTF8.self)
    return PythonSyntaxError(
      expected: expected, found: rest.isEmpty ? "the end of the header" : excerpt(rest))
  }
}

/// What was wrong in the header.
struct PythonSyntaxError: Error {
  let expected: String
  let found: String
}
