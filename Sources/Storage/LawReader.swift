internal import Distributions
internal import Glibc
internal import JSONText
internal import LinearAlgebra

/// Reads a law (INTERFACE, "Laws") from JSON, and notes what a checkpoint must keep of it.
struct LawReader {
  /// The file of the law, for messages.
  let file: String
  /// Finds the point file that the law names.
  let pointFile: (PointFileReference) throws(StorageError) -> PointFile

  /// The law in `document`, its kind, and the document with the point file's identity in it.
  func read(
    _ document: JSONValue
  ) throws(StorageError) -> (law: any Law, distribution: String, record: JSONValue) {
    let reference: PointFileReference?
    do throws(JSONError) {
      reference = try pointFileReference(document)
    } catch {
      throw .malformed(error, in: file)
    }
    // An error of the point file names that file, and the law that asks for it.
    let points = try reference.map { reference throws(StorageError) in
      do throws(StorageError) {
        return (name: reference.name, file: try pointFile(reference))
      } catch {
        throw error.reached(through: "\(file), key 'file': ")
      }
    }
    do throws(JSONError) {
      var reader = try JSONObjectReader(document)
      let distribution = try reader.string("distribution")
      _ = try reader.optionalString("name")
      _ = try reader.optionalString("description")
      return try read(distribution, &reader, document, points)
    } catch {
      throw .malformed(error, in: file)
    }
  }

  private typealias NamedPointFile = (name: String, file: PointFile)

  private func read(
    _ distribution: String, _ reader: inout JSONObjectReader, _ document: JSONValue,
    _ points: NamedPointFile?
  ) throws(JSONError) -> (law: any Law, distribution: String, record: JSONValue) {
    switch distribution {
    case "points":
      let (law, record) = try self.points(&reader, document, points)
      return (law, distribution, record)
    case "gaussian":
      return (try gaussian(&reader), distribution, document)
    case "gaussian-mixture": return (try gaussianMixture(&reader), distribution, document)
    case "hypersphere": return (try hypersphere(&reader), distribution, document)
    case "box": return (try box(&reader), distribution, document)
    case "checkerboard": return (try checkerboard(&reader), distribution, document)
    case "curve": return (try curve(&reader), distribution, document)
    default:
      throw .unexpected(
        path: reader.path(of: "distribution"),
        expected: "'points', 'gaussian', 'gaussian-mixture', 'hypersphere', 'box', 'checkerboard' "
          + "or 'curve'",
        found: "\(excerpt(distribution))")
    }
  }

  // MARK: Points

  private func points(
    _ reader: inout JSONObjectReader, _ document: JSONValue, _ named: NamedPointFile?
  ) throws(JSONError) -> (any Law, JSONValue) {
    let inline = try reader.optionalRows("points")
    let hasFile = reader.optionalValue("file") != nil
    let weights = try reader.optionalNumbers("weights")
    try reader.finish()
    switch (inline, named) {
    case (_?, _) where hasFile:
      throw .unexpected(
        path: reader.path(of: "file"), expected: "either 'points' or 'file'", found: "both")
    case (let rows?, _):
      return (
        try law(reader) { () throws in try PointsLaw(points: Matrix(rows), weights: weights) },
        document
      )
    case (nil, let (name, file)?):
      let record = document.replacing("file", by: file.identity(name: FileName.split(name).name))
      return (
        try law(reader) { () throws in try PointsLaw(points: file.points, weights: weights) },
        record
      )
    case (nil, nil):
      throw .unexpected(
        path: reader.path(of: "points"), expected: "either 'points' or 'file'", found: "neither")
    }
  }

  /// The point file that a law of points names: by path, or, in a checkpoint, by what it must be.
  private func pointFileReference(_ document: JSONValue) throws(JSONError) -> PointFileReference? {
    guard document["distribution"] == "points", document["points"] == nil else { return nil }
    var reader = try JSONObjectReader(document)
    guard case .object? = reader.optionalValue("file") else {
      guard let name = try reader.optionalString("file") else { return nil }
      guard !name.isEmpty else {
        throw .unexpected(
          path: reader.path(of: "file"), expected: "the name of a point file, .npy or .csv",
          found: "an empty text")
      }
      return PointFileReference(name: name)
    }
    return try PointFileReference(try reader.object("file"))
  }

  // MARK: Checks

  /// The law that `make` makes; its `LawError` becomes an error about the key in `reader`.
  func law<Made: Law>(
    _ reader: JSONObjectReader, _ make: () throws -> Made
  ) throws(JSONError) -> Made {
    do {
      return try make()
    } catch LawError.invalid(let key, let expected, let found) {
      throw .unexpected(path: reader.path(of: key), expected: expected, found: found)
    } catch {
      throw .unexpected(
        path: reader.path(of: "distribution"), expected: "a law", found: "\(error)")
    }
  }
}

extension StorageError {
  /// The error of an input that is named elsewhere: `place`, then the file.
  fileprivate func reached(through place: String) -> StorageError {
    switch self {
    case .malformed(let file, let inner, let expected, let found, let remedy):
      .malformed(
        file: place + file, place: inner, expected: expected, found: found, remedy: remedy)
    case .notFound(let path, let remedy): .notFound(path: place + path, remedy: remedy)
    case .unreadable(let path, let reason): .unreadable(path: place + path, reason: reason)
    case .cannotCreate, .cannotWrite, .inUse: self
    }
  }
}

extension Matrix<Double> {
  /// The matrix that a document has as lists.
  init(_ rows: JSONRows) {
    self.init(rows: rows.count, columns: rows.columns, elements: rows.elements)
  }
}

extension JSONValue {
  /// The object with the value of one member replaced.
  fileprivate func replacing(_ key: String, by value: JSONValue) -> JSONValue {
    guard case .object(let members) = self else { return self }
    return .object(members.map { $0.key == key ? JSONMember(key: key, value: value) : $0 })
  }
}
