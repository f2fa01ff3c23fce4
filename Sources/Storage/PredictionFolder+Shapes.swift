internal import ForwardProcess

extension PredictionFolder {
  static func open(
    _ name: String, in folder: String, _ contents: (String) throws(StorageError) -> FileContents
  ) throws(StorageError) -> NumpyFile {
    let path = folder + (folder.hasSuffix("/") ? "" : "/") + name
    do throws(StorageError) {
      return try NumpyFile(contents(path))
    } catch .notFound(let path, _) {
      throw .notFound(
        path: path, remedy: "--predictions wants a folder with z.npy, prediction.npy and sigma.npy")
    }
  }

  static func malformed(
    _ file: NumpyFile, _ expected: String, found: String? = nil, remedy: String? = nil
  ) -> StorageError {
    .malformed(
      file: file.contents.path, place: "shape", expected: expected,
      found: found ?? NumpyFile.text(file.shape), remedy: remedy)
  }

  /// How many axes of `z` are not coordinates: as many as `sigma` has.
  static func leadingAxes(z: NumpyFile, sigma: NumpyFile) throws(StorageError) -> Int {
    guard !z.shape.isEmpty, z.shape.allSatisfy({ $0 > 0 }) else {
      throw malformed(z, "(N, D) or (L, N, D), at least one row")
    }
    let rows = z.shape[0]
    if sigma.shape == [rows] { return 1 }
    let remedy =
      "a noise level for each row is (N,) beside z of (N, ...), one for each level of a grid (L, 1) "
      + "beside z of (L, N, ...)"
    guard sigma.shape == [rows, 1], z.shape.count > 2 else {
      throw malformed(
        sigma,
        z.shape.count > 2
          ? "(\(rows),) or (\(rows), 1) beside z of \(NumpyFile.text(z.shape))"
          : "(\(rows),) beside z of \(NumpyFile.text(z.shape))", remedy: remedy)
    }
    return 2
  }

  /// The entries of `sigma`, in an order that fits the form: levels of a grid have one, and draws
  /// have none.
  static func levels(
    _ sigma: NumpyFile, of z: NumpyFile
  ) throws(StorageError) -> [Double] {
    let rows = NumpyRows(sigma, leadingAxes: sigma.shape.count)
    let values = try rows.rows(0..<rows.count).elements
    if let index = values.firstIndex(where: { !NoiseRange.bounds.contains($0) }) {
      throw .malformed(
        file: sigma.contents.path, place: "entry \(index) (from 0)",
        expected: "a noise level from 1e-30 to 1e30", found: "\(values[index])",
        remedy: values[index] == 0 ? "leave the level 0 out" : nil)
    }
    let pairs = zip(values, values.dropFirst())
    let isSorted = pairs.allSatisfy { $0 < $1 } || pairs.allSatisfy { $0 > $1 }
    if sigma.shape.count == 2 && !isSorted {
      throw .malformed(
        file: sigma.contents.path,
        expected: "with shape (L, 1) the levels of a grid, each once, ascending or descending",
        found: "another order", remedy: "for a noise level of each row write sigma.reshape(-1)")
    }
    if sigma.shape.count == 1 && z.shape.count > 2 && values.count > 2 && isSorted {
      throw .malformed(
        file: sigma.contents.path,
        expected:
          "with shape \(NumpyFile.text(sigma.shape)) a noise level for each row, in any order",
        found: "all levels in order, as of a grid",
        remedy: "for a grid write sigma.reshape(-1, 1); for rows write z and prediction as (N, D)")
    }
    return values
  }

  /// The clean samples, if the folder has them.
  static func sample(
    _ open: (String) throws(StorageError) -> NumpyFile, z: NumpyFile, axes: Int
  ) throws(StorageError) -> NumpyRows? {
    let file: NumpyFile
    do throws(StorageError) {
      file = try open("sample.npy")
    } catch .notFound {
      return nil
    }
    if file.shape == z.shape { return NumpyRows(file, leadingAxes: axes) }
    let shared = Array(z.shape.dropFirst(axes - 1))
    guard file.shape == shared else {
      throw malformed(
        file,
        "\(NumpyFile.text(z.shape)), as z.npy has"
          + (axes == 2 ? ", or \(NumpyFile.text(shared))" : ""), remedy: "or take the file away")
    }
    return NumpyRows(file, leadingAxes: 1)
  }
}
