import Storage
import Testing

@Suite struct LineFileTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func text(_ name: String) throws -> String {
    String(decoding: try folder.bytes(name), as: UTF8.self)
  }

  @Test("The first lines replace what was there, later ones follow; nothing else is left")
  func growing() throws {
    try folder.put(Array("old\n".utf8), "log")
    var file = LineFile(path: folder["log"])
    #expect(try text("log") == "old\n")
    try file.append("1\n2\n")
    #expect(try text("log") == "1\n2\n")
    try file.append("")
    try file.append("3\n")
    #expect(try text("log") == "1\n2\n3\n")
    #expect(try folder.names == ["log"])
  }

  @Test("A file that is kept in part loses the rest with the next lines, not before")
  func keeping() throws {
    try folder.put(Array("1\n2\n3\nhal".utf8), "log")
    var file = LineFile(path: folder["log"], keeping: 4)
    #expect(try text("log") == "1\n2\n3\nhal")
    try file.append("4\n")
    #expect(try text("log") == "1\n2\n4\n")
  }

  @Test("What a failed call or another program left behind the last line is taken away")
  func torn() throws {
    var file = LineFile(path: folder["log"])
    try file.append("1\n")
    try folder.put(Array("1\n{\"ste".utf8), "log")
    try file.append("2\n")
    #expect(try text("log") == "1\n2\n")
  }

  @Test("Where lines were taken away, the file goes on from its end")
  func shortened() throws {
    var file = LineFile(path: folder["log"])
    try file.append("1\n2\n")
    try folder.put([], "log")
    try file.append("3\n")
    #expect(try text("log") == "3\n")
    try file.append("4\n")
    #expect(try text("log") == "3\n4\n")
  }

  @Test("A file that cannot be written is an error that names it")
  func unwritable() throws {
    var file = LineFile(path: folder["nowhere/log"])
    #expect(message { try file.append("1\n") }.contains("nowhere/log: cannot be created"))
    var other = LineFile(path: folder["nowhere/log"], keeping: 0)
    #expect(message { try other.append("1\n") }.contains("nowhere/log: cannot be written"))
  }
}
