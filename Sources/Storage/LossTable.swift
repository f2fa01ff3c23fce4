internal import ForwardProcess
internal import JSONText

/// The denoising losses of anyone's model at noise levels: a `.csv` with columns `sigma` and
/// `loss`.
///
/// The loss is `E‖z − ẑ‖²` of the predicted noise, summed over the D dimensions of the data, or
/// anything in proportion to it.
public struct LossTable: Sendable {
  /// The noise levels, strictly ascending, at least three.
  public let sigmas: [Double]
  /// The loss at each, one below 0 as 0.
  public let losses: [Double]

  /// The least rows that make a curve.
  private static let leastRows = 3
  /// By what fraction of the dimension, which is the loss of predicting nothing, losses may exceed
  /// it.
  ///
  /// Sampling and an imperfect network can do a little worse; and an estimate with control variates
  /// may lie as much below 0.
  private static let excess = 0.1
  /// By how much neighbouring levels must differ, so that their logarithms do.
  private static let closest = 1e-12

  /// Whether `contents` begins with a line that names the columns `sigma` and `loss`.
  public static func isTable(_ contents: FileContents) -> Bool {
    let names = contents.withBytes { bytes in
      var reader = CSVReader(contents)
      return (try? reader.header(bytes)) ?? nil
    }
    return names.map { $0.contains("sigma") && $0.contains("loss") } ?? false
  }

  /// The table in `contents` for data of `dimension` D, rows in any order, other columns ignored.
  ///
  /// Throws, naming the line, where a noise level is not positive or stands there twice, or a loss
  /// is below 0 or above D by more than a tenth of D.
  public init(_ contents: FileContents, dimension: Int) throws(StorageError) {
    precondition(dimension >= 1)
    let rows = try contents.withBytes { bytes throws(StorageError) in
      var reader = CSVReader(contents)
      return try reader.columns(["sigma", "loss"], bytes)
    }
    for (line, values) in rows {
      if let problem = Self.problem(sigma: values[0], loss: values[1], dimension: dimension) {
        throw .malformed(
          file: contents.path, place: "line \(line)", expected: problem.expected,
          found: problem.found, remedy: problem.remedy)
      }
    }
    let sorted = rows.sorted { $0.values[0] < $1.values[0] }
    for (row, next) in zip(sorted, sorted.dropFirst())
    where next.values[0] <= row.values[0] * (1 + Self.closest) {
      throw .malformed(
        file: contents.path, place: "line \(max(row.line, next.line))",
        expected: "each sigma once",
        found: "\(row.values[0]) as in line \(min(row.line, next.line))",
        remedy: "average the losses of one noise level")
    }
    guard rows.count >= Self.leastRows else {
      throw .malformed(
        file: contents.path, place: "line \(rows.count + 2)",
        expected: "\(Self.leastRows) rows at least", found: "\(rows.count)",
        remedy: "measure the loss at more noise levels")
    }
    sigmas = sorted.map { $0.values[0] }
    losses = sorted.map { max(0, $0.values[1]) }
  }

  private static func problem(
    sigma: Double, loss: Double, dimension: Int
  ) -> (expected: String, found: String, remedy: String?)? {
    guard NoiseRange.bounds.contains(sigma) else {
      return (
        "a sigma from 1e-30 to 1e30", "\(sigma)", sigma == 0 ? "leave the level 0 out" : nil
      )
    }
    guard loss >= -excess * Double(dimension) else {
      return ("a loss of at least 0, but for its error", "\(loss)", nil)
    }
    guard loss <= (1 + excess) * Double(dimension) else {
      return (
        "a loss of noise prediction, summed over \(dimension) dimensions, so at most about "
          + "\(dimension)", "\(loss)",
        "check --dimension, and that the loss compares with the noise z, without a weight"
      )
    }
    return nil
  }
}
