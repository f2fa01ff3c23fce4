internal import Glibc

/// The path of the running program without symbolic links; nil where the system does not say.
let executablePath: String? = {
  guard let path = realpath("/proc/self/exe", nil) else { return nil }
  defer { free(path) }
  return String(cString: path)
}()

/// Makes a folder in the current one, unless it is there.
func makeFolder(_ name: String) throws {
  guard mkdir(name, 0o777) == 0 || errno == EEXIST else {
    throw Failure(
      .cannotCreate, "\(name): cannot be created: \(String(cString: strerror(errno)))")
  }
}
