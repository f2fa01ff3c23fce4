import Report
import Testing

@Suite("Broken lines")
struct TextWrapTests {
  private static let words =
    "Between σ = 0.110 and 14.2 the data decide fastest per unit of ln σ here."

  @Test("Lines are as long as fits, and hold all words in order", arguments: 8...80)
  func fits(columns: Int) {
    let lines = wrappedText(Self.words, columns: columns, indent: "  ").split(separator: "\n")
    #expect(lines.allSatisfy { $0.hasPrefix("  ") && !$0.hasSuffix(" ") })
    // `σ = 0.110` is the longest piece.
    #expect(lines.allSatisfy { $0.count <= max(columns, 11) })
    #expect(lines.map { $0.dropFirst(2) }.joined(separator: " ") == Self.words)
    for (line, next) in zip(lines, lines.dropFirst()) {
      let first = next.dropFirst(2).prefix { $0 != " " }
      #expect(line.count + 1 + first.count > columns || ["σ", "ln"].contains(first))
    }
  }

  @Test("A symbol is not parted from its value")
  func symbols() {
    #expect(wrappedText("at σ = 0.5", columns: 8) == "at\nσ = 0.5")
    #expect(wrappedText("per unit ln σ", columns: 12) == "per unit\nln σ")
  }

  @Test("Line ends stay, and a long word stands alone")
  func lines() {
    #expect(wrappedText("a b\nc", columns: 80) == "a b\nc")
    #expect(wrappedText("one incomprehensible two", columns: 6) == "one\nincomprehensible\ntwo")
  }

  @Test("A label stands before the first line, and the others hang below its end")
  func hangingIndent() {
    #expect(
      wrappedText("one two three\nfour", columns: 10, indent: "   ", firstIndent: "a: ")
        == "a: one two\n   three\n   four")
    #expect(
      wrappedText("one two three", columns: 9, indent: " ", firstIndent: "about ")
        == "about one\n two\n three")
  }

  @Test("Words of a last column continue below, within a terminal's width")
  func table() {
    var table = TextTable(columns: [.init("n"), .init("about", alignment: .left)])
    table.append(["1", Array(repeating: "word", count: 40).joined(separator: " ")])
    let lines = table.text.split(separator: "\n")
    #expect(lines.count == 2 + 3 && lines.allSatisfy { $0.count <= textColumns })
    #expect(lines[3].hasPrefix("   word"))
  }

  @Test("A remark stands below its row, indented")
  func remark() {
    var table = TextTable(columns: [.init("equation", alignment: .left), .init("left")])
    table.append(["18", "1"], remark: "L = C + δ")
    #expect(table.text.hasSuffix("18           1\n          L = C + δ\n"))
  }
}
