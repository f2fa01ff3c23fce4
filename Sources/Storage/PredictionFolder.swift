public import ForwardProcess
public import LinearAlgebra

/// The outputs of anyone's network in a folder: `z.npy`, the standard normal noise that was added,
/// `prediction.npy`, what the network took it for at `x = y + σ z`, `sigma.npy`, the noise levels,
/// and optionally `sample.npy`, the clean y.
///
/// The axes of `sigma.npy` say how many axes of the others are not coordinates, so that neither
/// form can be read as the other:
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

  /// The numbers that are read at once, but for one row at least.
  static let block = 1 << 18

  /// The arrays in the folder `path`; files of other names are passed over.
  public init(path: String) throws(StorageError) {
    try self.init(path: path) { path throws(StorageError) in
      try FileContents(path: path, onlyRegular: true)
    }
  }

  /// The arrays in the folder `path`, as `contents` gives those of a path.
  init(
    path: String, contents: (String) throws(StorageError) -> FileContents
  ) throws(StorageError) {
    func open(_ name: String) throws(StorageError) -> NumpyFile {
      try Self.open(name, in: path, contents)
    }
    self.path = path
    let z = try open("z.npy")
    let sigma = try open("sigma.npy")
    let axes = try Self.leadingAxes(z: z, sigma: sigma)
    noise = NumpyRows(z, leadingAxes: axes)
    dimension = noise.columns
    let predicted = try open("prediction.npy")
    guard predicted.shape == z.shape else {
      throw Self.malformed(
        predicted, "\(NumpyFile.text(z.shape)), as z.npy has", remedy: "predict at each row of z")
    }
    prediction = NumpyRows(predicted, leadingAxes: axes)
    try Self.checkMemory(for: noise, z)
    let values = try Self.levels(sigma, of: z)
    levels = axes == 2 ? values.count : nil
    let repeats = axes == 2 ? z.shape[1] : 1
    sigmas = values.flatMap { Array(repeating: $0, count: repeats) }
    sample = try Self.sample(open, z: z, axes: axes)
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
