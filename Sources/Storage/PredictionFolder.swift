public import ForwardProcess
public import LinearAlgebra

/// The outputs of anyone's network in a folder: `z.npy`, the standard normal noise that was added,
/// `prediction.npy`, what the network took it for at `x = y + σ z`, `sigma.npy`, the noise levels, and
/// optionally `sample.npy`, the clean y.
///
/// The axes of `sigma.npy` say how many axes of the others are not coordinates, so that neither form can
/// be read as the other:
///
///     form   sigma.npy   z.npy, prediction.npy   sample.npy
///     rows   (N,)        (N, ...)                (N, ...)
///     grid   (L, 1)      (L, N, ...)             (N, ...) or (L, N, ...)
///
/// All axes at `...` are coordinates, D in all. Rows are independent samples; a grid has the same N
/// samples at each of L ascending or descending levels.
public struct PredictionFolder: Sendable {
  /// The folder as it was given.
  public let path: String
  /// The noise level of each row, L times N of them in a grid.
  public let sigmas: [Double]
  /// The number of levels of a grid; nil for rows.
  public let levels: Int?
  /// The dimension D of the data.
  public let dimension: Int
  /// The mean of the clean samples and their total variance, unbiased; nil without `sample.npy`.
  public let moments: DataMoments?
  private let noise: NumpyRows
  private let prediction: NumpyRows
  private let sample: NumpyRows?

  /// The noise levels that can be.
  private static let bounds = 1e-30...1e30
  /// The numbers that are read at once, but for one row at least.
  private static let block = 1 << 18
  /// What an evaluation keeps of a row, in bytes.
  private static let bytesOfRow = 256.0

  /// The arrays in the folder `path`; files of other names are passed over.
  public init(path: String) throws(StorageError) {
    self.path = path
    let z = try Self.open("z.npy", in: path)
    let sigma = try Self.open("sigma.npy", in: path)
    let axes = try Self.leadingAxes(z: z, sigma: sigma)
    noise = NumpyRows(z, leadingAxes: axes)
    dimension = noise.columns
    let predicted = try Self.open("prediction.npy", in: path)
    guard predicted.shape == z.shape else {
      throw Self.malformed(
        predicted, "\(NumpyFile.text(z.shape)), as z.npy has", remedy: "predict at each row of z")
    }
    prediction = NumpyRows(predicted, leadingAxes: axes)
    try Self.checkMemory(rows: noise.count, z)
    let values = try Self.levels(sigma, of: z)
    levels = axes == 2 ? values.count : nil
    let repeats = axes == 2 ? z.shape[1] : 1
    sigmas = values.flatMap { Array(repeating: $0, count: repeats) }
    sample = try Self.sample(in: path, z: z, axes: axes)
    moments = try sample.map { rows throws(StorageError) in try Self.moments(of: rows) }
  }

  /// The number of rows.
  public var count: Int { noise.count }

  /// The rows in blocks of bounded size, none of them across two levels of a grid.
  public var blocks: [Range<Int>] {
    let most = max(1, Self.block / dimension)
    let level = count / (levels ?? 1)
    return stride(from: 0, to: count, by: level).flatMap { start in
      stride(from: start, to: start + level, by: most).map { $0..<min($0 + most, start + level) }
    }
  }

  /// The noise, the prediction and the clean samples of some rows.
  public func rows(
    _ range: Range<Int>
  ) throws(StorageError) -> (z: Matrix<Double>, prediction: Matrix<Double>, sample: Matrix<Double>?)
  {
    let sample = try sample.map { rows throws(StorageError) in
      // Clean samples may be given once for all levels.
      let first = range.lowerBound % rows.count
      return try rows.rows(first..<first + range.count)
    }
    return (try noise.rows(range), try prediction.rows(range), sample)
  }
}

extension PredictionFolder {
  private static func open(_ name: String, in folder: String) throws(StorageError) -> NumpyFile {
    let path = folder + (folder.hasSuffix("/") ? "" : "/") + name
    do throws(StorageError) {
      return try NumpyFile(FileContents(path: path))
    } catch .notFound(let path, _) {
      throw .notFound(
        path: path, remedy: "--predictions wants a folder with z.npy, prediction.npy and sigma.npy")
    }
  }

  private static func malformed(
    _ file: NumpyFile, _ expected: String, found: String? = nil, remedy: String? = nil
  ) -> StorageError {
    .malformed(
      file: file.contents.path, place: "shape", expected: expected,
      found: found ?? NumpyFile.text(file.shape), remedy: remedy)
  }

  /// How many axes of `z` are not coordinates: as many as `sigma` has.
  private static func leadingAxes(z: NumpyFile, sigma: NumpyFile) throws(StorageError) -> Int {
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

  /// The entries of `sigma`, in an order that fits the form: levels of a grid have one, and draws have
  /// none.
  private static func levels(
    _ sigma: NumpyFile, of z: NumpyFile
  ) throws(StorageError) -> [Double] {
    let rows = NumpyRows(sigma, leadingAxes: sigma.shape.count)
    let values = try rows.rows(0..<rows.count).elements
    if let index = values.firstIndex(where: { !bounds.contains($0) }) {
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
  private static func sample(
    in folder: String, z: NumpyFile, axes: Int
  ) throws(StorageError) -> NumpyRows? {
    let file: NumpyFile
    do throws(StorageError) {
      file = try open("sample.npy", in: folder)
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

  private static func checkMemory(rows: Int, _ z: NumpyFile) throws(StorageError) {
    let needed = Double(rows) * bytesOfRow
    guard let available = availableMemory(), needed > available else { return }
    throw malformed(
      z, "rows of whose sums \(memoryText(available)) of memory have room",
      found: "a need of \(memoryText(needed))", remedy: "take a part of the rows")
  }

  /// Mean and total variance, by two passes.
  private static func moments(
    of rows: NumpyRows
  ) throws(StorageError) -> DataMoments {
    var mean = Array(repeating: 0.0, count: rows.columns)
    var spread = 0.0
    for pass in 0..<2 {
      for start in stride(from: 0, to: rows.count, by: max(1, block / rows.columns)) {
        let part = try rows.rows(start..<min(start + max(1, block / rows.columns), rows.count))
        for row in 0..<part.rows {
          for (j, value) in part.row(row).enumerated() {
            if pass == 0 {
              mean[j] += value / Double(rows.count)
            } else {
              spread += (value - mean[j]) * (value - mean[j])
            }
          }
        }
      }
    }
    return DataMoments(mean: mean, totalVariance: spread / Double(max(1, rows.count - 1)))
  }
}
