extension JSONValue {
  /// The one shortest text of this value: no spaces, and keys in the order of their UTF-8 bytes.
  ///
  /// Numbers are the shortest decimals that read back as the same `Double`, integers up to 2⁵³
  /// without a point; texts escape only what they must. A number that is not finite is `null`, as
  /// JSON has no other word for it.
  public var canonicalText: String {
    var writer = JSONWriter(sortsKeys: true)
    writer.write(self)
    return String(decoding: writer.bytes, as: UTF8.self)
  }

  /// The text for people: two spaces a level, keys in their own order, a newline at the end.
  ///
  /// A list of numbers stands on one line if it fits into 100 columns. Numbers are as in
  /// `canonicalText`: one that is not finite is `null`.
  public var prettyText: String {
    var writer = JSONWriter(sortsKeys: false)
    writer.writePretty(self, indentation: 0)
    return String(decoding: writer.bytes, as: UTF8.self) + "\n"
  }
}

/// The text of a document as it grows.
struct JSONWriter {
  let sortsKeys: Bool
  private(set) var bytes: [UInt8] = []

  init(sortsKeys: Bool) { self.sortsKeys = sortsKeys }

  // MARK: Compact

  mutating func write(_ value: JSONValue) {
    switch value {
    case .null: append("null")
    case .bool(let value): append(value ? "true" : "false")
    case .number(let value): append(Self.text(of: value))
    case .largeInteger(let value): append(String(value))
    case .string(let text): append(quoting: text)
    case .array(let elements):
      append("[")
      for (index, element) in elements.enumerated() {
        if index > 0 { append(",") }
        write(element)
      }
      append("]")
    case .object(let members):
      append("{")
      for (index, member) in ordered(members).enumerated() {
        if index > 0 { append(",") }
        append(quoting: member.key)
        append(":")
        write(member.value)
      }
      append("}")
    }
  }

  private func ordered(_ members: [JSONMember]) -> [JSONMember] {
    guard sortsKeys else { return members }
    // Not `String.<`: that is the order of normalised characters.
    return members.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
  }

  // MARK: Indented

  mutating func writePretty(_ value: JSONValue, indentation: Int) {
    switch value {
    case .array(let elements) where !elements.isEmpty:
      if let line = Self.line(ofNumbers: elements), indentation + line.utf8.count <= 100 {
        append(line)
      } else {
        writeBlock("[", elements, "]", indentation: indentation) { writer, element in
          writer.writePretty(element, indentation: indentation + 2)
        }
      }
    case .object(let members) where !members.isEmpty:
      writeBlock("{", members, "}", indentation: indentation) { writer, member in
        writer.append(quoting: member.key)
        writer.append(": ")
        writer.writePretty(member.value, indentation: indentation + 2)
      }
    default: write(value)
    }
  }

  private mutating func writeBlock<Item>(
    _ open: String, _ items: [Item], _ close: String, indentation: Int,
    item write: (inout JSONWriter, Item) -> Void
  ) {
    append(open)
    for (index, item) in items.enumerated() {
      append(index > 0 ? ",\n" : "\n")
      append(String(repeating: " ", count: indentation + 2))
      write(&self, item)
    }
    append("\n" + String(repeating: " ", count: indentation) + close)
  }

  /// The elements on one line if all are numbers and there are few; nil otherwise.
  private static func line(ofNumbers elements: [JSONValue]) -> String? {
    guard elements.count <= 50 else { return nil }
    var texts: [String] = []
    for element in elements {
      switch element {
      case .number(let value): texts.append(text(of: value))
      case .largeInteger(let value): texts.append(String(value))
      default: return nil
      }
    }
    return "[" + texts.joined(separator: ", ") + "]"
  }

  // MARK: Scalars

  static func text(of value: Double) -> String {
    value.isFinite ? shortestText(of: value) : "null"
  }

  private mutating func append(_ text: String) { bytes += text.utf8 }

  private mutating func append(quoting text: String) {
    append("\"")
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""): append("\\\"")
      case UInt8(ascii: "\\"): append("\\\\")
      case 0x08: append("\\b")
      case 0x09: append("\\t")
      case 0x0A: append("\\n")
      case 0x0C: append("\\f")
      case 0x0D: append("\\r")
      case 0..<0x20: append("\\u00" + (byte < 16 ? "0" : "") + String(byte, radix: 16))
      default: bytes.append(byte)
      }
    }
    append("\"")
  }
}
