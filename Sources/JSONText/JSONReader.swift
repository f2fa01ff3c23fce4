extension JSONValue {
  /// Reads a JSON document (RFC 8259), strictly.
  ///
  /// Refused are duplicate keys, what follows the document, unpaired surrogates, invalid UTF-8,
  /// `NaN`, and numbers too large for a `Double`. Time and memory are linear in the text.
  public init(reading text: some Sequence<UInt8>, options: JSONReadingOptions = .init())
    throws(JSONError)
  {
    var reader = JSONReader(bytes: Array(text), options: options)
    self = try reader.document()
  }

  /// Reads a JSON document from a text.
  public init(reading text: String, options: JSONReadingOptions = .init()) throws(JSONError) {
    try self.init(reading: text.utf8, options: options)
  }
}

/// What a reader of JSON allows.
public struct JSONReadingOptions: Sendable {
  /// Whether `//` and `/* */` comments, and a byte order mark, count as space: for files that
  /// people write.
  public var allowingComments: Bool
  /// How deep lists and objects may nest.
  public var maximumDepth: Int
  /// How many values the document may have; each takes up to about 80 bytes of memory.
  public var maximumValues: Int

  /// Options as given.
  public init(
    allowingComments: Bool = false, maximumDepth: Int = 64, maximumValues: Int = 4_000_000
  ) {
    self.allowingComments = allowingComments
    self.maximumDepth = maximumDepth
    self.maximumValues = maximumValues
  }
}

/// A recursive-descent parser over bytes that were checked to be UTF-8.
struct JSONReader {
  let bytes: [UInt8]
  let options: JSONReadingOptions
  var position = 0
  var valueCount = 0

  init(bytes: [UInt8], options: JSONReadingOptions) {
    self.bytes = bytes
    self.options = options
  }

  mutating func document() throws(JSONError) -> JSONValue {
    try checkUTF8()
    if options.allowingComments && bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
    try skipSpace()
    let value = try value(depth: 0)
    try skipSpace()
    guard position == bytes.count else { throw unexpected("the end of the text") }
    return value
  }

  private func checkUTF8() throws(JSONError) {
    do throws(UTF8.ValidationError) {
      _ = try UTF8Span(validating: bytes.span)
    } catch {
      throw unexpected(
        "UTF-8", found: "a byte that is not", at: error.byteOffsets.lowerBound)
    }
  }

  // MARK: Values

  private mutating func value(depth: Int) throws(JSONError) -> JSONValue {
    valueCount += 1
    guard valueCount <= options.maximumValues else {
      throw unexpected("at most \(options.maximumValues) values", found: "more")
    }
    switch peek {
    case UInt8(ascii: "{"): return try object(depth: depth)
    case UInt8(ascii: "["): return try array(depth: depth)
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "-"): return try number()
    case .some(let byte) where isDigit(byte): return try number()
    default: return try word()
    }
  }

  private mutating func word() throws(JSONError) -> JSONValue {
    for (text, value) in [("null", JSONValue.null), ("true", true), ("false", false)] {
      if bytes[position...].starts(with: text.utf8) {
        position += text.utf8.count
        return value
      }
    }
    throw unexpected("a value")
  }

  private mutating func array(depth: Int) throws(JSONError) -> JSONValue {
    var elements: [JSONValue] = []
    try list(depth: depth, closedBy: UInt8(ascii: "]")) { reader throws(JSONError) in
      elements.append(try reader.value(depth: depth + 1))
    }
    return .array(elements)
  }

  private mutating func object(depth: Int) throws(JSONError) -> JSONValue {
    var members: [JSONMember] = []
    var keys: Set<String> = []
    try list(depth: depth, closedBy: UInt8(ascii: "}")) { reader throws(JSONError) in
      let start = reader.position
      guard reader.peek == UInt8(ascii: "\"") else { throw reader.unexpected("a key in quotes") }
      let key = try reader.string()
      guard keys.insert(key).inserted else {
        throw reader.unexpected("each key once", found: "\(excerpt(key)) again", at: start)
      }
      try reader.skipSpace()
      guard reader.skip(UInt8(ascii: ":")) else { throw reader.unexpected("':' after the key") }
      try reader.skipSpace()
      members.append(JSONMember(key: key, value: try reader.value(depth: depth + 1)))
    }
    return .object(members)
  }

  /// Reads what stands between an opening and its closing bracket, `item` by `item`.
  private mutating func list(
    depth: Int, closedBy close: UInt8, item: (inout JSONReader) throws(JSONError) -> Void
  ) throws(JSONError) {
    guard depth < options.maximumDepth else {
      throw unexpected("at most \(options.maximumDepth) levels of nesting", found: "more")
    }
    position += 1
    try skipSpace()
    if skip(close) { return }
    while true {
      try item(&self)
      try skipSpace()
      if skip(close) { return }
      guard skip(UInt8(ascii: ",")) else {
        throw unexpected("',' or '\(Unicode.Scalar(close))'")
      }
      try skipSpace()
    }
  }

  // MARK: Numbers

  private mutating func number() throws(JSONError) -> JSONValue {
    let start = position
    _ = skip(UInt8(ascii: "-"))
    if !skip(UInt8(ascii: "0")) { try digits() }
    let integer = start..<position
    if skip(UInt8(ascii: ".")) { try digits() }
    if skip(UInt8(ascii: "e")) || skip(UInt8(ascii: "E")) {
      if !skip(UInt8(ascii: "-")) { _ = skip(UInt8(ascii: "+")) }
      try digits()
    }
    if integer.upperBound == position,
      let magnitude = UInt64(String(decoding: bytes[integer], as: UTF8.self)), magnitude > 0
    {
      return JSONValue(magnitude)
    }
    let value = decimalValue(of: bytes.span.extracting(start..<position))
    guard let value, value.isFinite else {
      throw unexpected(
        "a number below 1.8e308", found: excerpt(bytes.span.extracting(start..<position)), at: start
      )
    }
    return .number(value)
  }

  private mutating func digits() throws(JSONError) {
    guard let first = peek, isDigit(first) else { throw unexpected("a digit") }
    while let byte = peek, isDigit(byte) { position += 1 }
  }

  // MARK: Bytes

  var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

  mutating func skip(_ byte: UInt8) -> Bool {
    guard peek == byte else { return false }
    position += 1
    return true
  }

  private mutating func skipSpace() throws(JSONError) {
    while let byte = peek {
      switch byte {
      case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\n"), UInt8(ascii: "\r"):
        position += 1
      case UInt8(ascii: "/") where options.allowingComments: try skipComment()
      default: return
      }
    }
  }

  // MARK: Errors

  func unexpected(
    _ expected: String, found: String? = nil, at offset: Int? = nil
  ) -> JSONError {
    let offset = offset ?? position
    let before = bytes[..<offset]
    let lineStart = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
    let continuation: (UInt8) -> Bool = { $0 & 0xC0 == 0x80 }
    return .syntax(
      line: 1 + before.count { $0 == UInt8(ascii: "\n") },
      column: 1 + bytes[lineStart..<offset].count { !continuation($0) },
      expected: expected, found: found ?? wordFound(at: offset))
  }

  /// The word or the single character at `offset`, for a message.
  private func wordFound(at offset: Int) -> String {
    guard offset < bytes.count else { return "the end of the text" }
    let isWordByte: (UInt8) -> Bool = {
      isDigit($0) || UInt8(ascii: "a")...UInt8(ascii: "z") ~= $0 | 0x20 || $0 >= 0x80
    }
    let word = bytes[offset...].prefix(while: isWordByte)
    return excerpt(String(decoding: word.isEmpty ? bytes[offset...offset] : word, as: UTF8.self))
  }
}
