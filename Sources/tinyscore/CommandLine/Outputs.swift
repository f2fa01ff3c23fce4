internal import Storage

/// Calls `body` with the right to write the outputs, which it then alone has, and knowing that they
/// can be made.
///
/// None is asked for stdout, and for a pipe or a device, which its reader watches over.
func withOutputs(_ paths: [String?], _ body: () throws -> Void) throws {
  guard let path = paths.first else { return try body() }
  guard let path, path != "-", !isStream(path) else {
    return try withOutputs(Array(paths.dropFirst()), body)
  }
  let lock = try RunLock(path: path)
  if !lock.isExclusive {
    Terminal.complain(
      "\(path): the file system knows no locks, so see to it that no other run writes the file")
  }
  try checkOutput(path)
  try withOutputs(Array(paths.dropFirst()), body)
  _ = consume lock
}
