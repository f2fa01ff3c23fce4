internal import Glibc
internal import JSONText

/// The bytes of a file, read-only.
public struct FileContents: Sendable {
  /// The path as it was given.
  public let path: String
  private let bytes: Bytes

  private enum Bytes {
    case mapped(MappedMemory)
    case copied([UInt8])
  }

  /// How the bytes of a regular file get into memory.
  public enum Access: Sendable {
    /// By mapping: nothing is copied, so large files cost no memory of their own.
    ///
    /// Another process must not shorten the file meanwhile, as the system then ends this one; tools
    /// that write as `writeDurably` does never shorten a file.
    case mapped
    /// By reading: what is checked stays as it was checked, whatever happens to the file.
    case copied
  }

  /// The most that is read from what is not a regular file, such as a pipe: 1 GiB.
  public static let maximumStream = 1 << 30

  /// The bytes of the file `path`.
  ///
  /// What is not a regular file is read to its end, whatever `access` says; or refused, where
  /// `onlyRegular`, as a path is that stands in another file: it must not make the program wait for
  /// a pipe or read a device.
  public init(
    path: String, access: Access = .mapped, onlyRegular: Bool = false
  ) throws(StorageError) {
    self.path = path
    do throws(SystemFailure) {
      // Without blocking, a pipe opens though nobody writes into it.
      let file = try SystemFile(path, O_RDONLY | (onlyRegular ? O_NONBLOCK : 0))
      let status = try file.status()
      guard !status.isFolder else { throw SystemFailure(code: EISDIR) }
      guard status.isRegular || !onlyRegular else { throw SystemFailure(code: ESPIPE) }
      switch access {
      case .mapped where status.isRegular && status.size > 0:
        bytes = .mapped(try file.map(status.size))
      case .mapped, .copied:
        // A file may have a hole that is larger than any memory.
        guard Double(status.size) < availableMemory() ?? 0x1p62 else {
          throw SystemFailure(code: ENOMEM)
        }
        bytes = .copied(try Self.read(file, expecting: status.isRegular ? status.size : nil))
      }
    } catch {
      throw switch error.code {
      case ENOENT, ENOTDIR: .notFound(path: path, remedy: Self.remedy(missing: path))
      case EISDIR: .unreadable(path: path, reason: "it is a folder, not a file")
      case ESPIPE:
        .malformed(file: path, expected: "a regular file", found: "a pipe or a device")
      case EFBIG: .unreadable(path: path, reason: "it has no end within 1 GiB; use a file")
      case ENOMEM: .unreadable(path: path, reason: "it has no room in memory")
      default: .unreadable(path: path, reason: error.reason)
      }
    }
  }

  /// What to do about a file that is not there: the nearest name in its folder with the same ending,
  /// if any is near.
  private static func remedy(missing path: String) -> String {
    let (folder, name) = FileName.split(path)
    let ending = name.split(separator: ".").last.map { "." + $0.lowercased() } ?? ""
    let names = FolderEntry.all(in: folder.isEmpty ? "." : folder)
      .filter { !$0.isFolder && $0.name.lowercased().hasSuffix(ending) }.map(\.name)
    return nearestName(to: name, among: names).map { "did you mean '\($0)'?" } ?? "check the name"
  }

  /// Bytes from elsewhere, which messages call `name`.
  public init(_ bytes: [UInt8], name: String) {
    path = name
    self.bytes = .copied(bytes)
  }

  private static func read(
    _ file: borrowing SystemFile, expecting size: Int?
  ) throws(SystemFailure) -> [UInt8] {
    var bytes: [UInt8] = []
    if let size { bytes.reserveCapacity(size + 1) }
    // One byte more than expected, so that the end shows; what grows meanwhile is read as well.
    var next = size.map { $0 + 1 } ?? 1 << 16
    while try file.read(next, appendingTo: &bytes) > 0 {
      guard bytes.count <= max(maximumStream, size ?? 0) else { throw SystemFailure(code: EFBIG) }
      next = 1 << 16
    }
    return bytes
  }

  /// Calls `body` with the bytes.
  public func withBytes<Result, Failure: Error>(
    _ body: (Span<UInt8>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    switch bytes {
    case .mapped(let memory): try memory.withBytes(body)
    case .copied(let bytes): try body(bytes.span)
    }
  }

  /// How many bytes are read before the memory of those of a large file is given back: 4 MiB.
  static let block = 1 << 22

  /// Gives the memory of these bytes back if the file is mapped: they can still be read, but
  /// slowly.
  func release(_ range: Range<Int>) {
    if case .mapped(let memory) = bytes { memory.release(range) }
  }

  /// The SHA-256 of the bytes, as 64 hexadecimal digits.
  public var sha256: String {
    withBytes { bytes in
      var hash = SHA256()
      for start in stride(from: 0, to: bytes.count, by: Self.block) {
        let range = start..<min(start + Self.block, bytes.count)
        hash.update(bytes.extracting(range).bytes)
        release(range)
      }
      return hash.hexDigest()
    }
  }
}
