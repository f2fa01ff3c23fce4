import Glibc
import JSONText
import Storage

/// The reader that the environment names.
private let reader: FuzzedReader = {
  guard let name = getenv("TINYSCORE_READER").map({ String(cString: $0) }),
    let reader = FuzzedReader(name)
  else { fatalError("TINYSCORE_READER: expected the name of a reader") }
  return reader
}()

/// What libFuzzer calls with the content of a file.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  // libFuzzer's bytes are there for the time of the call.
  let bytes = Array(UnsafeBufferPointer(start: start, count: count))
  do throws(BrokenPromise) {
    try reader.read(bytes)
  } catch {
    fatalError("a promise is broken: \(error)")
  }
  return 0
}

/// A reader of the library's or of the program's own.
private enum FuzzedReader {
  case checked(CheckedReader)
  case levels
  case log
  case configuration

  init?(_ name: String) {
    switch name {
    case "levels": self = .levels
    case "log": self = .log
    case "configuration": self = .configuration
    default:
      guard let reader = CheckedReader(rawValue: name) else { return nil }
      self = .checked(reader)
    }
  }

  func read(_ bytes: [UInt8]) throws(BrokenPromise) {
    switch self {
    case .checked(let reader):
      _ = try reader.takes(bytes)
      // A checkpoint also as a forger would have finished it: the hash hides all that is behind it.
      guard case .checkpoint = reader, let forged = forgedCheckpoint(bytes), forged != bytes else {
        return
      }
      _ = try reader.takes(forged)
    case .levels: try readLevels(bytes)
    case .log: try readLog(bytes)
    case .configuration: try readConfiguration(bytes)
    }
  }

  private func readLevels(_ bytes: [UInt8]) throws(BrokenPromise) {
    // The file's ending says what it is.
    let ending = bytes.first.map { $0 == 0x93 ? "npy" : $0 == 0x5B ? "json" : "csv" } ?? "csv"
    let contents = FileContents(bytes, name: "\(CheckedReader.fileName).\(ending)")
    _ = try CheckedReader.takes {
      let levels = try LevelsFile(contents).levels
      try CheckedReader.promise(levels.count >= 2 && levels.allSatisfy { $0 > 0 }, "levels")
    }
  }

  private func readLog(_ bytes: [UInt8]) throws(BrokenPromise) {
    _ = try CheckedReader.takes {
      let lines = try LoggedLines(FileContents(bytes, name: CheckedReader.fileName), upTo: 100)
      try CheckedReader.promise(lines.length <= bytes.count, "lines are in the file")
      try CheckedReader.promise(lines.seconds >= 0 && lines.seconds.isFinite, "a time")
    }
  }

  /// Some options of `train`, and whether each takes a value.
  private static let options = [
    "steps": true, "batch": true, "learning-rate": true, "optimizer": true, "seed": true,
    "metrics": true, "quiet": false, "resume": false,
  ]

  private func readConfiguration(_ bytes: [UInt8]) throws(BrokenPromise) {
    let contents = FileContents(bytes, name: CheckedReader.fileName)
    _ = try CheckedReader.takes {
      let document = try JSONValue(contents, options: .init(allowingComments: true))
      let options = try ConfiguredOptions(
        document, file: contents.path, command: "train", takesValue: Self.options)
      try CheckedReader.promise(options.words.allSatisfy { $0.hasPrefix("--") }, "options")
    }
  }
}
