internal import Glibc

/// What the system knows about a file.
struct FileStatus {
  let isRegular: Bool
  let isFolder: Bool
  /// The size in bytes of a regular file.
  let size: Int
  /// Who may read, write and execute it.
  let permissions: mode_t
  /// What tells it from every other file.
  let identity: [UInt64]

  init(_ status: stat) {
    isRegular = status.st_mode & S_IFMT == S_IFREG
    isFolder = status.st_mode & S_IFMT == S_IFDIR
    size = Int(status.st_size)
    permissions = status.st_mode & 0o777
    identity = [UInt64(status.st_dev), UInt64(status.st_ino)]
  }

  /// The status of what `path` leads to, symbolic links followed.
  init(of path: String) throws(SystemFailure) {
    guard !path.utf8.contains(0) else { throw SystemFailure(code: EINVAL) }
    var status = stat()
    _ = try checked { Int(stat(path, &status)) }
    self.init(status)
  }

  /// The status of the file `path` itself, which may be a symbolic link.
  init(ofLink path: String) throws(SystemFailure) {
    guard !path.utf8.contains(0) else { throw SystemFailure(code: EINVAL) }
    var status = stat()
    _ = try checked { Int(lstat(path, &status)) }
    self.init(status)
  }

  /// The status of what `path` leads to, nil if it leads nowhere.
  static func ifPresent(_ path: String) throws(SystemFailure) -> FileStatus? {
    do throws(SystemFailure) {
      return try FileStatus(of: path)
    } catch {
      guard error.code == ENOENT else { throw error }
      return nil
    }
  }
}
