/// The columns that text for people is laid out for: those of a terminal as it opens.
public let textColumns = 80

/// The text with a line end at spaces where a line would be longer than `columns` characters.
///
/// No line ends between a symbol and its value, `σ = 0.5` or `ln σ`. Every line begins with `indent`, which
/// counts. Line ends in the text stay, runs of spaces become one
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
  for word in unbreakableWords(text) {
    if !line.isEmpty && line.count + 1 + word.count > room {
      lines.append(line)
      line = ""
    }
    line += (line.isEmpty ? "" : " ") + word
  }
  return lines + [line]
}

/// The words, of which those about an equals sign and after a logarithm are one.
private func unbreakableWords(_ text: Substring) -> [String] {
  var words: [String] = []
  for word in text.split(separator: " ") {
    let isTied = word == "=" || words.last.map { $0.hasSuffix(" =") || $0 == "ln" } ?? false
    if isTied, let last = words.indices.last {
      words[last] += " " + word
    } else {
      words.append(String(word))
    }
  }
  return words
}
