/// The columns that text for people is laid out for: those of a terminal as it opens.
public let textColumns = 80

/// The text with a line end at spaces where a line would be longer than `columns` characters.
///
/// Every line begins with `indent`, which counts. Line ends in the text stay, runs of spaces become one
/// where a line is broken, and a word that is longer than a line stands alone.
public func wrappedText(
  _ text: String, columns: Int = textColumns, indent: String = ""
) -> String {
  text.split(separator: "\n", omittingEmptySubsequences: false)
    .flatMap { wrappedLines($0, room: columns - indent.count) }
    .map { indent + $0 }.joined(separator: "\n")
}

private func wrappedLines(_ text: Substring, room: Int) -> [String] {
  guard text.count > room else { return [String(text)] }
  var lines: [String] = []
  var line = ""
  for word in text.split(separator: " ") {
    if !line.isEmpty && line.count + 1 + word.count > room {
      lines.append(line)
      line = ""
    }
    line += (line.isEmpty ? "" : " ") + word
  }
  return lines + [line]
}
