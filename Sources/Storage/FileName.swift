internal import Glibc

/// Operations on the names of files.
enum FileName {
  /// The path without symbolic links.
  static func resolved(_ path: String) throws(SystemFailure) -> String {
    guard let resolved = realpath(path, nil) else { throw SystemFailure(code: errno) }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  /// Whether there is a file or folder of this name.
  static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

  /// Whether the name is that of a regular file, and of no symbolic link to one.
  static func isRegular(_ path: String) -> Bool {
    (try? FileStatus(ofLink: path))?.isRegular ?? false
  }

  /// Whether the name is that of a folder, symbolic links followed.
  static func isFolder(_ path: String) -> Bool { (try? FileStatus(of: path))?.isFolder ?? false }

  /// Throws if this process may not write the file.
  static func checkWritable(_ path: String) throws(SystemFailure) {
    _ = try checked { Int(faccessat(AT_FDCWD, path, W_OK, AT_EACCESS)) }
  }

  /// Gives the file `old` the name `new`, in place of what had it, in one step.
  static func rename(_ old: String, to new: String) throws(SystemFailure) {
    _ = try checked { Int(Glibc.rename(old, new)) }
  }

  /// Gives the file `old` the name `new` as well, which no file may have.
  static func link(_ old: String, to new: String) throws(SystemFailure) {
    _ = try checked { Int(Glibc.link(old, new)) }
  }

  /// The name under which the file before `path` is kept: `.NAME.previous` in its folder.
  static func previous(of path: String) -> String {
    let (folder, name) = split(path)
    return "\(folder)/.\(name).previous"
  }

  /// The name under which a file is kept that could not be read as what it should be:
  /// `.NAME.damaged` in its folder.
  static func damaged(_ path: String) -> String {
    let (folder, name) = split(path)
    return "\(folder)/.\(name).damaged"
  }

  /// Removes the file.
  static func remove(_ path: String) throws(SystemFailure) {
    _ = try checked { Int(unlink(path)) }
  }

  /// The names of all files in `folder`.
  static func all(in folder: String) throws(SystemFailure) -> [String] {
    guard let stream = opendir(folder) else { throw SystemFailure(code: errno) }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      // The name ends with a zero byte; it is valid until the next call.
      withUnsafePointer(to: &entry.pointee.d_name) { name in
        name.withMemoryRebound(to: CChar.self, capacity: 256) { names.append(String(cString: $0)) }
      }
    }
    return names
  }

  /// The folder that `path` names a file in, and that name.
  static func split(_ path: String) -> (folder: String, name: String) {
    guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return (".", path) }
    let name = String(path[path.utf8.index(after: slash)...])
    return (slash == path.startIndex ? "/" : String(path[..<slash]), name)
  }
}
