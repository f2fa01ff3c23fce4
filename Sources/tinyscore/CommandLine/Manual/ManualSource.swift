/// The source of a manual page in mdoc, the language of `man`.
struct ManualSource {
  private(set) var text = ""

  /// The widest line of prose.
  private static let columns = 78

  /// A line that is a macro, whose words are escaped: `.Sh EXAMPLES`.
  mutating func macro(_ name: String, _ words: String...) {
    text += ([".\(name)"] + words.map(Self.escaped)).joined(separator: " ") + "\n"
  }

  /// Prose: every sentence begins a line, as formatters space them.
  mutating func prose(_ paragraph: String) {
    for sentence in Self.sentences(paragraph) {
      var line = ""
      for word in sentence.map(Self.escaped) {
        if !line.isEmpty && line.count + 1 + word.count > Self.columns {
          text += line + "\n"
          line = ""
        }
        line += (line.isEmpty ? "" : " ") + word
      }
      text += line + "\n"
    }
  }

  /// A list of terms, each a macro line, with what they mean.
  mutating func list(_ items: [(term: String, meaning: String)]) {
    guard !items.isEmpty else { return }
    text += ".Bl -tag -width Ds\n"
    for item in items {
      text += ".It \(item.term)\n"
      prose(item.meaning)
    }
    text += ".El\n"
  }

  /// A line of a shell, set apart.
  mutating func command(_ line: String) {
    text += ".Dl \(Self.escaped(line))\n"
  }

  /// The words of each sentence.
  private static func sentences(_ paragraph: String) -> [[String]] {
    var sentences: [[String]] = [[]]
    for word in paragraph.split(whereSeparator: \.isWhitespace).map(String.init) {
      sentences[sentences.count - 1].append(word)
      // Initials end none.
      if word.count > 2, word.hasSuffix(".") || word.hasSuffix(".)") { sentences.append([]) }
    }
    return sentences.filter { !$0.isEmpty }
  }

  /// The word as it is meant: not as a request, a dash, a quote or an accent.
  static func escaped(_ word: String) -> String {
    let escapes: [Character: String] = [
      "\\": "\\e", "-": "\\-", "~": "\\(ti", "^": "\\(ha", "`": "\\(ga", "'": "\\(aq",
      "\"": "\\(dq",
    ]
    let text = word.map { escapes[$0] ?? ($0.isASCII ? String($0) : named($0)) }.joined()
    return text.hasPrefix(".") ? "\\&" + text : text
  }

  /// A character beyond ASCII by its code, which formatters read in any locale.
  private static func named(_ character: Character) -> String {
    character.unicodeScalars.map {
      let code = String($0.value, radix: 16, uppercase: true)
      return "\\[u" + String(repeating: "0", count: max(0, 4 - code.count)) + code + "]"
    }.joined()
  }
}
