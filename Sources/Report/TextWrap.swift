/// The columns that text for people is laid out for: those of a terminal as it opens.
public let textColumns = 80

/// The text with a line end at spaces where a line would be longer than `columns` characters.
///
/// No line ends between a symbol and its value, `σ = 0.5` or `ln σ`. Every line begins with
/// `indent`, which counts; the first with `firstIndent` where that is given, such as a label beside
/// which the others hang. Line ends in the text stay, runs of spaces become one where a line is
/// broken, and a word that is longer than a line stands alone.
public func wrappedText(
  _ text: String, columns: Int = textColumns, indent: String = "", firstIndent: String? = nil
) -> String {
  let firstIndent = firstIndent ?? indent
  var lines: [String] = []
  for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
    lines += wrappedLines(
      line, firstRoom: columns - (lines.isEmpty ? firstIndent : indent).count,
      room: columns - indent.count)
  }
  return firstIndent + lines.joined(separator: "\n" + indent)
}

private func wrappedLines(_ text: Substring, firstRoom: Int, room: Int) -> [String] {
  guard text.count > firstRoom else { return [String(text)] }
  var lines: [String] = []
  var line = ""
  for word in unbreakableWords(text) {
    if !line.isEmpty && line.count + 1 + word.count > (lines.isEmpty ? firstRoom : room) {
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
