internal import ForwardProcess
internal import LinearAlgebra
internal import Randomness

/// What some samples say at one noise level: a row of weighted quantities for each.
struct LevelQuantities {
  private typealias Column = RateSums.Column

  /// The quantities of `RateSums.Column`, `(B, count)`.
  private(set) var rows: Matrix<Double>

  /// The quantities of `samples` at the noise level `sigma`, number `level`, the score-matching
  /// loss of the first `compared` ones.
  ///
  /// `ratio` is about A/B: it makes the third target that of the scaled bound.
  init(
    _ evaluator: ScoreEvaluator, _ samples: SampleBlock, sigma: Double, level: Int,
    ratio: Double, compared: Int
  ) {
    let x = perturbed(samples.y, noise: samples.z, sigma: sigma)
    let predicted = evaluator.score.predictedNoise(at: x, sigma: sigma)
    rows = Matrix(rows: x.rows, columns: Column.count)
    for row in 0..<x.rows {
      let w = samples.weights[row]
      let (loss, along) = errors(samples.z.row(row), predicted.row(row))
      rows[row, Column.loss] = w * loss
      rows[row, Column.along] = w * along
      rows[row, Column.bound] = w * ratio * (ratio * loss + 2 * (1 - ratio) * along)
    }
    setMismatch(evaluator, x.rows(0..<compared), predicted, samples, sigma: sigma)
    setControls(evaluator, x, samples, sigma: sigma, level: level)
  }

  /// Sets the score-matching losses at `x`, the first samples.
  private mutating func setMismatch(
    _ evaluator: ScoreEvaluator, _ x: Matrix<Double>, _ predicted: Matrix<Double>,
    _ samples: SampleBlock, sigma: Double
  ) {
    guard let best = evaluator.exact?.predictedNoise(at: x, sigma: sigma) else { return }
    for row in 0..<x.rows {
      rows[row, Column.mismatch] =
        samples.weights[row] * squaredDistance(best.row(row), predicted.row(row))
    }
  }

  /// Sets the controls that are in use: those of the samples, the baseline's and Stein's.
  private mutating func setControls(
    _ evaluator: ScoreEvaluator, _ x: Matrix<Double>, _ samples: SampleBlock, sigma: Double,
    level: Int
  ) {
    let design = evaluator.design.controls
    let linear = evaluator.baseline?.predictedNoise(at: x, sigma: sigma)
    let linearLoss = evaluator.baseline?.expectedLoss(sigma: sigma) ?? 0
    let divergences =
      design >= .stein ? evaluator.divergences(at: x, sigma: sigma, level: level, samples) : nil
    for row in 0..<x.rows {
      for c in 0..<SampleBlock.controlCount where design.includes(c) {
        rows[row, Column.controls.lowerBound + c] = samples.controls[row, c]
      }
      let w = samples.weights[row]
      if let linear {
        rows[row, Column.baseline] =
          w * (squaredDistance(samples.z.row(row), linear.row(row)) - linearLoss)
      }
      if let divergences {
        let trace = Double(x.columns) + sigma * sigma * divergences[row]
        rows[row, Column.stein] = rows[row, Column.along] - w * trace
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

/// `‖e‖²` and `z·e` of the error `e = z − ẑ`.
private func errors(
  _ z: ArraySlice<Double>, _ predicted: ArraySlice<Double>
) -> (Double, Double) {
  var (loss, along) = (0.0, 0.0)
  for (noise, guess) in zip(z, predicted) {
    let error = noise - guess
    loss += error * error
    along += noise * error
  }
  return (loss, along)
}

/// `‖a − b‖²`.
private func squaredDistance(_ a: ArraySlice<Double>, _ b: ArraySlice<Double>) -> Double {
  zip(a, b).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
}

extension ScoreEvaluator {
  /// The divergences of the score at `x`, exact or from one probe a sample and level.
  fileprivate func divergences(
    at x: Matrix<Double>, sigma: Double, level: Int, _ samples: SampleBlock
  ) -> [Double] {
    guard !divergenceIsExact else { return score.divergence(at: x, sigma: sigma) }
    let stream = RandomStream(
      seed: seed, step: RandomStream.evaluationSteps + UInt32(level), purpose: .probe)
    return HutchinsonTrace(probes: 1, stream: stream)
      .traces(of: score, at: x, sigma: sigma, firstSample: samples.first)
  }
}
