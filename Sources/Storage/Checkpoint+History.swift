internal import Training

extension TrainingHistory {
  /// The rows as they stand in a file, `(rows, 4)`.
  var tensor: Tensor {
    let numbers = rows.map {
      [Double($0.step), $0.entropy, $0.standardError, $0.gradientNorm]
    }
    return Tensor(numbers.flatMap(\.self), shape: [rows.count, Self.columnCount])
  }

  fileprivate static var columnCount: Int { 4 }
}

extension CheckpointReader {
  /// The history of a run that has done `step` steps; empty if the file has none.
  func history(step last: Int) throws(StorageError) -> TrainingHistory {
    let (name, columns) = ("ledger.history", TrainingHistory.columnCount)
    guard let tensor = file.tensors[name] else { return TrainingHistory() }
    guard case .double(let numbers) = tensor.values, tensor.shape.count == 2,
      tensor.shape[0] >= 1, tensor.shape[1] == columns
    else {
      throw malformed("tensor '\(name)'", "F64 of shape [rows, \(columns)]", "\(tensor.shape)")
    }
    var rows: [TrainingHistory.Row] = []
    for start in stride(from: 0, to: numbers.count, by: columns) {
      let row = numbers[start..<start + columns]
      let least = (rows.last?.step ?? 0) + 1
      guard row.allSatisfy(\.isFinite), let step = Int(exactly: row[start]), step >= least,
        step <= last, row[start + 2] >= 0, row[start + 3] >= 0
      else {
        throw malformed(
          "tensor '\(name)', row \(rows.count)",
          "a step from \(least) to \(last), and finite numbers, the error and the norm not negative",
          "\(Array(row))")
      }
      rows.append(
        .init(
          step: step, entropy: row[start + 1], standardError: row[start + 2],
          gradientNorm: row[start + 3]))
    }
    return TrainingHistory(rows: rows)
  }
}
