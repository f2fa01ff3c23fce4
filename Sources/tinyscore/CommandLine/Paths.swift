internal import ArgumentParser
internal import Glibc
internal import JSONText
internal import Storage

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

/// Whether there is something of this name, symbolic links followed.
func fileExists(_ path: String) -> Bool { access(path, F_OK) == 0 }

/// Makes a folder, durably, unless it is there; the folder that it is to be in has to be.
func makeFolder(_ name: String) throws {
  // Again when a signal interrupts it, but not for ever.
  var result = mkdir(name, 0o777)
  for _ in 0..<1000 where result != 0 && errno == EINTR { result = mkdir(name, 0o777) }
  guard result != 0 else {
    return try synchronizeFolder(of: name.hasSuffix("/") ? String(name.dropLast()) : name)
  }
  let problem = errno
  var status = stat()
  guard problem == EEXIST, stat(name, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
    throw Failure(
      .cannotCreate,
      "\(name): the folder cannot be created: "
        + (problem == EEXIST ? "a file has its name" : String(cString: strerror(problem))))
  }
}

/// Removes a folder that has nothing in it.
func removeEmptyFolder(_ name: String) { _ = rmdir(name) }

/// Throws if a folder that is not there cannot be made in the current one.
func checkNewFolder(_ name: String) throws {
  guard access(".", W_OK | X_OK) != 0 else { return }
  throw Failure(
    .cannotCreate, "\(name): the folder cannot be created: \(String(cString: strerror(errno)))")
}

/// Whether both paths lead to the same file, or would if it were there.
private func isSameFile(_ left: String, _ right: String) -> Bool {
  if left == right { return true }
  var (a, b) = (stat(), stat())
  if stat(left, &a) == 0 && stat(right, &b) == 0 {
    return a.st_dev == b.st_dev && a.st_ino == b.st_ino
  }
  // Not there yet: the same name in the same folder.
  guard let (first, second) = folder(of: left).flatMap({ a in folder(of: right).map { (a, $0) } })
  else { return false }
  return first == second
    && left.split(separator: "/").last == right.split(separator: "/").last
}

/// The folder of a file without symbolic links; nil where there is none.
private func folder(of path: String) -> String? {
  let parts = path.split(separator: "/", omittingEmptySubsequences: false).dropLast()
  let name = parts.isEmpty ? "." : parts.joined(separator: "/")
  guard let real = realpath(name.isEmpty ? "/" : name, nil) else { return nil }
  defer { free(real) }
  return String(cString: real)
}

/// Throws unless the outputs, by the options that name them, are places of their own and none of
/// them an input, or points that an input names.
///
/// Inputs may be bare names of data sets.
func checkOutputs(_ outputs: [(option: String, path: String?)], inputs: [String?]) throws {
  let outputs = outputs.compactMap { output in output.path.map { (output.option, $0) } }
  let files = inputFiles(inputs.compactMap(\.self), besides: outputs.map(\.1))
  for (index, (option, path)) in outputs.enumerated() {
    if path.isEmpty { throw ValidationError("--\(option): expected a name, found ''") }
    if let (other, _) = outputs[..<index].first(where: { isSameFile($0.1, path) }) {
      throw ValidationError(
        "--\(option): expected a place of its own, found that of --\(other): \(path)")
    }
    if path != "-", let input = files.first(where: { isSameFile($0, path) }) {
      throw ValidationError(
        "--\(option): expected another file to write to than the input \(input), found \(path)")
    }
  }
}

/// The files that inputs may lead to, with the points that those which are there name; nothing is
/// read where there is no file yet in the place of any output.
private func inputFiles(_ inputs: [String], besides outputs: [String]) -> [String] {
  let files = inputs.flatMap { input in
    input.contains("/")
      ? [input] : [input] + [".json", ".npy", ".csv"].map { "datasets/\(input)\($0)" }
  }
  guard outputs.contains(where: { !isStream($0) && fileExists($0) }) else { return files }
  return files
    + files.filter { fileExists($0) && !isStream($0) }
    .flatMap { Dataset.pointFiles(namedIn: $0) }
}

/// Throws unless `output` is where an array can go: an `.npy` file, or a pipe or a device, that is
/// none of the `inputs`.
func checkArrayOutput(_ output: String, inputs: [String]) throws {
  guard output.lowercased().hasSuffix(".npy") || (output != "-" && isStream(output)) else {
    throw ValidationError("--output: expected a name that ends in .npy, found \(excerpt(output))")
  }
  try checkOutputs([("output", output)], inputs: inputs)
}
