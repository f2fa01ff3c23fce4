import Report
import Testing

@Suite("The report page")
struct ReportPageTests {
  private func makePage(_ text: String) -> ReportPage {
    var table = TextTable(title: text, columns: [.init(text, unit: text)], footer: [text])
    table.append([text])
    return ReportPage(
      title: text, summary: [text], keyNumbers: [.init(text, text, unit: text, note: text)],
      sections: [
        .init(
          text, paragraphs: [text], figures: [makeFigure(text), makeFigure(text)], tables: [table])
      ],
      configuration: [.init(text, text)], command: text, colophon: text)
  }

  @Test("Every text is escaped and every element closed", arguments: hostileLabels)
  func escaped(label: String) throws {
    let page = try MarkupReader(makePage(label).html(gnuplot: nil))
    #expect(!page.elements.contains { ["script", "svg"].contains($0.name) })
    #expect(page.elements.count { $0.name == "figure" } == 2)
  }

  @Test("The page is complete in itself and its identifiers are unique")
  func selfContained() throws {
    let html = try makePage("</p>").html(gnuplot: Gnuplot())
    let page = try MarkupReader(html)
    let identifiers = page.values(of: "id")
    #expect(page.elements.count { $0.name == "svg" } == 4)
    #expect(Set(identifiers).count == identifiers.count)
    #expect(page.values(of: "src").isEmpty && page.values(of: "href").isEmpty)
    #expect(page.values(of: "xlink:href").allSatisfy { $0.hasPrefix("#") })
    #expect(!html.contains("@import") && !html.contains("url("))
  }
}
