import Report
import Testing

@Suite("Tables as text")
struct TextTableTests {
  private static let table = {
    var table = TextTable(
      title: "Rates",
      columns: [
        .init("route", alignment: .left), .init("σ"), .init("rate", unit: "nats"),
      ],
      footer: ["One line."])
    table.append(["loss", "0.1", "0.6931(8)"])
    table.append(["score norm", "10", "-1.2"])
    return table
  }()

  @Test("Numbers end, and words begin, at the same column of every line")
  func alignment() {
    let expected = """
      Rates

      route         σ       rate
                            nats
      ──────────  ───  ─────────
      loss        0.1  0.6931(8)
      score norm   10       -1.2

      One line.

      """
    #expect(TextTableTests.table.text == expected)
  }

  @Test("A cell cannot break its line or command the terminal")
  func hostileCells() {
    var table = TextTable(columns: [.init("name\n", alignment: .left)])
    table.append(["a\nb\u{1B}[31m\r\u{7}\u{202E}"])
    #expect(table.text.split(separator: "\n").count == 3)
    #expect(table.text.unicodeScalars.allSatisfy { $0 == "\n" || $0.value >= 32 })
    #expect(!table.text.unicodeScalars.contains("\u{202E}"))
  }
}
