internal import JSONText

extension CSVReader {
  /// The numbers in the columns of these `names`, a list for each line, with the number of the
  /// line.
  ///
  /// The first line has the names of all columns; whatever stands in the others is passed over,
  /// texts in quotes with commas in them included.
  mutating func columns(
    _ wanted: [String], _ bytes: Span<UInt8>
  ) throws(StorageError) -> [(line: Int, values: [Double])] {
    guard let names = try header(bytes) else {
      throw malformed(
        "column names, \(wanted.map { "'\($0)'" }.joined(separator: " and ")) among them",
        "numbers", remedy: "write the names into the first line")
    }
    var places: [Int] = []
    for name in wanted {
      guard let place = names.firstIndex(of: name) else {
        line = 1
        throw malformed(
          "a column '\(name)'",
          excerpt(names.joined(separator: ","), limit: 100))
      }
      places.append(place)
    }
    var rows: [(line: Int, values: [Double])] = []
    while position < bytes.count && !isBlankLine(bytes) {
      let here = line
      rows.append((here, try values(at: places, bytes)))
    }
    return rows
  }

  /// The numbers in the cells `places` of the line that begins here; goes to the next.
  private mutating func values(
    at places: [Int], _ bytes: Span<UInt8>
  ) throws(StorageError) -> [Double] {
    var values = places.map { _ in 0.0 }
    var column = 0
    repeat {
      guard column < columns else { throw ragged("more", column: column + 1) }
      let start = position
      skipCell(bytes)
      if let index = places.firstIndex(of: column) {
        let cell = bytes.extracting(trimmed(start..<position, bytes))
        guard let value = decimalValue(of: cell) ?? quotedNumber(cell), value.isFinite else {
          throw notFinite(cell, column: column + 1)
        }
        values[index] = value
      }
      column += 1
    } while skip(comma, bytes)
    guard column == columns else { throw ragged("\(column)", column: column + 1) }
    if skip(newline, bytes) { line += 1 }
    return values
  }

  /// Goes to the end of the cell that begins here, which may be in quotes.
  private mutating func skipCell(_ bytes: Span<UInt8>) {
    skipSpace(bytes)
    if position < bytes.count && bytes[position] == quote {
      position += 1
      while position < bytes.count && bytes[position] != newline {
        position += 1
        // Two quotes are one in the text; a single one ends it.
        if bytes[position - 1] == quote && !skip(quote, bytes) { break }
      }
    }
    position = cellEnd(bytes)
  }
}
