internal import Glibc
internal import JSONText

/// The right to write an output, which one process at a time has.
///
/// It is a lock of the system on a file `.NAME.lock` in the folder of the output, so it ends with
/// the process however that ends. The file says who has it, and is removed with the lock.
public struct RunLock: ~Copyable {
  private let lockPath: String
  private let locked: LockedFile

  /// Whether the lock keeps others away: some file systems know none.
  public var isExclusive: Bool { locked.isExclusive }

  /// Takes the lock of the output `path`; throws `inUse` and who has it if another process does.
  public init(path: String) throws(StorageError) {
    // Without symbolic links, so that the output has one lock under all its names.
    let (folder, name) = FileName.split((try? FileName.resolved(path)) ?? path)
    lockPath = "\(folder)/.\(name).lock"
    let locked: LockedFile?
    do throws(SystemFailure) {
      // Without a name there would be a lock, and in the end no output.
      guard !name.isEmpty else { throw SystemFailure(code: path.isEmpty ? ENOENT : EISDIR) }
      locked = try Self.lockedFile(lockPath)
    } catch {
      // Where something else has its name the lock is to be named, which nobody has asked for.
      let isLock = !name.isEmpty && [EISDIR, ELOOP, EEXIST].contains(error.code)
      throw .cannotCreate(path: isLock ? lockPath : path, reason: error.reason)
    }
    guard let locked else { throw .inUse(path: path, holder: Self.holder(lockPath)) }
    self.locked = locked
  }

  /// The name goes before the lock does, so nobody locks a file that is about to vanish unseen.
  ///
  /// It may be that of another file meanwhile, if somebody has removed this one.
  deinit {
    let mine = (try? locked.file.status())?.identity
    if mine == (try? FileStatus(ofLink: lockPath))?.identity { try? FileName.remove(lockPath) }
  }

  private struct LockedFile: ~Copyable {
    let file: SystemFile
    let isExclusive: Bool
  }

  /// The file, locked and with this process's name in it; nil if another process has the lock.
  private static func lockedFile(_ path: String) throws(SystemFailure) -> LockedFile? {
    for _ in 0..<100 {
      // Never a file elsewhere that somebody's link leads to: it would be written to.
      let file = try SystemFile(path, O_RDWR | O_CREAT | O_NOFOLLOW, mode: 0o666)
      guard try file.status().isRegular else { throw SystemFailure(code: EEXIST) }
      let lock = try file.lock()
      guard lock != .held else { return nil }
      // The last holder may have removed the name between the two calls: then this is another file
      // than the next one will find there.
      if try file.status().identity == FileStatus.ifPresent(path)?.identity {
        // A courtesy to others, and no reason to fail where the disk is full.
        try? file.truncate()
        try? file.write(Array(processDescription.utf8).span.bytes)
        return LockedFile(file: file, isExclusive: lock == .taken)
      }
    }
    throw SystemFailure(code: EAGAIN)
  }

  private static func holder(_ lockPath: String) -> String {
    // Whoever has just taken the lock has not written its name yet.
    for _ in 0..<100 {
      guard let contents = try? FileContents(path: lockPath, access: .copied) else { break }
      let name = contents.withBytes { $0.isEmpty ? nil : excerpt($0, limit: 100) }
      if let name { return "another run (\(name))" }
      usleep(2000)
    }
    return "another run"
  }
}

/// How messages of other processes name this one.
private var processDescription: String {
  var host = [CChar](repeating: 0, count: 256)
  guard gethostname(&host, host.count) == 0 else { return "process \(getpid())" }
  let name = host.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
  return "process \(getpid()) on \(String(decoding: name, as: UTF8.self))"
}
