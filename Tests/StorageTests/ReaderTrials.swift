import Foundation
import JSONText
import Testing

@testable import Storage

/// Damaged and forged files: each is refused with an error that names it, or read as what it says.
///
/// Small in `make test`; with `TINYSCORE_TRIALS=large` the figures of the README. Every trial has
/// its seed, so none fails by chance.
@Suite struct ReaderTrials {
  static let isLarge = ProcessInfo.processInfo.environment["TINYSCORE_TRIALS"] == "large"

  private static let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent()

  /// The bytes of the files that fuzzing starts from, for one reader, by name.
  static func seeds(_ reader: CheckedReader) throws -> [(name: String, bytes: [UInt8])] {
    let folder = tests.appendingPathComponent("Fuzzing/Seeds/\(reader.rawValue)")
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    return try names.map { ($0, Array(try Data(contentsOf: folder.appendingPathComponent($0)))) }
  }

  /// The bytes of the checkpoint that is shipped.
  static func example() throws -> [UInt8] {
    let path = tests.deletingLastPathComponent()
      .appendingPathComponent("checkpoints/example.safetensors")
    return Array(try Data(contentsOf: path))
  }

  /// Prints the figures of a large trial, for the README.
  static func report(_ text: String) {
    if isLarge { print("ReaderTrials: \(text)") }
  }

  // MARK: Truncation

  @Test("Checkpoints and arrays cut short at any byte are refused", arguments: [0, 1])
  func truncations(index: Int) throws {
    let reader = [CheckedReader.checkpoint, .numpy][index]
    var count = 0
    var files = try Self.seeds(reader)
    #expect(files.count >= 6)
    if reader == .checkpoint && Self.isLarge { files.append(("example", try Self.example())) }
    for (name, bytes) in files {
      #expect(try reader.takes(bytes) || name.hasSuffix("no-tensors"), "\(name)")
      for end in bytes.indices where try reader.takes(Array(bytes[..<end])) {
        Issue.record("\(name), cut to \(end) bytes, was read")
      }
      count += bytes.count
    }
    Self.report("\(count) truncations of \(reader.rawValue) files, all refused")
  }

  @Test("A law cut short at any byte before its end is refused")
  func lawTruncations() throws {
    var count = 0
    for (name, bytes) in try Self.seeds(.law) {
      let end = try #require(bytes.lastIndex(of: UInt8(ascii: "}")))
      #expect(try CheckedReader.law.takes(Array(bytes[...end])), "\(name)")
      for end in 0...end where try CheckedReader.law.takes(Array(bytes[..<end])) {
        Issue.record("\(name), cut to \(end) bytes, was read")
      }
      count += end + 1
    }
    Self.report("\(count) truncations of laws, all refused")
  }

  @Test(
    "A table cut short at any byte is refused or read as what its bytes say",
    arguments: [
      "0.5,-1\n2,0.25\n1e-3,4\n", "x,y\r\n1.5,-2\r\n 3 ,+4e1\r\n\r\n", "\"x\"\n\"10\"\n\"2\"\n",
      "1\n", "7", "x , y\n-.5\t, 6.\n",
    ])
  func tableTruncations(text: String) throws {
    let bytes = Array(text.utf8)
    var taken = 0
    for end in 0...bytes.count {
      let prefix = Array(bytes[..<end])
      let read = try? CSVTable(FileContents(prefix, name: CheckedReader.fileName))
      let expected = table(String(decoding: prefix, as: UTF8.self))
      #expect(read?.rows.elements == expected?.rows.flatMap(\.self), "\(end) bytes of \(text)")
      #expect(read?.rows.columns == expected?.rows[0].count && read?.columnNames == expected?.names)
      #expect(try CheckedReader.csv.takes(prefix) == (expected != nil))
      taken += read == nil ? 0 : 1
    }
    #expect(taken > 0 && taken <= bytes.count)
  }

  /// What a table says, by splitting alone: no commas or quotes in names, blank lines at the end.
  private func table(_ text: String) -> (names: [String]?, rows: [[Double]])? {
    // In Swift "\r\n" is one character.
    var lines = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false).map {
      line in
      line.split(separator: ",", omittingEmptySubsequences: false).map {
        String($0).trimmingCharacters(in: .whitespacesAndNewlines)
      }
    }
    while lines.last == [""] { lines.removeLast() }
    var names: [String]?
    if let first = lines.first, first[0].contains(where: { "xy".contains($0) || $0 == "\"" }) {
      guard first.allSatisfy({ unquoted($0) != nil }) else { return nil }
      names = first.compactMap(unquoted)
      lines.removeFirst()
    }
    let rows = lines.map { $0.map { unquoted($0).flatMap { Double($0) } } }
    let width = names?.count ?? rows.first?.count
    guard !rows.isEmpty, rows.allSatisfy({ $0.count == width && !$0.contains(nil) }) else {
      return nil
    }
    return (names, rows.map { $0.compactMap(\.self) })
  }

  /// The cell without quotes around it; nil if one of them is missing.
  private func unquoted(_ cell: String) -> String? {
    guard cell.hasPrefix("\"") else { return cell }
    return cell.count >= 2 && cell.hasSuffix("\"") ? String(cell.dropFirst().dropLast()) : nil
  }

  // MARK: Bits

  @Test("Every flip of a bit in a small checkpoint is detected")
  func allFlips() throws {
    for (name, bytes) in try Self.seeds(.checkpoint) where !name.hasSuffix("no-tensors") {
      for bit in 0..<8 * bytes.count {
        if try CheckedReader.checkpoint.takes(flipping(bytes, bit)) {
          Issue.record("\(name), bit \(bit)")
        }
      }
    }
  }

  @Test("Flips of random bits in a trained checkpoint are detected")
  func randomFlips() throws {
    let bytes = try Self.example()
    #expect(try CheckedReader.checkpoint.takes(bytes))
    var generator = SplitMix(state: 8)
    let count = Self.isLarge ? 100_000 : 2000
    for _ in 0..<count {
      let bit = Int.random(in: 0..<8 * bytes.count, using: &generator)
      if try CheckedReader.checkpoint.takes(flipping(bytes, bit)) { Issue.record("bit \(bit)") }
    }
    Self.report("\(count) single-bit flips of a checkpoint of \(bytes.count) bytes, all detected")
  }

  private func flipping(_ bytes: [UInt8], _ bit: Int) -> [UInt8] {
    var changed = bytes
    changed[bit / 8] ^= 1 << (bit % 8)
    return changed
  }
}
