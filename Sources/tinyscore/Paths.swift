internal import Glibc

/// The path of the running program without symbolic links; nil where the system does not say.
let executablePath: String? = {
  guard let path = realpath("/proc/self/exe", nil) else { return nil }
  defer { free(path) }
  return String(cString: path)
}()

/// Whether `path` is stdout, a device or a pipe rather than a file that a name can lead to later.
func isStream(_ path: String) -> Bool {
  var status = stat()
  return path == "-"
    || stat(path, &status) == 0 && ![S_IFREG, S_IFDIR].contains(status.st_mode & S_IFMT)
}

/// Makes a folder in the current one, unless it is there.
func makeFolder(_ name: String) throws {
  guard mkdir(name, 0o777) == 0 || errno == EEXIST else {
    throw Failure(
      .cannotCreate, "\(name): cannot be created: \(String(cString: strerror(errno)))")
  }
}

/// The bytes of memory that the machine has; nil where the system does not say.
let physicalMemory: Double? = {
  let (pages, size) = (sysconf(Int32(_SC_PHYS_PAGES)), sysconf(Int32(_SC_PAGESIZE)))
  return pages > 0 && size > 0 ? Double(pages) * Double(size) : nil
}()
