import Foundation
import Storage
import Testing

@Suite(.serialized) struct DurableFileTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func mode(_ name: String) throws -> Int? {
    try FileManager.default.attributesOfItem(atPath: folder[name])[.posixPermissions] as? Int
  }

  @Test(
    "What is written is what the file holds, and nothing else is left",
    arguments: [0, 1, 65_535, 65_536, 65_537, 300_000])
  func content(count: Int) throws {
    let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    try folder.put([1, 2, 3], "file")
    try writeDurably(bytes, to: folder["file"])
    #expect(try folder.bytes("file") == bytes)
    #expect(try folder.names == ["file"])
  }

  @Test("Parts of any size end up in their order")
  func parts() throws {
    var generator = SplitMix(state: 3)
    var expected: [UInt8] = []
    var file = try DurableFile(path: folder["file"])
    for size in [1, 65_000, 600, 0, 70_000, 65_536, 5] {
      let part = (0..<size).map { _ in UInt8.random(in: 0...255, using: &generator) }
      try file.write(part.span.bytes)
      expected += part
    }
    try file.write("é\n")
    #expect(try folder.names.count == 1)
    try file.commit()
    #expect(try folder.bytes("file") == expected + "é\n".utf8)
    #expect(try folder.names == ["file"])
  }

  @Test("A file that is given up leaves the old one, and nothing else")
  func givenUp() throws {
    try folder.put([1, 2, 3], "file")
    do {
      var file = try DurableFile(path: folder["file"])
      try file.write("new")
    }
    #expect(try folder.bytes("file") == [1, 2, 3])
    #expect(try folder.names == ["file"])
  }

  @Test("A write that fails leaves the old file, and nothing else")
  func failedWrite() throws {
    try folder.put([1, 2, 3], "file")
    // A limit of this process that no other test here reaches.
    signal(SIGXFSZ, SIG_IGN)
    var old = rlimit()
    getrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &old)
    var limit = rlimit(rlim_cur: 40_000_000, rlim_max: old.rlim_max)
    setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
    defer { setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &old) }
    let text = message {
      try writeDurably([UInt8](repeating: 7, count: 41_000_000), to: folder["file"])
    }
    #expect(text == "\(folder["file"]): cannot be written: File too large")
    #expect(try folder.bytes("file") == [1, 2, 3])
    #expect(try folder.names == ["file"])
  }

  @Test("A new file has the permissions that the mask allows, an old one keeps its own")
  func permissions() throws {
    let mask = umask(0o027)
    defer { umask(mask) }
    try writeDurably([1], to: folder["new"])
    #expect(try mode("new") == 0o640)
    try folder.put([1], "old")
    try FileManager.default.setAttributes([.posixPermissions: 0o666], ofItemAtPath: folder["old"])
    try writeDurably([2], to: folder["old"])
    #expect(try mode("old") == 0o666)
  }

  @Test("A symbolic link goes on pointing to the file")
  func symbolicLink() throws {
    try FileManager.default.createDirectory(
      atPath: folder["inner"], withIntermediateDirectories: false)
    try folder.put([1], "inner/file")
    try FileManager.default.createSymbolicLink(
      atPath: folder["link"], withDestinationPath: "inner/file")
    try writeDurably([2], to: folder["link"])
    #expect(try folder.bytes("inner/file") == [2])
    #expect(
      try FileManager.default.destinationOfSymbolicLink(atPath: folder["link"]) == "inner/file")
    #expect(try folder.names == ["inner", "link"])
  }

  @Test("A device is written directly and stays a device")
  func device() throws {
    try writeDurably([1, 2], to: "/dev/null")
    var status = stat()
    #expect(stat("/dev/null", &status) == 0 && status.st_mode & S_IFMT == S_IFCHR)
    #expect(
      message { try writeDurably([1, 2], to: "/dev/full") }
        == "/dev/full: cannot be written: No space left on device; free some space")
  }

  @Test("What cannot be created is said, with its reason")
  func cannotCreate() throws {
    #expect(
      message { try writeDurably([1], to: folder["none/file"]) }
        == "\(folder["none/file"]): cannot be created: No such file or directory; make the folder first"
    )
    #expect(
      message { try writeDurably([1], to: folder.path) }
        == "\(folder.path): cannot be created: Is a directory")
    try folder.put([1], "file")
    #expect(
      message { try writeDurably([1], to: folder["file/x"]) }
        == "\(folder["file/x"]): cannot be created: Not a directory")
    let error = #expect(throws: StorageError.self) { try writeDurably([1], to: folder["a\0b"]) }
    #expect(error?.kind == .cannotCreate)
  }

  @Test("A name may be as long as the system allows")
  func longName() throws {
    let name = String(repeating: "é", count: 127)
    try writeDurably([1], to: folder[name])
    #expect(try folder.names == [name])
  }

  @Test("The file before stays where asked for, under a name that it takes from an older one")
  func previousFile() throws {
    for byte: UInt8 in 1...3 {
      try writeDurably([byte], to: folder["file"], keepingPrevious: true)
    }
    #expect(try folder.names == [".file.previous", "file"])
    #expect(try folder.bytes("file") == [3] && folder.bytes(".file.previous") == [2])
    try writeDurably([4], to: folder["file"])
    #expect(try folder.bytes(".file.previous") == [2])
  }

  @Test("Writers at the same time leave one of their files whole")
  func writersAtOnce() async throws {
    let path = folder["file"]
    try await withThrowingTaskGroup(of: Void.self) { group in
      for writer in UInt8(0)..<8 {
        group.addTask {
          for _ in 0..<10 {
            try writeDurably([UInt8](repeating: writer, count: 10_000), to: path)
          }
        }
      }
      try await group.waitForAll()
    }
    let bytes = try folder.bytes("file")
    #expect(bytes.count == 10_000 && Set(bytes).count == 1)
    #expect(try folder.names == ["file"])
  }
}

@Suite struct RunLockTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test("One run at a time has an output, and the other hears who")
  func oneAtATime() throws {
    let path = folder["run.safetensors"]
    do {
      let lock = try RunLock(path: path)
      let error = #expect(throws: StorageError.self) { _ = try RunLock(path: path) }
      #expect(error?.kind == .inUse)
      #expect(error?.description.contains("process \(getpid())") == true)
      let isExclusive = lock.isExclusive
      #expect(isExclusive)
    }
    _ = try RunLock(path: path)
    #expect(try folder.names.isEmpty)
  }

  @Test("A lock is no link to another file, and writes to none")
  func linkedLock() throws {
    try folder.put([1, 2], "victim")
    try FileManager.default.createSymbolicLink(
      atPath: folder[".a.lock"], withDestinationPath: "victim")
    let error = #expect(throws: StorageError.self) { _ = try RunLock(path: folder["a"]) }
    #expect(error?.kind == .cannotCreate)
    #expect(try folder.bytes("victim") == [1, 2])
  }

  @Test("Two names of one output have one lock")
  func linkedOutput() throws {
    try folder.put([1], "file")
    try FileManager.default.createSymbolicLink(atPath: folder["link"], withDestinationPath: "file")
    let lock = try RunLock(path: folder["link"])
    #expect(throws: StorageError.self) { _ = try RunLock(path: folder["file"]) }
    let isExclusive = lock.isExclusive
    #expect(isExclusive)
  }
}
