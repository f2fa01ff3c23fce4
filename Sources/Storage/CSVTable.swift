internal import JSONText
public import LinearAlgebra

/// A table of numbers, with names of its columns or without, as comma-separated text.
public struct CSVTable: Sendable, Equatable {
  /// The names of the columns, nil if the text has none.
  public let columnNames: [String]?
  /// The numbers, a row for a line.
  public let rows: Matrix<Double>

  /// A table as given, with a name for each column or none.
  public init(columnNames: [String]?, rows: Matrix<Double>) {
    precondition(columnNames.map { $0.count == rows.columns } ?? true)
    self.columnNames = columnNames
    self.rows = rows
  }

  /// Writes the table as text, durably: every number as the shortest that reads back the same.
  public func write(to path: String) throws(StorageError) {
    var file = try DurableFile(path: path)
    if let columnNames {
      try file.write(columnNames.map(Self.cell).joined(separator: ",") + "\n")
    }
    for row in 0..<rows.rows {
      try file.write(rows.row(row).map(shortestText).joined(separator: ",") + "\n")
    }
    try file.commit()
  }

  /// The name as a cell: in quotes where it would read as something else.
  private static func cell(_ name: String) -> String {
    let bytes = Array(name.utf8)
    let needsQuotes =
      bytes.isEmpty || bytes.contains { [0x22, 0x2C, 0x0A, 0x0D].contains($0) }
      || isSpace(bytes[0]) || isSpace(bytes[bytes.count - 1]) || beginsLikeNumber(bytes.span)
      || isNotFinite(bytes.span) || name == missingValue
    return needsQuotes
      ? "\""
        + name.split(separator: "\"", omittingEmptySubsequences: false)
        .joined(separator: "\"\"") + "\"" : name
  }
}

/// Whether the byte is a space or a tab.
func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

/// What tables write where a value is missing.
let missingValue = "NA"

/// Whether the cell begins as numbers do: with a digit, a sign, a point, or the minus sign U+2212.
func beginsLikeNumber(_ cell: Span<UInt8>) -> Bool {
  guard cell.count > 0 else { return false }
  return switch cell[0] {
  case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"),
    UInt8(ascii: "."):
    true
  default: cell.count >= 3 && cell[0] == 0xE2 && cell[1] == 0x88 && cell[2] == 0x92
  }
}

/// Whether the cell spells a number that is not finite: that is data, and wrong.
func isNotFinite(_ cell: Span<UInt8>) -> Bool {
  guard cell.count <= "-infinity".utf8.count else { return false }
  let text = String(decoding: cell.indices.map { cell[$0] }, as: UTF8.self).lowercased()
  return ["nan", "inf", "infinity"].contains(text.drop { "+-".contains($0) })
}
