/// A table of texts under titled columns, for the terminal and for the page.
public struct TextTable: Sendable, Equatable {
  /// To which side the texts of a column are pushed.
  public enum Alignment: Sendable {
    /// For words.
    case left
    /// For numbers.
    case right
  }

  /// The head of a column.
  public struct Column: Sendable, Equatable {
    /// What the column holds.
    public var title: String
    /// The unit of its numbers, empty for none; it stands in a row of its own under the titles.
    public var unit: String
    /// Where its texts stand.
    public var alignment: Alignment

    /// A column, of numbers unless told.
    public init(_ title: String, unit: String = "", alignment: Alignment = .right) {
      self.title = title
      self.unit = unit
      self.alignment = alignment
    }
  }

  /// What the table is, printed above it; empty for none.
  public var title: String
  /// The heads of the columns.
  public let columns: [Column]
  /// The texts, one for each column in every row.
  public private(set) var rows: [[String]] = []
  /// Lines printed below the table.
  public var footer: [String]

  /// A table with no rows yet.
  public init(title: String = "", columns: [Column], footer: [String] = []) {
    self.title = title
    self.columns = columns
    self.footer = footer
  }

  /// Appends a row of as many texts as there are columns.
  public mutating func append(_ row: [String]) {
    precondition(row.count == columns.count, "A row has one text for each column")
    rows.append(row)
  }

  /// The table as aligned lines, each with a line end.
  ///
  /// Columns are as wide as their widest text and two spaces apart, so that a table fits its
  /// terminal when its columns do. Lines have no trailing space and no control characters.
  public var text: String {
    let columnsOfText = columns.indices.map { column in
      rows.map { plainText($0[column]) }
    }
    let heads = columns.map { plainText($0.title) }
    let units = columns.map { plainText($0.unit) }
    let widths = columns.indices.map { column in
      (columnsOfText[column] + [heads[column], units[column]]).map(\.count).max() ?? 0
    }
    var lines = title.isEmpty ? [] : [plainText(title), ""]
    lines.append(line(heads, widths))
    if units.contains(where: { !$0.isEmpty }) { lines.append(line(units, widths)) }
    lines.append(widths.map { String(repeating: "─", count: $0) }.joined(separator: "  "))
    for row in rows.indices { lines.append(line(columnsOfText.map { $0[row] }, widths)) }
    if !footer.isEmpty { lines += [""] + footer.map { plainText($0) } }
    return lines.map { $0 + "\n" }.joined()
  }

  private func line(_ cells: [String], _ widths: [Int]) -> String {
    var result = ""
    for (column, cell) in cells.enumerated() {
      let space = String(repeating: " ", count: widths[column] - cell.count)
      result += columns[column].alignment == .right ? space + cell : cell + space
      result += "  "
    }
    while result.hasSuffix(" ") { result.removeLast() }
    return result
  }
}
