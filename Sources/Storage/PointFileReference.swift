internal import JSONText

/// A point file by name, and, where it is known, what it must be.
struct PointFileReference {
  /// A path, or in a checkpoint the name alone.
  let name: String
  /// The shape `(N, D)` and SHA-256 that a checkpoint was trained on.
  let identity: (shape: [Int], sha256: String)?

  init(name: String) {
    self.name = name
    identity = nil
  }

  /// The reference in a checkpoint's record: `name`, `shape` and `sha256`.
  init(_ reader: JSONObjectReader) throws(JSONError) {
    var reader = reader
    name = try reader.string("name")
    let shape = try reader.numbers("shape")
    guard shape.allSatisfy({ $0 >= 0 && $0 <= 9e15 && $0 == $0.rounded() }) else {
      throw .unexpected(path: reader.path(of: "shape"), expected: "whole numbers", found: "others")
    }
    identity = (shape.map { Int($0) }, try reader.string("sha256"))
    try reader.finish()
  }

  /// Throws unless a checkpoint's record of its data set is a law, or says which point file it was.
  static func check(record: JSONValue) throws(JSONError) {
    let reader = try JSONObjectReader(record)
    guard record["distribution"] != nil else {
      _ = try PointFileReference(reader)
      return
    }
    guard case .object? = record["file"] else { return }
    var law = reader
    _ = try PointFileReference(law.object("file"))
  }

  /// Where the file may be, if it is in one of the folders.
  func paths(in folders: [String]) -> [String] {
    name.hasPrefix("/")
      ? [name] : folders.map { ["", "."].contains($0) ? name : "\($0)/\(name)" }
  }

  /// The point file, found in one of the folders under its name and verified.
  func open(in folders: [String]) throws(StorageError) -> PointFile {
    let paths = paths(in: folders)
    guard let path = paths.first(where: { FileName.exists($0) }) else {
      // A checkpoint knows the name alone, so there is no telling which folder was meant.
      throw identity == nil
        ? .notFound(path: paths.first ?? name)
        : .notFound(
          path: name,
          remedy: "the checkpoint was trained on it and keeps its name alone: say where it is with "
            + "--dataset")
    }
    let file = try PointFile(path: path, onlyRegular: true)
    if let identity, identity.sha256 != file.sha256 {
      throw .malformed(
        file: path,
        expected: "the points of the training, SHA-256 \(identity.sha256.prefix(12))…",
        found: "SHA-256 \(file.sha256.prefix(12))…",
        remedy: "name the data set with --dataset")
    }
    return file
  }
}

extension PointFile {
  /// What a checkpoint keeps of the file: its name, shape and SHA-256.
  func identity(name: String) -> JSONValue {
    [
      "name": .string(name),
      "shape": JSONValue([Double(points.rows), Double(points.columns)]),
      "sha256": .string(sha256),
    ]
  }
}
