internal import Glibc

/// A system call that failed, by its error number.
struct SystemFailure: Error {
  let code: Int32

  /// Whether there is no space on the disk, or none for this user.
  var isLackOfSpace: Bool { code == ENOSPC || code == EDQUOT }

  /// What the system calls it, and what to do where that is clear.
  var reason: String {
    let text = strerror(code).map { String(cString: $0) } ?? "error \(code)"
    return switch code {
    case _ where isLackOfSpace: text + "; free some space"
    case EACCES, EPERM: text + "; check the permissions of the file and its folder"
    case ENOENT: text + "; make the folder first"
    case EROFS: text + "; choose a place that can be written"
    default: text
    }
  }
}

/// An open file, which owns its descriptor and closes it once.
struct SystemFile: ~Copyable {
  private let descriptor: Int32

  /// Opens `path`; descriptors never leak into programs that this one starts.
  init(_ path: String, _ flags: Int32, mode: mode_t = 0) throws(SystemFailure) {
    // The system would read the name up to the zero only.
    guard !path.utf8.contains(0) else { throw SystemFailure(code: EINVAL) }
    descriptor = Int32(try checked { Int(open(path, flags | O_CLOEXEC, mode)) })
  }

  deinit { _ = Glibc.close(descriptor) }

  /// What the system knows about the file.
  func status() throws(SystemFailure) -> FileStatus {
    var status = stat()
    _ = try checked { Int(fstat(descriptor, &status)) }
    return FileStatus(status)
  }

  /// Gives the file the permissions `mode`.
  func setMode(_ mode: mode_t) throws(SystemFailure) {
    _ = try checked { Int(fchmod(descriptor, mode)) }
  }

  /// Writes all bytes, in as many calls as it takes.
  func write(_ bytes: RawSpan) throws(SystemFailure) {
    var written = 0
    while written < bytes.byteCount {
      let count = try checked {
        // The pointer is used within the closure, for the bytes that it covers.
        bytes.extracting(written..<bytes.byteCount).withUnsafeBytes {
          Glibc.write(descriptor, $0.baseAddress, $0.count)
        }
      }
      // Nothing written and no error: a device that takes no more.
      guard count > 0 else { throw SystemFailure(code: EIO) }
      written += count
    }
  }

  /// Reads up to `count` more bytes and appends them to `bytes`; returns how many, 0 at the end.
  func read(_ count: Int, appendingTo bytes: inout [UInt8]) throws(SystemFailure) -> Int {
    let start = bytes.count
    bytes.append(contentsOf: repeatElement(0, count: count))
    let got: Int
    do throws(SystemFailure) {
      got = try checked {
        // The pointer is used within the closure; `count` bytes follow `start`, just appended.
        bytes.withUnsafeMutableBytes {
          Glibc.read(descriptor, $0.baseAddress.map { $0 + start }, count)
        }
      }
    } catch {
      bytes.removeLast(count)
      throw error
    }
    bytes.removeLast(count - got)
    return got
  }

  /// Waits until the content is on the disk.
  func synchronize() throws(SystemFailure) {
    _ = try checked { Int(fsync(descriptor)) }
  }

  /// Waits until the names in this folder are on the disk.
  func synchronizeNames() throws(SystemFailure) {
    do throws(SystemFailure) {
      try synchronize()
    } catch {
      // Some file systems keep names in order themselves and say so with these.
      guard error.code == EINVAL || error.code == ENOTSUP else { throw error }
    }
  }

  /// What came of asking for a lock.
  enum Lock {
    case taken
    /// Another process has it.
    case held
    /// The file system knows no locks.
    case unsupported
  }

  /// Asks for the lock of the file, without waiting for it.
  func lock() throws(SystemFailure) -> Lock {
    do throws(SystemFailure) {
      _ = try checked { Int(flock(descriptor, LOCK_EX | LOCK_NB)) }
      return .taken
    } catch {
      return switch error.code {
      case EWOULDBLOCK: .held
      case ENOSYS, ENOTSUP, ENOLCK: .unsupported
      default: throw error
      }
    }
  }

  /// Cuts the file to its first `size` bytes.
  func truncate(to size: Int = 0) throws(SystemFailure) {
    _ = try checked { Int(ftruncate(descriptor, size)) }
  }

  /// The first `count` bytes of the file in memory, read-only; `count` is above 0.
  func map(_ count: Int) throws(SystemFailure) -> MappedMemory {
    guard let base = mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor, 0), base != MAP_FAILED
    else { throw SystemFailure(code: errno) }
    return MappedMemory(base: base.bindMemory(to: UInt8.self, capacity: count), count: count)
  }
}

/// Makes a system call, again when a signal interrupts it.
///
/// Not for ever: a call that is interrupted every time must not hang the program.
func checked(_ call: () -> Int) throws(SystemFailure) -> Int {
  for _ in 0..<1000 {
    let result = call()
    let code = errno
    if result >= 0 { return result }
    guard code == EINTR else { throw SystemFailure(code: code) }
  }
  throw SystemFailure(code: EINTR)
}
