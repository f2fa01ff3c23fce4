internal import Glibc

/// How the temporary files of an output are named: `.NAME.PROCESS.NUMBER.tmp` in its folder.
struct TemporaryName {
  let folder: String
  private let start: String
  private static let end = ".tmp"

  /// The names for the output `target`.
  init(target: String) {
    let (folder, name) = FileName.split(target)
    self.folder = folder
    // The system allows 255 bytes a name; a character of UTF-8 has at most four.
    start = "." + (name.utf8.count <= 200 ? name : Self.shortened(name)) + "."
  }

  /// The beginning of a long name, with as much of its SHA-256 as tells it from others.
  private static func shortened(_ name: String) -> String {
    var hash = SHA256()
    hash.update(Array(name.utf8).span.bytes)
    return "\(String(name.unicodeScalars.prefix(50)))-\(hash.hexDigest().prefix(16))"
  }

  /// The path of this process's temporary file of the given number.
  func path(_ number: Int) -> String { "\(folder)/\(start)\(getpid()).\(number)\(Self.end)" }

  /// Whether a file of this name in the folder is a temporary file of the output, of any process.
  func matches(_ name: String) -> Bool {
    guard name.hasPrefix(start) && name.hasSuffix(Self.end) else { return false }
    let numbers = name.dropFirst(start.count).dropLast(Self.end.count)
      .split(separator: ".", omittingEmptySubsequences: false)
    return numbers.count == 2 && numbers.allSatisfy { UInt($0) != nil }
  }
}
