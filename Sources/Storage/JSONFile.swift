public import JSONText

extension JSONValue {
  /// The most bytes of a JSON file: lists of numbers that are longer belong into a point file.
  private static let maximumFile = 1 << 26

  /// The document in the file `path`, at most 64 MiB of it.
  public init(path: String, options: JSONReadingOptions = .init()) throws(StorageError) {
    try self.init(FileContents(path: path), options: options)
  }

  /// The document in `contents`, at most 64 MiB of it.
  public init(
    _ contents: FileContents, options: JSONReadingOptions = .init()
  ) throws(StorageError) {
    self = try contents.withBytes { bytes throws(StorageError) in
      guard bytes.count <= Self.maximumFile else {
        throw .malformed(
          file: contents.path, expected: "at most 64 MiB of JSON", found: "\(bytes.count) bytes",
          remedy: "put long lists of numbers into an .npy file")
      }
      let text = bytes.indices.map { bytes[$0] }
      contents.release(bytes.indices)
      do throws(JSONError) {
        return try JSONValue(reading: text, options: options)
      } catch {
        throw .malformed(error, in: contents.path)
      }
    }
  }
}

extension StorageError {
  /// The error of a JSON document that stands in `file`.
  public static func malformed(_ error: JSONError, in file: String) -> StorageError {
    .malformed(file: file, place: error.place, expected: error.expected, found: error.found)
  }
}
