import Foundation

extension Workplace {
  /// Runs another program with these words in the folder and waits for its end; stderr goes with
  /// stdout.
  func runProgram(_ program: String, _ words: [String]) async throws -> (code: Int32, text: String)
  {
    let log = path + ".log"
    defer { try? FileManager.default.removeItem(atPath: log) }
    try Data().write(to: URL(fileURLWithPath: log))
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = words
    process.currentDirectoryURL = URL(fileURLWithPath: path)
    process.standardInput = FileHandle.nullDevice
    let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: log))
    defer { try? handle.close() }
    process.standardOutput = handle
    process.standardError = handle
    try await process.runToEnd()
    let text = String(decoding: try Data(contentsOf: URL(fileURLWithPath: log)), as: UTF8.self)
    return (process.terminationStatus, text)
  }
}
