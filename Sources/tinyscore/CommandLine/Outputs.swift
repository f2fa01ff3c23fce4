internal import Storage

/// Calls `body` with the right to write the outputs, which it then alone has, and knowing that they
/// can be made.
///
/// None is asked for stdout, and for a pipe or a device, which its reader watches over. What killed
/// processes left while they wrote an output goes, unless it is to be kept.
func withOutputs(
  _ paths: [String?], keepingTemporaries: Bool = false, _ body: () throws -> Void
) throws {
  guard let path = paths.first else { return try body() }
  let rest = Array(paths.dropFirst())
  guard let path, !isStream(path) else {
    return try withOutputs(rest, keepingTemporaries: keepingTemporaries, body)
  }
  let lock = try RunLock(path: path)
  if !lock.isExclusive {
    Terminal.complain(
      "\(path): the file system knows no locks, so see to it that no other run writes the file")
  }
  if !keepingTemporaries && lock.isExclusive { RunFiles(output: path).removeTemporaries() }
  try checkOutput(path)
  try withOutputs(rest, keepingTemporaries: keepingTemporaries, body)
  _ = consume lock
}
