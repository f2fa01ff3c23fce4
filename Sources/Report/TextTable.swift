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
  /// What is said below each row, empty for nothing.
  public private(set) var remarks: [String] = []
  /// Paragraphs printed below the table.
  public var footer: [String]

  /// A table with no rows yet.
  public init(title: String = "", columns: [Column], footer: [String] = []) {
    self.title = title
    self.columns = columns
    self.footer = footer
  }

  /// Appends a row of as many texts as there are columns, and what is said below it.
  public mutating func append(_ row: [String], remark: String = "") {
    precondition(row.count == columns.count, "A row has one text for each column")
    rows.append(row)
    remarks.append(remark)
  }

  /// The table as aligned lines, each with a line end.
  ///
  /// Columns are as wide as their widest text and two spaces apart; where that is more than
  /// `textColumns`, words in a last column of words continue below. Lines have no trailing space
  /// and no control characters.
  public var text: String {
    let cells = rows.map { $0.map { plainText($0) } }
    let heads = columns.map { plainText($0.title) }
    let units = columns.map { plainText($0.unit) }
    var widths = columns.indices.map { column in
      (cells.map { $0[column] } + [heads[column], units[column]]).map(\.count).max() ?? 0
    }
    widths = narrowed(widths)
    var lines = title.isEmpty ? [] : [wrappedText(plainText(title)), ""]
    lines.append(line(heads, widths))
    if units.contains(where: { !$0.isEmpty }) { lines.append(line(units, widths)) }
    lines.append(widths.map { String(repeating: "─", count: $0) }.joined(separator: "  "))
    for (row, remark) in zip(cells, remarks) {
      lines += wrapped(row, widths)
      if !remark.isEmpty { lines.append(indented(plainText(remark), by: widths.first ?? 0)) }
    }
    if !footer.isEmpty { lines += [""] + footer.map { wrappedText(plainText($0)) } }
    return lines.map { $0 + "\n" }.joined()
  }

  /// The fewest columns that words are broken into.
  private static let narrowest = 20

  /// The widths, that of a last column of words being what a line leaves.
  private func narrowed(_ widths: [Int]) -> [Int] {
    let others = widths.dropLast().reduce(0) { $0 + $1 + 2 }
    guard let last = widths.last, columns.last?.alignment == .left, others + last > textColumns
    else { return widths }
    return widths.dropLast() + [min(last, max(Self.narrowest, textColumns - others))]
  }

  /// The lines of a row: more than one where words of the last column continue below.
  private func wrapped(_ cells: [String], _ widths: [Int]) -> [String] {
    guard let last = cells.last, let width = widths.last, last.count > width else {
      return [line(cells, widths)]
    }
    let parts = wrappedText(last, columns: width).split(separator: "\n").map(String.init)
    return parts.enumerated().map { index, part in
      line((index == 0 ? cells.dropLast() : widths.dropLast().map { _ in "" }) + [part], widths)
    }
  }

  private func indented(_ text: String, by width: Int) -> String {
    wrappedText(text, indent: String(repeating: " ", count: width + 2))
  }

  private func line(_ cells: [String], _ widths: [Int]) -> String {
    var result = ""
    for (column, cell) in cells.enumerated() {
      let space = String(repeating: " ", count: max(0, widths[column] - cell.count))
      result += columns[column].alignment == .right ? space + cell : cell + space
      result += "  "
    }
    while result.hasSuffix(" ") { result.removeLast() }
    return result
  }
}
