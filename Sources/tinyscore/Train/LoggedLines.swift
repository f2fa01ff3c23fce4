internal import JSONText
internal import Storage

/// The lines of an earlier run's log that a run keeps when it goes on.
struct LoggedLines {
  /// Their length in bytes.
  private(set) var length = 0
  /// The seconds of training up to the last of them.
  private(set) var seconds = 0.0
  private var step = 0

  /// The most bytes of a line; ours have about a thousand.
  private static let longestLine = 1 << 20

  /// The lines of the log in `contents` up to step `last`.
  ///
  /// All lines must be such as a log has, those behind step `last` too; a last one without its end
  /// is left out, as a loss of power leaves it.
  init(_ contents: FileContents, upTo last: Int) throws(StorageError) {
    self = try contents.withBytes { bytes throws(StorageError) in
      var (kept, read) = (LoggedLines(), LoggedLines())
      var number = 0
      while read.length < bytes.count {
        number += 1
        let rest = bytes.extracting(read.length..<bytes.count)
        let (length, isWhole) = Self.firstLine(of: rest)
        let isCutShort = !isWhole && length == rest.count && length < Self.longestLine
        if isCutShort && (number > 1 || rest[0] == UInt8(ascii: "{")) { break }
        try read.add(rest.extracting(0..<length), file: contents.path, number: number)
        if isWhole && read.step <= last { kept = read }
      }
      return kept
    }
  }

  private init() {}

  /// The length of the first line of `bytes` without its end, or as much as it may be, and whether
  /// it has an end.
  private static func firstLine(of bytes: Span<UInt8>) -> (length: Int, isWhole: Bool) {
    let limit = min(bytes.count, longestLine)
    let end = (0..<limit).first { bytes[$0] == UInt8(ascii: "\n") }
    return (end ?? limit, end != nil)
  }

  private mutating func add(
    _ line: Span<UInt8>, file: String, number: Int
  ) throws(StorageError) {
    do throws(JSONError) {
      var reader = try JSONObjectReader(JSONValue(reading: line.indices.map { line[$0] }))
      let (next, seconds) = (try reader.integer("step"), try reader.number("seconds"))
      guard next > step, seconds >= 0 else {
        throw .unexpected(
          path: next > step ? "seconds" : "step",
          expected: next > step ? "a number not below 0" : "a step after \(step)",
          found: next > step ? "\(seconds)" : "\(next)")
      }
      (step, self.seconds) = (next, seconds)
    } catch {
      var place = error.place
      if case .syntax(_, let column, _, _) = error { place = "column \(column)" }
      throw .malformed(
        file: file, place: "line \(number), \(place)", expected: error.expected,
        found: error.found, remedy: "choose another --metrics, or remove the file")
    }
    length += line.count + 1
  }
}
