public import LinearAlgebra

/// Points in a file of their own, `.npy` or `.csv`.
public struct PointFile: Sendable {
  /// The points, `(N, D)`, all finite; N and D are at least 1.
  public let points: Matrix<Double>
  /// The names of the coordinates, where a `.csv` gives them.
  public let coordinateNames: [String]?
  /// The SHA-256 of the file, as 64 hexadecimal digits.
  public let sha256: String

  /// The points in the file `path`, whose ending says which kind it is; only in a regular one, if
  /// asked.
  public init(path: String, onlyRegular: Bool = false) throws(StorageError) {
    let ending = path.lowercased().suffix(4)
    guard ending == ".npy" || ending == ".csv" else {
      throw .malformed(
        file: path, expected: "a point file, .npy or .csv", found: "another ending")
    }
    try self.init(FileContents(path: path, onlyRegular: onlyRegular))
  }

  /// The points in `contents`, of kind `.npy` if that is how their path ends, else `.csv`.
  public init(_ contents: FileContents) throws(StorageError) {
    if contents.path.lowercased().hasSuffix(".npy") {
      points = try NumpyFile(contents).points()
      coordinateNames = nil
    } else {
      let table = try CSVTable(contents)
      points = table.rows
      coordinateNames = table.columnNames
    }
    sha256 = contents.sha256
  }
}
