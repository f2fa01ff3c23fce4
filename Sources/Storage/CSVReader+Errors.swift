internal import JSONText

extension CSVReader {
  /// The error of something at the current line, and at `column` if that can be said.
  func malformed(
    _ expected: String, _ found: String, column: Int? = nil, remedy: String? = nil
  ) -> StorageError {
    .malformed(
      file: contents.path, place: "line \(line)" + (column.map { ", column \($0)" } ?? ""),
      expected: expected, found: found, remedy: remedy)
  }

  /// The error of a line that ends before `column`, or goes on there.
  func ragged(_ found: String, column: Int) -> StorageError {
    malformed(
      "\(columns) \(columns == 1 ? "number" : "numbers") as in the first line", found,
      column: column,
      remedy: beginsWithComment ? "comments are not read: remove the first line" : nil)
  }

  /// The error of a cell that is not a finite number.
  func notFinite(_ cell: Span<UInt8>, column: Int, isFirstLine: Bool = false) -> StorageError {
    malformed(
      "a finite number", cell.isEmpty ? "an empty cell" : excerpt(cell), column: column,
      remedy: isFirstLine ? firstLineRemedy(cell) : remedy(for: cell))
  }

  /// What to do about a cell of the first line that is neither a number nor a name.
  func firstLineRemedy(_ cell: Span<UInt8>) -> String {
    remedy(for: cell) ?? "a column name that begins like a number goes into quotes"
  }

  /// What to do about a cell, where its bytes tell what was meant.
  private func remedy(for cell: Span<UInt8>) -> String? {
    if contains(carriageReturn, cell) {
      return "end lines with a newline, not with a carriage return alone"
    }
    if !cell.isEmpty && cell[0] == hash { return "comments are not read: remove the line" }
    if contains(UInt8(ascii: "\t"), cell) || contains(UInt8(ascii: ";"), cell) {
      return "separate columns by commas, and write decimals with a point"
    }
    return nil
  }

  /// Whether the byte is in the cell.
  func contains(_ byte: UInt8, _ cell: Span<UInt8>) -> Bool {
    cell.indices.contains { cell[$0] == byte }
  }
}
