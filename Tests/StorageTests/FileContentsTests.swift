import Foundation
import Storage
import Testing

@Suite struct FileContentsTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func bytes(_ contents: FileContents) -> [UInt8] {
    contents.withBytes { bytes in bytes.indices.map { bytes[$0] } }
  }

  @Test(
    "The bytes are those of the file, mapped or copied", arguments: [0, 1, 4096, 100_001],
    [FileContents.Access.mapped, .copied])
  func content(count: Int, access: FileContents.Access) throws {
    let expected = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 37) }
    try folder.put(expected, "file")
    #expect(bytes(try FileContents(path: folder["file"], access: access)) == expected)
  }

  @Test("A pipe is read to its end")
  func pipe() throws {
    #expect(mkfifo(folder["pipe"], 0o600) == 0)
    let path = folder["pipe"]
    let writer = Thread {
      try? FileHandle(forWritingAtPath: path)?.write(contentsOf: Data(repeating: 5, count: 200_000))
    }
    writer.start()
    #expect(bytes(try FileContents(path: path)) == [UInt8](repeating: 5, count: 200_000))
  }

  @Test("A file that has no room in memory is refused before it is read")
  func tooLarge() throws {
    // With a hole it has the length of four terabytes, and takes no place.
    try folder.put([1], "file")
    let file = try #require(FileHandle(forWritingAtPath: folder["file"]))
    try file.truncate(atOffset: 1 << 42)
    try file.close()
    #expect(
      message { _ = try FileContents(path: folder["file"], access: .copied) }
        == "\(folder["file"]): cannot be read: it has no room in memory")
  }

  @Test("A misspelt name is told the nearest one of its kind")
  func misspelt() throws {
    try folder.put([1], "example.safetensors")
    try folder.put([1], "exampel.csv")
    #expect(
      message { _ = try FileContents(path: folder["exmaple.safetensors"]) }
        .hasSuffix("found none; did you mean 'example.safetensors'?"))
  }

  @Test("What cannot be read is said, and is no input")
  func noInput() throws {
    try folder.put([1], "file")
    for (name, text) in [
      ("none", "expected a file, found none; check the name"),
      ("file/none", "expected a file, found none; check the name"),
      ("", "cannot be read: it is a folder, not a file"),
    ] {
      #expect(
        message { _ = try FileContents(path: folder[name]) } == "\(folder[name]): \(text)")
      let error = #expect(throws: StorageError.self) { try FileContents(path: folder[name]) }
      #expect(error?.kind == .noInput)
    }
    let error = #expect(throws: StorageError.self) { try FileContents(path: folder["file\0x"]) }
    #expect(error?.kind == .noInput)
  }
}

@Suite struct SHA256Tests {
  /// FIPS 180-4 examples (NIST, "SHA-256 examples", 2001): of no bytes, of one block, of two.
  @Test(
    "The hash is that of the standard",
    arguments: [
      ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
      ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
      (
        "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
      ),
    ])
  func standard(text: String, digest: String) {
    #expect(SHA256.hexDigest(of: Array(text.utf8).span.bytes) == digest)
    #expect(FileContents(Array(text.utf8), name: "text").sha256 == digest)
  }

  @Test("The hash of parts is the hash of the whole")
  func parts() {
    let bytes = (0..<1000).map { UInt8(truncatingIfNeeded: $0) }
    var hash = SHA256()
    for start in stride(from: 0, to: 1000, by: 37) {
      let part = Array(bytes[start..<min(start + 37, 1000)])
      hash.update(part.span.bytes)
    }
    #expect(hash.hexDigest() == SHA256.hexDigest(of: bytes.span.bytes))
  }
}
