internal import ForwardProcess
internal import LinearAlgebra

/// What some samples say at one noise level: a row of weighted quantities for each.
struct LevelQuantities {
  private typealias Column = RateSums.Column

  /// The quantities of `RateSums.Column`, `(B, count)`.
  private(set) var rows: Matrix<Double>

  /// The quantities of `samples` at noise level `sigma`, the score-matching loss of the first
  /// `compared` ones.
  ///
  /// `ratio` is about A/B: it makes the third target that of the scaled bound.
  init(
    _ evaluator: ScoreEvaluator, _ samples: SampleBlock, sigma: Double, ratio: Double, compared: Int
  ) {
    let design = evaluator.design.controls
    let x = perturbed(samples.y, noise: samples.z, sigma: sigma)
    let predicted = evaluator.score.predictedNoise(at: x, sigma: sigma)
    let best = evaluator.exact?.predictedNoise(at: x.rows(0..<compared), sigma: sigma)
    let linear = evaluator.baseline?.predictedNoise(at: x, sigma: sigma)
    let linearLoss = evaluator.baseline?.entropyRate(sigma: sigma) ?? 0
    let divergences =
      design >= .stein && evaluator.tracesAreExact
      ? evaluator.score.divergence(at: x, sigma: sigma) : nil
    rows = Matrix(rows: x.rows, columns: Column.count)
    for row in 0..<x.rows {
      let w = samples.weights[row]
      let z = samples.z.row(row)
      let (a, b) = products(z, predicted.row(row))
      rows[row, 0] = w * a
      rows[row, 1] = w * b
      rows[row, 2] = w * ratio * (ratio * b - 2 * a)
      for c in 0..<SampleBlock.controlCount where design.includes(c) {
        rows[row, Column.controls.lowerBound + c] = samples.controls[row, c]
      }
      if let linear {
        rows[row, Column.baseline] = w * (squaredDistance(z, linear.row(row)) - linearLoss)
      }
      if let divergences {
        rows[row, Column.stein] = w * (a + sigma * sigma * divergences[row])
      }
      rows[row, Column.loss] = w * squaredDistance(z, predicted.row(row))
      if let best, row < compared {
        rows[row, Column.mismatch] = w * squaredDistance(best.row(row), predicted.row(row))
      }
    }
  }

  /// Adds `weight` times the quantities to `totals`, of the same shape.
  func addTo(_ totals: inout Matrix<Double>, weight: Double) {
    totals.withView { totals in
      rows.withReadOnlyView { totals.vector.update(adding: weight, times: $0.vector) }
    }
  }
}

extension SamplingDesign.ControlVariates {
  /// Whether control `index` of a `SampleBlock` is in use; that of the weights always is.
  fileprivate func includes(_ index: Int) -> Bool {
    index == 0 || self >= (index == 1 ? .noise : .moments)
  }
}

/// `z·ẑ` and `‖ẑ‖²`.
private func products(
  _ z: ArraySlice<Double>, _ predicted: ArraySlice<Double>
) -> (Double, Double) {
  var (a, b) = (0.0, 0.0)
  for (noise, guess) in zip(z, predicted) {
    a += noise * guess
    b += guess * guess
  }
  return (a, b)
}

/// `‖a − b‖²`.
private func squaredDistance(_ a: ArraySlice<Double>, _ b: ArraySlice<Double>) -> Double {
  zip(a, b).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
}
