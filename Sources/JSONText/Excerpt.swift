/// `text` in quotes as a message can show it: cut to `limit` characters, control characters
/// escaped.
package func excerpt(_ text: some StringProtocol, limit: Int = 40) -> String {
  var shown = "'"
  var count = 0
  for scalar in text.unicodeScalars {
    if count == limit { return shown + "…'" }
    shown += scalar.properties.isPrintable ? String(scalar) : scalar.escaped(asASCII: true)
    count += 1
  }
  return shown + "'"
}

/// The bytes as `excerpt` of a text shows them; those that are not UTF-8 become U+FFFD.
package func excerpt(_ bytes: Span<UInt8>, limit: Int = 40) -> String {
  // A character takes at most four bytes; one more is enough to see that there is more.
  let shown = (0..<min(bytes.count, 4 * limit + 4)).map { bytes[$0] }
  return excerpt(String(decoding: shown, as: UTF8.self), limit: limit)
}

extension Unicode.Scalar.Properties {
  /// Whether a terminal shows the character and nothing else happens.
  fileprivate var isPrintable: Bool {
    switch generalCategory {
    case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator,
      .paragraphSeparator:
      false
    default: true
    }
  }
}
