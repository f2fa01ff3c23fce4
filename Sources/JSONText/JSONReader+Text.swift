extension JSONReader {
  /// The text in quotes that begins here.
  mutating func string() throws(JSONError) -> String {
    let start = position
    position += 1
    var text: [UInt8] = []
    var copied = position
    while let byte = peek {
      switch byte {
      case UInt8(ascii: "\""):
        text += bytes[copied..<position]
        position += 1
        return String(decoding: text, as: UTF8.self)
      case UInt8(ascii: "\\"):
        text += bytes[copied..<position]
        position += 1
        text += try escape().utf8
        copied = position
      case 0..<0x20: throw unexpected("an escape", found: "a control character in a text")
      default: position += 1
      }
    }
    throw unexpected("the closing quote of a text", found: "none", at: start)
  }

  /// What stands after a backslash.
  private mutating func escape() throws(JSONError) -> String {
    let start = position
    guard let byte = peek else { throw unexpected("an escape") }
    position += 1
    switch byte {
    case UInt8(ascii: "\""): return "\""
    case UInt8(ascii: "\\"): return "\\"
    case UInt8(ascii: "/"): return "/"
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{C}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"): return String(try scalar(from: start))
    default: throw unexpected("one of \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\u", at: start)
    }
  }

  /// The character of `\uXXXX`, or of the two that a character beyond U+FFFF takes.
  private mutating func scalar(from start: Int) throws(JSONError) -> Unicode.Scalar {
    var code = try fourHexDigits()
    if 0xD800..<0xDC00 ~= code && skip(UInt8(ascii: "\\")) && skip(UInt8(ascii: "u")) {
      let low = try fourHexDigits()
      guard 0xDC00..<0xE000 ~= low else {
        throw unexpected("a low surrogate", found: "another character", at: start)
      }
      code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
    }
    guard let scalar = Unicode.Scalar(code) else {
      throw unexpected("a pair of surrogates", found: "one alone", at: start)
    }
    return scalar
  }

  private mutating func fourHexDigits() throws(JSONError) -> UInt32 {
    var code: UInt32 = 0
    for _ in 0..<4 {
      guard let byte = peek, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
        throw unexpected("four hexadecimal digits")
      }
      code = code << 4 | UInt32(digit)
      position += 1
    }
    return code
  }

  /// Passes over the comment that begins here.
  mutating func skipComment() throws(JSONError) {
    let start = position
    position += 1
    if skip(UInt8(ascii: "/")) {
      while let byte = peek, byte != UInt8(ascii: "\n") { position += 1 }
    } else if skip(UInt8(ascii: "*")) {
      while position + 1 < bytes.count {
        if bytes[position] == UInt8(ascii: "*") && bytes[position + 1] == UInt8(ascii: "/") {
          position += 2
          return
        }
        position += 1
      }
      throw unexpected("the closing */ of a comment", found: "none", at: start)
    } else {
      throw unexpected("a comment", at: start)
    }
  }
}
