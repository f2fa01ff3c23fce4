internal import ForwardProcess
internal import JSONText
internal import Storage

/// A plain list of noise levels in a file: as `schedule` writes it, or anyone's.
struct LevelsFile {
  /// The levels, strictly descending and positive, at least two.
  let levels: [Double]

  /// The endings of files that can hold a list.
  static let endings = [".json", ".csv", ".npy"]

  /// The list in the file `path`: a bare JSON array, a CSV of one column, or an array `(N)`.
  ///
  /// A 0 at the end, which some samplers want, is passed over: the last step to no noise is always
  /// taken.
  init(path: String) throws(StorageError) { try self.init(FileContents(path: path)) }

  /// The list in `contents`, whose path says of which kind it is.
  init(_ contents: FileContents) throws(StorageError) {
    let path = contents.path
    let values = try Self.values(contents)
    let levels = values.last == 0 ? Array(values.dropLast()) : values
    for (index, level) in levels.enumerated() {
      guard NoiseRange.bounds.contains(level) else {
        throw Self.malformed(path, index, "a noise level from 1e-30 to 1e30", level)
      }
      guard index == 0 || level < levels[index - 1] else {
        throw Self.malformed(
          path, index, "less than the level before, \(levels[index - 1])", level,
          remedy: "sort the levels from the largest to the smallest, each once")
      }
    }
    guard levels.count >= 2 else {
      throw StorageError.malformed(
        file: path, expected: "two noise levels at least", found: "\(levels.count)")
    }
    self.levels = levels
  }

  private static func values(_ contents: FileContents) throws(StorageError) -> [Double] {
    let path = contents.path
    guard path.lowercased().hasSuffix(".json") else {
      let points = try PointFile(contents).points
      guard points.columns == 1 else {
        throw StorageError.malformed(
          file: path, expected: "one column of noise levels", found: "\(points.columns)")
      }
      return points.elements
    }
    let document = try JSONValue(contents)
    guard case .array(let elements) = document else {
      throw StorageError.malformed(
        file: path, expected: "a list of noise levels, as [80, 1, 0.1]",
        found: "another kind of value")
    }
    return try elements.enumerated().map { index, element throws(StorageError) in
      guard case .number(let value) = element else {
        throw StorageError.malformed(
          file: path, place: "entry \(index) (from 0)", expected: "a number",
          found: excerpt(element.canonicalText))
      }
      return value
    }
  }

  private static func malformed(
    _ path: String, _ index: Int, _ expected: String, _ found: Double, remedy: String? = nil
  ) -> StorageError {
    .malformed(
      file: path, place: "entry \(index) (from 0)", expected: expected, found: "\(found)",
      remedy: remedy)
  }
}
