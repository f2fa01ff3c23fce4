internal import JSONText
internal import LinearAlgebra

extension CSVTable {
  /// The table in `contents`: lines of finite numbers, all of one length, after an optional header.
  ///
  /// The first line is a header if its first cell is not a number; then none of its cells may be a
  /// number, unless in quotes, so that no data pass for names. Cells are separated by commas, with
  /// spaces and tabs around them; lines end with a newline or a carriage return and a newline. Numbers
  /// are decimals with a point, whatever the locale. A byte order mark at the start and blank lines at
  /// the end are passed over. Errors name line and column, both from 1.
  public init(_ contents: FileContents) throws(StorageError) {
    let (names, columns, elements) = try contents.withBytes { bytes throws(StorageError) in
      var reader = CSVReader(file: contents.path)
      let names = try reader.header(bytes)
      return (names, reader.columns, try reader.numbers(bytes))
    }
    self.init(
      columnNames: names,
      rows: Matrix(rows: elements.count / columns, columns: columns, elements: elements))
  }
}

/// Reads comma-separated text from front to back.
///
/// The bytes are a parameter of every function, as nothing may keep a span.
private struct CSVReader {
  let file: String
  private var position = 0
  private var line = 1
  /// How many cells each line must have, known after the first.
  private(set) var columns = 0
  private var elements: [Double] = []

  /// The most columns a header may have.
  private static let maximumNames = 1_000_000

  init(file: String) { self.file = file }

  // MARK: Header

  /// The names in the first line, nil if it has numbers; takes the width of the table from it.
  mutating func header(_ bytes: Span<UInt8>) throws(StorageError) -> [String]? {
    if bytes.count >= 3 && bytes[0] == 0xEF && bytes[1] == 0xBB && bytes[2] == 0xBF { position = 3 }
    let start = position
    let first = trimmed(position..<cellEnd(bytes), bytes)
    guard !first.isEmpty || !isBlankLine(bytes) else {
      throw malformed("numbers", position < bytes.count ? "an empty line" : "an empty file")
    }
    if decimalValue(of: bytes.extracting(first)) != nil || Self.isNotFinite(first, bytes) {
      columns = 1
      while position < bytes.count && bytes[position] != newline {
        if bytes[position] == comma { columns += 1 }
        position += 1
      }
      position = start
      return nil
    }
    var names: [String] = []
    repeat {
      guard names.count < Self.maximumNames else {
        throw malformed("at most \(Self.maximumNames) columns", "more")
      }
      names.append(try name(bytes, column: names.count + 1))
    } while skip(comma, bytes)
    columns = names.count
    if skip(newline, bytes) { line += 1 }
    return names
  }

  private mutating func name(_ bytes: Span<UInt8>, column: Int) throws(StorageError) -> String {
    skipSpace(bytes)
    if position < bytes.count && bytes[position] == quote {
      return try quotedName(bytes, column: column)
    }
    let cell = trimmed(position..<cellEnd(bytes), bytes)
    guard decimalValue(of: bytes.extracting(cell)) == nil else {
      throw malformed(
        "a column name, like the first cell of the line", excerpt(bytes.extracting(cell)),
        column: column, remedy: "put a name that is a number into quotes")
    }
    position = cellEnd(bytes)
    return try text(bytes.extracting(cell), column: column)
  }

  private mutating func quotedName(
    _ bytes: Span<UInt8>, column: Int
  ) throws(StorageError) -> String {
    position += 1
    var name: [UInt8] = []
    while position < bytes.count && bytes[position] != newline {
      let byte = bytes[position]
      position += 1
      // Two quotes are one in the name.
      if byte == quote && !skip(quote, bytes) {
        skipSpace(bytes)
        let end = cellEnd(bytes)
        guard trimmed(position..<end, bytes).isEmpty else {
          throw malformed("',' after the closing quote", "more text", column: column)
        }
        position = end
        return try text(name.span, column: column)
      }
      name.append(byte)
    }
    throw malformed("a closing quote in the line", "none", column: column)
  }

  private func text(_ bytes: Span<UInt8>, column: Int) throws(StorageError) -> String {
    guard let text = try? UTF8Span(validating: bytes) else {
      throw malformed("text in UTF-8", excerpt(bytes), column: column)
    }
    return String(copying: text)
  }

  /// Whether the cell spells a number that is not finite: that is data, and wrong.
  private static func isNotFinite(_ cell: Range<Int>, _ bytes: Span<UInt8>) -> Bool {
    guard cell.count <= "-infinity".utf8.count else { return false }
    let text = String(decoding: cell.map { bytes[$0] }, as: UTF8.self).lowercased()
    return ["nan", "inf", "infinity"].contains(text.drop { "+-".contains($0) })
  }

  // MARK: Numbers

  /// The numbers of all lines that are left, one after the other; at least one line.
  mutating func numbers(_ bytes: Span<UInt8>) throws(StorageError) -> [Double] {
    elements.reserveCapacity(atMost(bytes))
    while position < bytes.count {
      if isBlankLine(bytes) {
        try skipBlankLines(bytes)
        break
      }
      try readLine(bytes)
    }
    guard !elements.isEmpty else { throw malformed("a line of numbers", "the end of the file") }
    return elements
  }

  /// An upper bound of the numbers that are left, at most one for two bytes.
  private func atMost(_ bytes: Span<UInt8>) -> Int {
    var lines = 1
    for index in position..<bytes.count where bytes[index] == newline { lines += 1 }
    let (numbers, overflow) = lines.multipliedReportingOverflow(by: columns)
    let bound = (bytes.count - position) / 2 + 1
    return overflow ? bound : min(numbers, bound)
  }

  private mutating func readLine(_ bytes: Span<UInt8>) throws(StorageError) {
    var column = 1
    while true {
      let end = cellEnd(bytes)
      let cell = trimmed(position..<end, bytes)
      guard let value = decimalValue(of: bytes.extracting(cell)), value.isFinite else {
        throw malformed(
          "a finite number", cell.isEmpty ? "an empty cell" : excerpt(bytes.extracting(cell)),
          column: column)
      }
      elements.append(value)
      position = end
      guard skip(comma, bytes) else { break }
      column += 1
      guard column <= columns else { throw ragged("more", column: column) }
    }
    guard column == columns else { throw ragged("\(column)", column: column + 1) }
    if skip(newline, bytes) { line += 1 }
  }

  private mutating func skipBlankLines(_ bytes: Span<UInt8>) throws(StorageError) {
    let blank = line
    while position < bytes.count && isBlankLine(bytes) {
      position = cellEnd(bytes)
      if skip(newline, bytes) { line += 1 }
    }
    guard position == bytes.count else {
      line = blank
      throw malformed(
        "numbers, or nothing but blank lines to the end", "a blank line before others")
    }
  }

  // MARK: Bytes

  /// The end of the cell that begins here: a comma, a newline, or the end of the file.
  private func cellEnd(_ bytes: Span<UInt8>) -> Int {
    var end = position
    while end < bytes.count && bytes[end] != comma && bytes[end] != newline { end += 1 }
    return end
  }

  /// The cell without spaces around it, and without a carriage return before a newline.
  private func trimmed(_ cell: Range<Int>, _ bytes: Span<UInt8>) -> Range<Int> {
    var (start, end) = (cell.lowerBound, cell.upperBound)
    let endsLine = end == bytes.count || bytes[end] == newline
    if endsLine && end > start && bytes[end - 1] == carriageReturn { end -= 1 }
    while end > start && isSpace(bytes[end - 1]) { end -= 1 }
    while start < end && isSpace(bytes[start]) { start += 1 }
    return start..<end
  }

  private func isBlankLine(_ bytes: Span<UInt8>) -> Bool {
    let end = cellEnd(bytes)
    return trimmed(position..<end, bytes).isEmpty && (end == bytes.count || bytes[end] == newline)
  }

  private mutating func skip(_ byte: UInt8, _ bytes: Span<UInt8>) -> Bool {
    guard position < bytes.count && bytes[position] == byte else { return false }
    position += 1
    return true
  }

  private mutating func skipSpace(_ bytes: Span<UInt8>) {
    while position < bytes.count && isSpace(bytes[position]) { position += 1 }
  }

  // MARK: Errors

  private func malformed(
    _ expected: String, _ found: String, column: Int? = nil, remedy: String? = nil
  ) -> StorageError {
    .malformed(
      file: file, place: "line \(line)" + (column.map { ", column \($0)" } ?? ""),
      expected: expected, found: found, remedy: remedy)
  }

  /// The error of a line that ends before `column`, or goes on there.
  private func ragged(_ found: String, column: Int) -> StorageError {
    malformed(
      "\(columns) \(columns == 1 ? "number" : "numbers") as in the first line", found,
      column: column)
  }
}

private let comma = UInt8(ascii: ",")
private let newline = UInt8(ascii: "\n")
private let carriageReturn = UInt8(ascii: "\r")
private let quote = UInt8(ascii: "\"")
