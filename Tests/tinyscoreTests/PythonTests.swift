import Foundation
import Testing

/// Files of the program, read by other programs.
@Suite struct PythonTests {
  private static let environment = ProcessInfo.processInfo.environment
  /// An interpreter with NumPy and safetensors; `make test` makes it.
  private static let python = environment["TINYSCORE_PYTHON"]

  @Test(
    "NumPy, safetensors, csv and json read what the program writes",
    .enabled(
      if: python != nil || environment["CI"] != nil,
      "TINYSCORE_PYTHON names no interpreter with numpy and safetensors: use 'make test'"))
  func checkpointInPython() async throws {
    let python = try #require(
      Self.python, "TINYSCORE_PYTHON must name an interpreter with numpy and safetensors")
    let place = try Workplace()
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    let output = place["log"]
    try place.put("", "log")
    let process = Process()
    process.executableURL = URL(fileURLWithPath: python)
    process.arguments = [
      root.appendingPathComponent("Tests/Python/test_checkpoint.py").path, programPath,
      root.appendingPathComponent("README.md").path,
    ]
    process.currentDirectoryURL = URL(fileURLWithPath: place.path)
    process.standardInput = FileHandle.nullDevice
    let log = try FileHandle(forWritingTo: URL(fileURLWithPath: output))
    process.standardOutput = log
    process.standardError = log
    try await process.runToEnd()
    let text = String(decoding: try place.bytes("log"), as: UTF8.self)
    #expect(process.terminationStatus == 0, "\(text)")
    #expect(text.hasSuffix("ok\n"), "\(text)")
  }
}
