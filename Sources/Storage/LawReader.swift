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
    // An error of the point file names that file and is about it, not about the law.
    let points = try reference.map { reference throws(StorageError) in
      (name: reference.name, file: try pointFile(reference))
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
    default:
      throw .unexpected(
        path: reader.path(of: "distribution"), expected: "'points' or 'gaussian'",
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
      return (try law { try PointsLaw(points: Matrix(rows), weights: weights) }, document)
    case (nil, let (name, file)?):
      let record = document.replacing("file", by: file.identity(name: FileName.split(name).name))
      return (try law { try PointsLaw(points: file.points, weights: weights) }, record)
    case (nil, nil): throw .missing(path: reader.path(of: "points"))
    }
  }

  /// The point file that a law of points names: by path, or, in a checkpoint, by what it must be.
  private func pointFileReference(_ document: JSONValue) throws(JSONError) -> PointFileReference? {
    guard document["distribution"] == "points", document["points"] == nil else { return nil }
    var reader = try JSONObjectReader(document)
    guard case .object? = reader.optionalValue("file") else {
      return try reader.optionalString("file").map { PointFileReference(name: $0) }
    }
    return try PointFileReference(try reader.object("file"))
  }

  // MARK: Gaussian

  private func gaussian(_ reader: inout JSONObjectReader) throws(JSONError) -> any Law {
    var mean = try reader.optionalNumbers("mean")
    let covariance = try reader.optionalRows("covariance")
    let deviations = try reader.optionalNumbers("standardDeviations")
    let deviation = try reader.optionalNumber("standardDeviation")
    let dimension = try reader.optionalInteger("dimension")
    let subspace = try reader.optionalInteger("subspaceDimension")
    try reader.finish()
    let spreads = [covariance != nil, deviations != nil, deviation != nil]
    guard spreads.filter({ $0 }).count == 1 else {
      throw .unexpected(
        path: reader.path(of: "covariance"),
        expected: "one of 'covariance', 'standardDeviations' and 'standardDeviation'",
        found: spreads.contains(true) ? "more than one" : "none")
    }
    var count = mean?.count ?? covariance?.count ?? deviations?.count ?? 0
    if count == 0 {
      count = try checked(dimension, reader.path(of: "dimension"), in: 1...1_000_000)
    }
    if let dimension, dimension != count {
      throw .unexpected(
        path: reader.path(of: "dimension"), expected: "\(count), as the mean or the spread has",
        found: "\(dimension)")
    }
    mean = mean ?? Array(repeating: 0, count: count)
    if let covariance {
      try refuse(subspace, reader.path(of: "subspaceDimension"))
      return try law {
        try GaussianLaw(mean: mean ?? [], covariance: Matrix(covariance))
      }
    }
    if deviations != nil { try refuse(subspace, reader.path(of: "subspaceDimension")) }
    var spread = count
    if subspace != nil {
      spread = try checked(subspace, reader.path(of: "subspaceDimension"), in: 0...count)
    }
    return try law {
      try GaussianLaw(
        mean: mean ?? [],
        standardDeviations: deviations
          ?? (0..<count).map { $0 < spread ? deviation ?? 0 : 0 })
    }
  }

  // MARK: Checks

  private func checked(
    _ value: Int?, _ path: String, in range: ClosedRange<Int>
  ) throws(JSONError) -> Int {
    guard let value else { throw .missing(path: path) }
    guard range.contains(value) else {
      throw .unexpected(
        path: path, expected: "an integer from \(range.lowerBound) to \(range.upperBound)",
        found: "\(value)")
    }
    return value
  }

  private func refuse(_ value: Int?, _ path: String) throws(JSONError) {
    if value != nil {
      throw .unexpected(
        path: path, expected: "this key only beside 'standardDeviation'", found: "it")
    }
  }

  /// The law that `make` makes; its `LawError` becomes an error about the key.
  private func law(_ make: () throws -> any Law) throws(JSONError) -> any Law {
    do {
      return try make()
    } catch LawError.invalid(let key, let expected, let found) {
      throw .unexpected(path: key, expected: expected, found: found)
    } catch {
      throw .unexpected(path: "distribution", expected: "a law", found: "\(error)")
    }
  }
}

extension JSONValue {
  /// The object with the value of one member replaced.
  fileprivate func replacing(_ key: String, by value: JSONValue) -> JSONValue {
    guard case .object(let members) = self else { return self }
    return .object(members.map { $0.key == key ? JSONMember(key: key, value: value) : $0 })
  }
}
