internal import Glibc

/// Makes `bytes` the content of the file `path` as `DurableFile` does.
///
/// Where asked to, the old file stays beside the new one, as `.NAME.previous`.
public func writeDurably(
  _ bytes: [UInt8], to path: String, keepingPrevious: Bool = false
) throws(StorageError) {
  var file = try DurableFile(path: path)
  try file.write(bytes.span.bytes)
  try file.commit(keepingPrevious: keepingPrevious)
}

/// Throws if a file cannot be made at `path`, and leaves nothing there: to be asked before the
/// work, not after it.
public func checkOutput(_ path: String) throws(StorageError) {
  // Opening and closing a pipe would tell its reader that it has ended.
  let old = (try? FileStatus.ifPresent(path)) ?? nil
  if let old, !old.isRegular && !old.isFolder { return }
  _ = try DurableFile(path: path)
}

/// Puts the name `path`, just made in its folder, onto the disk.
public func synchronizeFolder(of path: String) throws(StorageError) {
  do throws(SystemFailure) {
    try openIfReadable(FileName.split(path).folder)?.synchronizeNames()
  } catch {
    throw .cannotCreate(path: path, reason: error.reason)
  }
}

/// New content for a file, which takes the place of the old one in one step, durably.
///
/// The content goes to a temporary file in the same folder and onto the disk; `commit` then gives
/// it the name `path`. Whatever happens, `path` is either the old file or the new one, whole, and
/// after `commit` the new one survives a loss of power. When anything throws, and when the value
/// goes away without `commit`, the temporary file is removed and the old file is intact; only if
/// the very last step fails, in which the folder goes to the disk, the new one may be in its place
/// already.
///
/// The new file has the permissions of the old one, and a symbolic link goes on pointing to it.
/// What is not a regular file, such as a pipe or a terminal, is written directly.
public struct DurableFile: ~Copyable {
  private let path: String
  private let file: SystemFile
  /// The folder of the file, nil where there is nothing to do in it.
  private let folder: SystemFile?
  /// The file that the content is in meanwhile, and the one whose place it takes; nil when it is
  /// written directly, and when it has taken its place.
  private var replacement: Replacement?
  private var buffer: [UInt8] = []
  private static let bufferSize = 1 << 16

  /// Begins new content for the file `path`.
  public init(path: String) throws(StorageError) {
    let opened: OpenedOutput
    do throws(SystemFailure) {
      opened = try OpenedOutput(path: path)
    } catch {
      throw .cannotCreate(path: path, reason: error.reason)
    }
    self.path = path
    file = opened.file
    folder = opened.folder
    replacement = opened.replacement
  }

  deinit { replacement?.abandon() }

  /// Appends bytes to the content.
  public mutating func write(_ bytes: RawSpan) throws(StorageError) {
    if buffer.count + bytes.byteCount > Self.bufferSize { try flush() }
    guard bytes.byteCount <= Self.bufferSize else { return try writeThrough(bytes) }
    bytes.withUnsafeBytes { buffer.append(contentsOf: $0) }
  }

  /// Appends a text to the content, in UTF-8.
  public mutating func write(_ text: String) throws(StorageError) {
    try write(Array(text.utf8).span.bytes)
  }

  /// Puts the content onto the disk and in the place of the old file.
  ///
  /// Where asked to, the old file keeps a name beside the new one, and takes it from what had it; on
  /// a file system that gives no file two names it goes.
  public consuming func commit(keepingPrevious: Bool = false) throws(StorageError) {
    try flush()
    guard let replacement else { return }
    do throws(SystemFailure) {
      try file.synchronize()
      if keepingPrevious { replacement.keepPrevious() }
      try FileName.rename(replacement.temporary, to: replacement.target)
    } catch {
      throw .cannotWrite(path: path, reason: error.reason, isFull: error.isLackOfSpace)
    }
    self.replacement = nil
    do throws(SystemFailure) {
      try folder?.synchronizeNames()
    } catch {
      let state = "the new file is in its place, but may not survive a loss of power"
      throw .cannotWrite(path: path, reason: "\(error.reason); \(state)")
    }
  }

  private mutating func flush() throws(StorageError) {
    try writeThrough(buffer.span.bytes)
    buffer.removeAll(keepingCapacity: true)
  }

  private func writeThrough(_ bytes: RawSpan) throws(StorageError) {
    do throws(SystemFailure) {
      try file.write(bytes)
    } catch {
      throw .cannotWrite(path: path, reason: error.reason, isFull: error.isLackOfSpace)
    }
  }
}

// MARK: - Where the bytes go

/// A temporary file and the file whose place it is to take.
private struct Replacement {
  let temporary: String
  /// The path without symbolic links.
  let target: String

  /// Removes the temporary file.
  func abandon() { try? FileName.remove(temporary) }

  /// Gives the file that is to be replaced a second name.
  func keepPrevious() {
    let previous = FileName.previous(of: target)
    try? FileName.remove(previous)
    try? FileName.link(target, to: previous)
  }
}

/// The file that takes the bytes of an output.
private struct OpenedOutput: ~Copyable {
  let file: SystemFile
  let folder: SystemFile?
  let replacement: Replacement?

  init(path: String) throws(SystemFailure) {
    // The system knows no file without a name, but one beside it could be made.
    guard !FileName.split(path).name.isEmpty else {
      throw SystemFailure(code: path.isEmpty ? ENOENT : EISDIR)
    }
    let old = try FileStatus.ifPresent(path)
    if let old, old.isFolder { throw SystemFailure(code: EISDIR) }
    if let old, !old.isRegular {
      file = try SystemFile(path, O_WRONLY)
      folder = nil
      replacement = nil
    } else {
      let target = old == nil ? path : try FileName.resolved(path)
      if old != nil { try FileName.checkWritable(target) }
      self = try Self.temporary(for: target, permissions: old?.permissions)
    }
  }

  private init(
    file: consuming SystemFile, folder: consuming SystemFile?, replacement: Replacement
  ) {
    self.file = file
    self.folder = folder
    self.replacement = replacement
  }

  /// A new file in the folder of `target`, with `permissions` or those that the system gives.
  private static func temporary(
    for target: String, permissions: mode_t?
  ) throws(SystemFailure) -> OpenedOutput {
    let names = TemporaryName(target: target)
    // Opened before anything is written, so that the folder can be synchronized in the end.
    let folder = try openIfReadable(names.folder)
    var attempt = 0
    while true {
      let replacement = Replacement(temporary: names.path(attempt), target: target)
      do throws(SystemFailure) {
        let file = try SystemFile(
          replacement.temporary, O_WRONLY | O_CREAT | O_EXCL, mode: permissions ?? 0o666)
        // Where the process's mask has taken something away; a file system that knows no
        // permissions refuses, and loses nothing.
        if let permissions { try? file.setMode(permissions) }
        return OpenedOutput(file: file, folder: folder, replacement: replacement)
      } catch {
        // The name is taken where a run with this process number died while it wrote.
        guard error.code == EEXIST && attempt < 1000 else { throw error }
        attempt += 1
      }
    }
  }
}

/// The folder; nil if this process may use it but not read it, and so not synchronize it.
private func openIfReadable(_ folder: String) throws(SystemFailure) -> SystemFile? {
  do throws(SystemFailure) {
    return try SystemFile(folder, O_RDONLY | O_DIRECTORY)
  } catch {
    guard error.code == EACCES else { throw error }
    return nil
  }
}
