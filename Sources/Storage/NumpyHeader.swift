internal import JSONText

/// What the header of an `.npy` file says (NumPy Enhancement Proposal 1, format versions 1 to 3).
///
/// An `.npy` file is
///
///     offset   bytes
///          0       6   93 4E 55 4D 50 59, that is \x93NUMPY
///          6       1   the version, 1, 2 or 3
///          7       1   the minor version, 0
///          8    2, 4   the length of the header, little-endian; 2 bytes in version 1, else 4
///                      the header: a Python dictionary, spaces, and a newline
///                      the elements, without gaps
///
/// and the dictionary has exactly the keys `descr`, the type of an element such as `'<f8'`;
/// `fortran_order`, whether the first index runs fastest rather than the last; and `shape`, a
/// tuple.
struct NumpyHeader: Equatable {
  let type: NumpyType
  let isFortranOrder: Bool
  let shape: [Int]
  /// Where the elements begin.
  let dataOffset: Int

  /// No array of numbers needs as much: version 1 has no room for more.
  static let maximumLength = 65_535

  static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)

  /// Reads the header at the start of `bytes`.
  init(_ bytes: Span<UInt8>, file: String) throws(StorageError) {
    guard Self.hasMagic(bytes) else {
      throw .malformed(
        file: file, expected: "an .npy file, which begins with \\x93NUMPY",
        found: bytes.isEmpty
          ? "an empty file" : excerpt(bytes.extracting(first: min(6, bytes.count))))
    }
    func malformed(_ expected: String, _ found: String) -> StorageError {
      .malformed(
        file: file, place: "header", expected: expected, found: found,
        remedy: "write it with numpy.save, as float64")
    }
    guard bytes.count >= 12 else { throw malformed("a length", "the end of the file") }
    guard 1...3 ~= bytes[6], bytes[7] == 0 else {
      throw malformed("version 1.0, 2.0 or 3.0", "\(bytes[6]).\(bytes[7])")
    }
    let start = bytes[6] == 1 ? 10 : 12
    let length =
      bytes[6] == 1
      ? Int(bytes.bytes.integer(at: 8, as: UInt16.self))
      : Int(bytes.bytes.integer(at: 8, as: UInt32.self))
    guard length <= Self.maximumLength else {
      throw malformed("at most \(Self.maximumLength) bytes", "\(length)")
    }
    guard length <= bytes.count - start else {
      throw malformed("\(length) bytes", "only \(bytes.count - start); the file is cut short")
    }
    dataOffset = start + length
    do throws(PythonSyntaxError) {
      let dictionary = try PythonDictionary((start..<dataOffset).map { bytes[$0] })
      type = try NumpyType(dictionary.descr)
      isFortranOrder = dictionary.isFortranOrder
      shape = dictionary.shape
    } catch {
      throw malformed(error.expected, error.found)
    }
  }

  private static func hasMagic(_ bytes: Span<UInt8>) -> Bool {
    bytes.count >= magic.count && magic.indices.allSatisfy { bytes[$0] == magic[$0] }
  }

  /// The number of elements, nil if it or their bytes are more than an integer can count.
  var elementCount: Int? {
    var count = 1
    for length in shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: length)
      if overflow { return nil }
      count = product
    }
    return count.multipliedReportingOverflow(by: type.size).overflow ? nil : count
  }
}

/// The type of an element: its kind, its size in bytes and their order.
struct NumpyType: Equatable {
  enum Kind: Character {
    case float = "f"
    case signed = "i"
    case unsigned = "u"
  }
  let kind: Kind
  let size: Int
  let isBigEndian: Bool

  /// The type that a `descr` such as `<f8` or `|u1` names.
  init(_ descr: String) throws(PythonSyntaxError) {
    var rest = Substring(descr)
    let order = rest.first.flatMap { "<>|=".contains($0) ? $0 : nil }
    if order != nil { rest.removeFirst() }
    let sizes: [Kind: [String]] = [
      .float: ["2", "4", "8"], .signed: ["1", "2", "4", "8"], .unsigned: ["1", "2", "4", "8"],
    ]
    guard let kind = rest.popFirst().flatMap(Kind.init), let size = Int(rest),
      sizes[kind]?.contains(String(rest)) == true, order != "|" || size == 1
    else {
      throw PythonSyntaxError(
        expected: "real numbers (dtype f2, f4, f8, i1 to i8 or u1 to u8)",
        found: "dtype " + excerpt(descr))
    }
    self.kind = kind
    self.size = size
    isBigEndian = order == ">"
  }
}
