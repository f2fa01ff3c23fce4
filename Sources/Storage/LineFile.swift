internal import Glibc

/// A file of lines that grows while a computation goes on, and can be followed meanwhile.
///
/// The first lines take the place of what was there before, in one step; later ones are appended.
/// After each call the lines are on the disk, whole: what a failed call left of a line is taken
/// away by the next one, and a line without its end is what a loss of power leaves.
public struct LineFile: Sendable {
  private let path: String
  /// The bytes of the lines in the file; nil as long as there is nothing of ours.
  private var length: Int?

  /// A new file at `path`, in place of what is there.
  public init(path: String) { self.path = path }

  /// The file at `path`, of which the lines in the first `length` bytes stay.
  public init(path: String, keeping length: Int) {
    self.path = path
    self.length = length
  }

  /// Adds lines, each with its end.
  public mutating func append(_ lines: String) throws(StorageError) {
    let bytes = Array(lines.utf8)
    guard let length else {
      // Nothing is no reason to take the place of an older file.
      if bytes.isEmpty && FileName.exists(path) { return }
      try writeDurably(bytes, to: path)
      length = bytes.count
      return
    }
    do throws(SystemFailure) {
      let file = try SystemFile(path, O_WRONLY | O_APPEND | O_CREAT, mode: 0o666)
      // Shorter where somebody has taken lines away: the file goes on from its end.
      let end = min(length, try file.status().size)
      try file.truncate(to: end)
      do throws(SystemFailure) {
        try file.write(bytes.span.bytes)
      } catch {
        // This may be the last call: no half line is to stay.
        try? file.truncate(to: end)
        throw error
      }
      try file.synchronize()
      self.length = end + bytes.count
    } catch {
      throw .cannotWrite(path: path, reason: error.reason)
    }
  }
}
