internal import JSONText

extension CSVReader {
  /// The most columns a header may have.
  private static let maximumNames = 1_000_000

  /// The names in the first line, nil if it has numbers; takes the width of the table from it.
  mutating func header(_ bytes: Span<UInt8>) throws(StorageError) -> [String]? {
    if bytes.count >= 3 && bytes[0] == 0xEF && bytes[1] == 0xBB && bytes[2] == 0xBF { position = 3 }
    let first = bytes.extracting(trimmed(position..<cellEnd(bytes), bytes))
    guard !first.isEmpty || !isBlankLine(bytes) else {
      throw malformed("numbers", position < bytes.count ? "an empty line" : "an empty file")
    }
    guard decimalValue(of: first) == nil && !isNotFinite(first) else {
      columns = width(bytes)
      return nil
    }
    guard !beginsLikeNumber(first) else { throw notFinite(first, column: 1, isFirstLine: true) }
    beginsWithComment = !first.isEmpty && first[0] == hash
    let isQuoted = !first.isEmpty && first[0] == quote
    var names: [String] = []
    repeat {
      guard names.count < Self.maximumNames else {
        throw malformed("at most \(Self.maximumNames) columns", "more")
      }
      names.append(try name(bytes, column: names.count + 1))
    } while skip(comma, bytes)
    guard isQuoted || names.contains(where: { $0 != missingValue }) else {
      throw malformed(
        "a finite number", "'\(missingValue)' in every cell", column: 1,
        remedy: "remove the line, or put column names into quotes")
    }
    columns = names.count
    if skip(newline, bytes) { line += 1 }
    return names
  }

  /// How many cells the line that begins here has.
  private func width(_ bytes: Span<UInt8>) -> Int {
    var (index, columns) = (position, 1)
    while index < bytes.count && bytes[index] != newline {
      if bytes[index] == comma { columns += 1 }
      index += 1
    }
    return columns
  }

  private mutating func name(_ bytes: Span<UInt8>, column: Int) throws(StorageError) -> String {
    skipSpace(bytes)
    if position < bytes.count && bytes[position] == quote {
      return try quotedName(bytes, column: column)
    }
    let cell = bytes.extracting(trimmed(position..<cellEnd(bytes), bytes))
    guard !beginsLikeNumber(cell) && !contains(carriageReturn, cell) else {
      throw malformed(
        "a column name, like the first cell of the line", excerpt(cell), column: column,
        remedy: firstLineRemedy(cell))
    }
    position = cellEnd(bytes)
    return try text(cell, column: column)
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
}
