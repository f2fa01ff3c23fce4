/// Why a file could not be read or written.
///
/// Texts that come from a file are shortened and escaped before they get here.
public enum StorageError: Error, Equatable, Sendable {
  /// The content of `file` is not what it must be, at `place` if that can be said.
  case malformed(
    file: String, place: String? = nil, expected: String, found: String, remedy: String? = nil)
  /// There is no file `path`.
  case notFound(path: String, remedy: String = "check the name")
  /// The file `path` is there and cannot be read.
  case unreadable(path: String, reason: String)
  /// A file cannot be made at `path`.
  case cannotCreate(path: String, reason: String)
  /// Writing to `path` failed on the way, perhaps for lack of space; what was there before is
  /// intact.
  case cannotWrite(path: String, reason: String, isFull: Bool = false)
  /// Another run, `holder`, is writing `path`.
  case inUse(path: String, holder: String)

  /// The class of an error, from which a program takes its exit code.
  public enum Kind: Sendable {
    /// Malformed or corrupt data (65).
    case malformedData
    /// No such input (66).
    case noInput
    /// The output cannot be created (73).
    case cannotCreate
    /// The output cannot be written (74).
    case cannotWrite
    /// The output is in use by another run (75).
    case inUse
  }

  /// The class of this error.
  public var kind: Kind {
    switch self {
    case .malformed: .malformedData
    case .notFound, .unreadable: .noInput
    case .cannotCreate: .cannotCreate
    case .cannotWrite: .cannotWrite
    case .inUse: .inUse
    }
  }
}

extension StorageError: CustomStringConvertible {
  /// One message: the thing, what was expected, what was found, what to do.
  public var description: String {
    switch self {
    case .malformed(let file, let place, let expected, let found, let remedy):
      file + (place.map { ", " + $0 } ?? "") + ": expected \(expected), found \(found)"
        + (remedy.map { "; " + $0 } ?? "")
    case .notFound(let path, let remedy): "\(path): expected a file, found none; \(remedy)"
    case .unreadable(let path, let reason): "\(path): cannot be read: \(reason)"
    case .cannotCreate(let path, let reason):
      "\(path.isEmpty ? "''" : path): cannot be created: \(reason)"
    case .cannotWrite(let path, let reason, _): "\(path): cannot be written: \(reason)"
    case .inUse(let path, let holder):
      "\(path): in use by \(holder); wait until it is done, or choose another output"
    }
  }
}
