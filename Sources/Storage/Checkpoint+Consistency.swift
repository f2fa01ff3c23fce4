internal import Estimation
public import ForwardProcess
internal import LinearAlgebra

/// What a file of the right form and with the right hash may still have wrong: whoever forges one
/// computes the hash anew.
extension Checkpoint {
  /// How far a basis may be from orthonormal; those that training leaves are within 1e-5.
  private static let orthonormality: Float = 1e-3

  /// Throws unless a run can go on from here; the reader asks it of every file.
  ///
  /// Adam divides by the root of its second moments, and SOAP goes into its bases and back by their
  /// transposes.
  func checkState(path: String) throws(StorageError) {
    guard step <= configuration.steps else {
      throw .malformed(
        file: path, place: "metadata 'progress', step",
        expected: "at most the \(configuration.steps) steps of the configuration", found: "\(step)")
    }
    guard hasOptimizerState else { return }
    let layers = state.optimizer.second.layers
    for (index, layer) in layers.enumerated() {
      for (name, values) in [
        ("weight", layer.weight.elements), ("bias", layer.bias.elements),
      ] {
        if let element = values.firstIndex(where: { $0 < 0 }) {
          throw .malformed(
            file: path,
            place: "tensor 'optimizer.second.layers.\(index).\(name)', element \(element)",
            expected: "a mean of squares, not below 0", found: "\(values[element])")
        }
      }
    }
    for (name, matrix) in state.optimizer.matrices {
      if name.hasSuffix(".basis") {
        let defect = Self.defect(matrix)
        // Not `>`: an overflow in the products is no basis either.
        guard defect <= Self.orthonormality else {
          throw .malformed(
            file: path, place: "tensor '\(name)'",
            expected: "orthonormal rows, to \(Self.orthonormality)", found: "\(defect) too much")
        }
      } else if let row = (0..<matrix.rows).first(where: { matrix[$0, $0] < 0 }) {
        throw .malformed(
          file: path, place: "tensor '\(name)', element [\(row), \(row)]",
          expected: "a mean of squares, not below 0", found: "\(matrix[row, row])")
      }
    }
  }

  /// The largest element of `B Bᵀ − 1` over the optimiser's bases B; nil where there is none.
  public var basisDefect: Float? {
    guard hasOptimizerState else { return nil }
    return state.optimizer.matrices.filter { $0.name.hasSuffix(".basis") }
      .map { Self.defect($0.matrix) }.max()
  }

  /// The largest element of `B Bᵀ − 1`, in magnitude; not a number if one is not.
  private static func defect(_ basis: MatrixView<Float>) -> Float {
    let matrix = Matrix(rows: basis.rows, columns: basis.columns, elements: basis.elements)
    var gram = Matrix.product(matrix, matrix, transposingRight: true)
    for row in 0..<gram.rows { gram[row, row] -= 1 }
    return gram.elements.reduce(0) { $1.isNaN ? .nan : max($0, abs($1)) }
  }

  /// Throws unless the ledger's sums can be those of the steps that were made: whole counts, all
  /// the samples of their steps, and sums of losses and of squares that are not negative.
  public func checkLedger(path: String) throws(StorageError) {
    let (onPage, pageSteps) = (ledger.stepsOnPage, ledger.pageSteps)
    // Each part of a run begins a ledger, with its first step.
    let step = step - (step == 0 ? 0 : configuration.part(of: step - 1).lowerBound)
    let expected = step == 0 ? 0 : (step - 1) % pageSteps + 1
    guard onPage == expected else {
      throw .malformed(
        file: path, place: "tensor 'ledger.state', element 1",
        expected: "\(expected) steps on the page, after \(step) in pages of \(pageSteps)",
        found: "\(onPage)")
    }
    for (page, steps) in [onPage, step > pageSteps ? pageSteps : 0].enumerated() {
      let sums = ledger.pages[page]
      for band in 0..<ledger.bandCount {
        let first = band * LossLedger.bandSize
        try Self.checkSums(
          sums[first..<first + LossLedger.bandSize],
          place: "tensor 'ledger.pages', page \(page), band \(band)", path: path)
      }
      let count = stride(from: 0, to: sums.count, by: LossLedger.bandSize)
        .reduce(0) { $0 + sums[$1] }
      guard count == Double(steps) * Double(configuration.batch) else {
        throw .malformed(
          file: path, place: "tensor 'ledger.pages', page \(page)",
          expected: "\(steps) steps of \(configuration.batch) samples", found: "\(count) samples")
      }
    }
  }

  /// Throws unless a band's sums, as `LossLedger.pages` has them, are possible ones.
  private static func checkSums(
    _ sums: ArraySlice<Double>, place: String, path: String
  ) throws(StorageError) {
    let start = sums.startIndex
    let quantities = 1 + LossLedger.controlCount
    // The squares of quantity i are the last of its row of the products (i, j ≤ i).
    let squares = (0..<quantities).map { start + quantities + ($0 + 1) * ($0 + 2) / 2 }
    for (index, what) in [(start, "a count"), (start + 1, "a sum of losses")]
      + squares.map({ ($0, "a sum of squares") }) where sums[index] < 0
    {
      throw .malformed(
        file: path, place: "\(place), sum \(index - start)", expected: "\(what), not below 0",
        found: "\(sums[index])")
    }
    guard sums[start] == sums[start].rounded() else {
      throw .malformed(
        file: path, place: "\(place), sum 0", expected: "a count", found: "\(sums[start])")
    }
  }

  /// Throws unless the embedding's frequencies are positive and ascend.
  public func checkEmbedding(path: String) throws(StorageError) {
    let frequencies = state.embedding.frequencies
    let before = [0] + frequencies.dropLast()
    if let index = frequencies.indices.first(where: { !(frequencies[$0] > before[$0]) }) {
      throw .malformed(
        file: path, place: "tensor 'embedding.frequencies', element \(index)",
        expected: "a frequency above \(before[index])", found: "\(frequencies[index])")
    }
  }

  /// Throws unless the mean and the scale of the data, also in the ledger, are those of the data
  /// set.
  public func checkMoments(_ moments: DataMoments, path: String) throws(StorageError) {
    let (mean, scale) = (state.preconditioning.mean, state.preconditioning.scale)
    // What single precision keeps, with room for sums that were taken in another order.
    func agree(_ a: Double, _ b: Double, size: Double) -> Bool { abs(a - b) <= 1e-6 * size }
    for (index, value) in moments.mean.enumerated()
    where !agree(mean[index], value, size: abs(value) + moments.scale) {
      throw .malformed(
        file: path, place: "tensor 'data.mean', element \(index)",
        expected: "the mean of the data set, \(value)", found: "\(mean[index])")
    }
    for (place, found, expected) in [
      ("'data.scale'", scale, moments.scale),
      ("'ledger.state', element 2", ledger.totalVariance, moments.totalVariance),
      ("'ledger.state', element 3", ledger.dataScale, moments.scale),
    ] where !agree(found, expected, size: expected) {
      throw .malformed(
        file: path, place: "tensor \(place)", expected: "that of the data set, \(expected)",
        found: "\(found)")
    }
  }
}
