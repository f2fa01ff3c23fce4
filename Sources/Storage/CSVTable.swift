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
      || isSpace(bytes[0]) || isSpace(bytes[bytes.count - 1]) || decimalValue(of: bytes.span) != nil
    return needsQuotes
      ? "\""
        + name.split(separator: "\"", omittingEmptySubsequences: false)
        .joined(separator: "\"\"") + "\"" : name
  }
}

/// Whether the byte is a space or a tab.
func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
