/// The text on one line: what is no printable character becomes a space, and what is longer than
/// `limit` characters ends in `…`.
///
/// Labels come from users' file names. Line ends, terminal escapes and the code points that XML
/// forbids (XML 1.0, section 2.2) must not reach a terminal, a script or a page.
package func plainText(_ text: String, limit: Int = .max) -> String {
  var scalars = String.UnicodeScalarView()
  for scalar in text.unicodeScalars {
    switch scalar.properties.generalCategory {
    case .control, .lineSeparator, .paragraphSeparator, .unassigned, .format: scalars.append(" ")
    default: scalars.append(scalar)
    }
  }
  let line = String(scalars)
  guard line.count > limit else { return line }
  return line.prefix(max(0, limit - 1)) + "…"
}

/// The text with the five special characters of HTML and XML written as entities.
///
/// Safe as content and inside either kind of quotes.
package func escapedMarkup(_ text: String) -> String {
  var result = ""
  for character in plainTextKeepingLines(text).unicodeScalars {
    switch character {
    case "&": result += "&amp;"
    case "<": result += "&lt;"
    case ">": result += "&gt;"
    case "\"": result += "&quot;"
    case "'": result += "&#39;"
    default: result.unicodeScalars.append(character)
    }
  }
  return result
}

private func plainTextKeepingLines(_ text: String) -> String {
  text.split(separator: "\n", omittingEmptySubsequences: false)
    .map { plainText(String($0)) }.joined(separator: "\n")
}
