extension ReportPage {
  /// The page as HTML.
  ///
  /// Figures are drawn by `gnuplot`, each for wide and for narrow windows; with nil they are left
  /// out, and each place says that it is for this `reason`. Throws `ReportError` as
  /// `Gnuplot.render` does.
  public func html(gnuplot: Gnuplot?, reason: String = "no figures were asked for") throws -> String
  {
    var writer = PageWriter(gnuplot: gnuplot, reason: reason)
    writer.line("<!DOCTYPE html>")
    writer.line("<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">")
    writer.line(
      "<meta http-equiv=\"Content-Security-Policy\" "
        + "content=\"default-src 'none'; style-src 'unsafe-inline'\">")
    writer.line("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">")
    writer.line("<meta name=\"color-scheme\" content=\"light dark\">")
    writer.element("title", title)
    writer.line("<style>\n\(PageStyle.css)</style>\n</head>\n<body>\n<main>")
    writer.line("<header>")
    writer.element("h1", title)
    for paragraph in summary { writer.element("p", paragraph) }
    writer.line("</header>")
    writer.write(keyNumbers)
    for section in sections { try writer.write(section) }
    writer.write(configuration: configuration, command: command)
    if !colophon.isEmpty {
      writer.line("<footer>")
      writer.element("p", colophon)
      writer.line("</footer>")
    }
    writer.line("</main>\n</body>\n</html>")
    return writer.html
  }
}

/// Collects the lines of a page.
private struct PageWriter {
  let gnuplot: Gnuplot?
  private(set) var html = ""
  private var figureCount = 0
  private let reason: String

  init(gnuplot: Gnuplot?, reason: String) {
    self.gnuplot = gnuplot
    self.reason = reason
  }

  mutating func line(_ markup: String) { html += markup + "\n" }

  mutating func element(_ name: String, _ text: String) {
    line("<\(name)>\(escapedMarkup(text))</\(name)>")
  }

  mutating func write(_ numbers: [ReportPage.KeyNumber]) {
    guard !numbers.isEmpty else { return }
    line("<section>\n<h2>Key numbers</h2>\n<div class=\"scroll\"><table class=\"key\"><tbody>")
    for number in numbers {
      let unit = number.unit.isEmpty ? "" : " <small>\(escapedMarkup(number.unit))</small>"
      line(
        "<tr><th scope=\"row\">\(escapedMarkup(number.label))</th>"
          + "<td class=\"value\">\(escapedMarkup(number.value))\(unit)</td>"
          + "<td class=\"note\">\(escapedMarkup(number.note))</td></tr>")
    }
    line("</tbody></table></div>\n</section>")
  }

  mutating func write(_ section: ReportPage.Section) throws {
    line("<section>")
    element("h2", section.title)
    for paragraph in section.paragraphs { element("p", paragraph) }
    for figure in section.figures { try write(figure) }
    for table in section.tables { write(table) }
    line("</section>")
  }

  private mutating func write(_ figure: Figure) throws {
    figureCount += 1
    let id = "figure-\(figureCount)"
    line("<figure>")
    line("<h3>Figure \(figureCount). \(escapedMarkup(figure.title))</h3>")
    if let gnuplot {
      for layout in [Gnuplot.Layout.wide, .narrow] {
        let svg = try gnuplot.inlineSVG(figure, id: "\(id)-\(layout)", layout: layout)
        line("<div class=\"\(layout)\">\(svg)</div>")
      }
    } else {
      line("<p class=\"missing\">Not drawn: \(escapedMarkup(reason)).</p>")
    }
    element("figcaption", figure.caption)
    line("</figure>")
  }

  private mutating func write(_ table: TextTable) {
    line("<details>")
    element("summary", table.title.isEmpty ? "Table" : table.title)
    line("<div class=\"scroll\"><table class=\"data\">\n<thead>")
    for heads in [table.columns.map(\.title), table.columns.map(\.unit)]
    where heads.contains(where: { !$0.isEmpty }) {
      row(heads, of: table, tag: "th")
    }
    line("</thead>\n<tbody>")
    for cells in table.rows { row(cells, of: table, tag: "td") }
    line("</tbody></table></div>")
    for text in table.footer { element("p", text) }
    line("</details>")
  }

  private mutating func row(_ cells: [String], of table: TextTable, tag: String) {
    let markup = zip(cells, table.columns).map { cell, column in
      let side = column.alignment == .left ? " class=\"words\"" : ""
      return "<\(tag)\(side)>\(escapedMarkup(cell))</\(tag)>"
    }
    line("<tr>\(markup.joined())</tr>")
  }

  mutating func write(configuration: [ReportPage.Setting], command: String) {
    guard !configuration.isEmpty || !command.isEmpty else { return }
    line("<section>\n<h2>How to repeat this</h2>")
    if !command.isEmpty {
      line("<pre><code>\(escapedMarkup(command))</code></pre>")
    }
    if !configuration.isEmpty {
      line("<details>\n<summary>Configuration</summary>")
      line("<div class=\"scroll\"><table class=\"data settings\"><tbody>")
      for setting in configuration {
        line(
          "<tr><th scope=\"row\" class=\"words\">\(escapedMarkup(setting.name))</th>"
            + "<td class=\"words\">\(escapedMarkup(setting.value))</td></tr>")
      }
      line("</tbody></table></div>\n</details>")
    }
    line("</section>")
  }
}
