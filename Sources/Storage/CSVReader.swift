internal import JSONText
internal import LinearAlgebra

extension CSVTable {
  /// The table in `contents`: lines of finite numbers, all of one length, after an optional header.
  ///
  /// The first line is a header if its first cell neither is a number nor begins like one; then no
  /// cell of it may, unless in quotes, so that no data pass for names. Cells are separated by
  /// commas, with spaces and tabs around them; lines end with a newline or a carriage return and a
  /// newline. Numbers are decimals with a point, whatever the locale; below the first line they may
  /// be in quotes. A byte order mark at the start and blank lines at the end are passed over.
  /// Errors name line and column, both from 1. All numbers must fit into the memory.
  public init(_ contents: FileContents) throws(StorageError) {
    let (names, columns, elements) = try contents.withBytes { bytes throws(StorageError) in
      var reader = CSVReader(contents)
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
struct CSVReader {
  let contents: FileContents
  var position = 0
  var line = 1
  /// How many cells each line must have, known after the first.
  var columns = 0
  /// Whether the first line looks like a comment, and has been taken for names.
  var beginsWithComment = false
  private var elements: [Double] = []
  /// Where the bytes begin whose memory has not been given back.
  private var held = 0

  /// A reader that is at the start of `contents`.
  init(_ contents: FileContents) { self.contents = contents }

  // MARK: Numbers

  /// The numbers of all lines that are left, one after the other; at least one line.
  mutating func numbers(_ bytes: Span<UInt8>) throws(StorageError) -> [Double] {
    let bound = atMost(bytes)
    try checkMemory(
      forPoints: (Double(bound) / Double(columns)).rounded(.up), columns: columns,
      file: contents.path, place: "up to \(bound) numbers")
    elements.reserveCapacity(bound)
    while position < bytes.count {
      if isBlankLine(bytes) {
        try skipBlankLines(bytes)
        break
      }
      try readLine(bytes)
      if position - held >= FileContents.block {
        contents.release(held..<position)
        held = position
      }
    }
    guard !elements.isEmpty else { throw malformed("a line of numbers", "the end of the file") }
    return elements
  }

  /// An upper bound of the numbers that are left, at most one for two bytes.
  private func atMost(_ bytes: Span<UInt8>) -> Int {
    var lines = 1
    for start in stride(from: position, to: bytes.count, by: FileContents.block) {
      let part = start..<min(start + FileContents.block, bytes.count)
      for index in part where bytes[index] == newline { lines += 1 }
      contents.release(part)
    }
    let (numbers, overflow) = lines.multipliedReportingOverflow(by: columns)
    let bound = (bytes.count - position) / 2 + 1
    return overflow ? bound : min(numbers, bound)
  }

  private mutating func readLine(_ bytes: Span<UInt8>) throws(StorageError) {
    var column = 1
    while true {
      let end = cellEnd(bytes)
      let cell = bytes.extracting(trimmed(position..<end, bytes))
      guard let value = decimalValue(of: cell) ?? quotedNumber(cell), value.isFinite else {
        throw notFinite(cell, column: column)
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

  /// The number in a cell that is in quotes, as some programs write every cell.
  func quotedNumber(_ cell: Span<UInt8>) -> Double? {
    guard cell.count > 2, cell[0] == quote, cell[cell.count - 1] == quote else { return nil }
    return decimalValue(of: cell.extracting(1..<cell.count - 1))
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
  func cellEnd(_ bytes: Span<UInt8>) -> Int {
    var end = position
    while end < bytes.count && bytes[end] != comma && bytes[end] != newline { end += 1 }
    return end
  }

  /// The cell without spaces around it, and without a carriage return before a newline.
  func trimmed(_ cell: Range<Int>, _ bytes: Span<UInt8>) -> Range<Int> {
    var (start, end) = (cell.lowerBound, cell.upperBound)
    let endsLine = end == bytes.count || bytes[end] == newline
    if endsLine && end > start && bytes[end - 1] == carriageReturn { end -= 1 }
    while end > start && isSpace(bytes[end - 1]) { end -= 1 }
    while start < end && isSpace(bytes[start]) { start += 1 }
    return start..<end
  }

  func isBlankLine(_ bytes: Span<UInt8>) -> Bool {
    let end = cellEnd(bytes)
    return trimmed(position..<end, bytes).isEmpty && (end == bytes.count || bytes[end] == newline)
  }

  mutating func skip(_ byte: UInt8, _ bytes: Span<UInt8>) -> Bool {
    guard position < bytes.count && bytes[position] == byte else { return false }
    position += 1
    return true
  }

  mutating func skipSpace(_ bytes: Span<UInt8>) {
    while position < bytes.count && isSpace(bytes[position]) { position += 1 }
  }
}

let comma = UInt8(ascii: ",")
let newline = UInt8(ascii: "\n")
let carriageReturn = UInt8(ascii: "\r")
let quote = UInt8(ascii: "\"")
let hash = UInt8(ascii: "#")
