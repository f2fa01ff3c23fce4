internal import ForwardProcess

extension PredictionFolder {
  /// What an evaluation keeps of a row, in bytes.
  private static let bytesOfRow = 256.0
  /// What it has of a coordinate: a row of each of three arrays and places in it, the mean of the
  /// samples and as much again, as numbers of 8 bytes.
  private static let bytesOfCoordinate = 64.0

  /// Throws if the evaluation of `rows` of the array `z` has no room in memory.
  static func checkMemory(for rows: NumpyRows, _ z: NumpyFile) throws(StorageError) {
    let ofRows = Double(rows.count) * bytesOfRow
    let ofCoordinates = Double(rows.columns) * bytesOfCoordinate
    guard let available = availableMemory(), ofRows + ofCoordinates > available else { return }
    throw malformed(
      z, "rows of whose sums \(memoryText(available)) of memory have room, beside one of them",
      found: "a need of \(memoryText(ofRows + ofCoordinates))",
      remedy: ofRows > ofCoordinates
        ? "take a part of the rows"
        : "check its shape: all axes after those of sigma.npy are coordinates")
  }

  /// Mean and total variance, by two passes.
  static func moments(
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
