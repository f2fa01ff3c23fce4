internal import LinearAlgebra
internal import Statistics

/// The sums over samples from which the estimates at one noise level, or of the integrals over all,
/// follow.
struct RateSums: Sendable {
  /// Targets `w z·ẑ`, `w ‖ẑ‖²` and a combination of the two; the controls of `SampleBlock`, then those of
  /// the Gaussian baseline and of Stein's identity.
  private(set) var moments = PairedMoments(targets: 3, controls: RateSums.controls)
  /// The weighted score-matching loss, with the control `w − 1`, where the exact score is known.
  private(set) var mismatch = PairedMoments(targets: 1, controls: 1)
  /// How the losses and the score-matching losses are spread over the samples.
  private(set) var losses = RareEvents()
  private(set) var mismatches = RareEvents()

  private static let controls = SampleBlock.controlCount + 2
  /// The columns of a row of quantities: targets, controls, loss, score-matching loss.
  static let columns = 3 + controls + 2

  /// Adds quantities as `LevelQuantities` makes them: rows `2k` and `2k + 1` are a pair, the first
  /// `compared` ones have a score-matching loss.
  mutating func add(_ rows: Matrix<Double>, compared: Int) {
    let used = Self.columns - 2
    for first in stride(from: 0, to: rows.rows, by: 2) {
      moments.add(rows.row(first).prefix(used), rows.row(first + 1).prefix(used))
      for row in first...first + 1 {
        losses.add(rows[row, used])
        if row < compared { mismatches.add(rows[row, used + 1]) }
      }
      if first + 1 < compared {
        let picks = (first...first + 1).map { [rows[$0, used + 1], rows[$0, 3]] }
        mismatch.add(picks[0][...], picks[1][...])
      }
    }
  }

  mutating func merge(_ other: RateSums) {
    moments.merge(other.moments)
    mismatch.merge(other.mismatch)
    losses.merge(other.losses)
    mismatches.merge(other.mismatches)
  }

  /// The score-matching loss, where it is known, with an allowance for rare events.
  var checkedMismatch: Estimate? {
    mismatch.pairs > 0 ? mismatches.checkedMismatch(mismatch.controlledMean(0)) : nil
  }
}

/// The means of A, B and a combination of the two, corrected by control variates, and the covariance
/// of their errors.
struct RateFit: Sendable {
  /// The dimension D of the space.
  let dimension: Double
  /// The means, `(3)`.
  var means: [Double]
  /// The covariance of their errors, `(3, 3)`.
  let covariance: [Double]

  /// The fit of some sums.
  init(_ sums: RateSums, dimension: Int) {
    self.dimension = Double(dimension)
    (means, covariance) = sums.moments.controlledMeans()
  }

  /// The weighted sum of independent fits.
  init(independent fits: [RateFit], weights: [Double]) {
    dimension = fits.first?.dimension ?? 0
    means = (0..<3).map { t in zip(fits, weights).reduce(0) { $0 + $1.0.means[t] * $1.1 } }
    covariance = (0..<9).map { t in
      zip(fits, weights).reduce(0) { $0 + $1.0.covariance[t] * $1.1 * $1.1 }
    }
  }

  /// The variance of `offset + Σ c_t means_t`.
  func variance(_ coefficients: [Double]) -> Double {
    var sum = 0.0
    for (t, c) in coefficients.enumerated() {
      for (u, d) in coefficients.enumerated() { sum += c * d * covariance[t * 3 + u] }
    }
    return sum
  }

  /// `offset + Σ c_t means_t`.
  func combination(_ offset: Double, _ coefficients: [Double]) -> Estimate {
    Estimate(
      zip(coefficients, means).reduce(offset) { $0 + $1.0 * $1.1 },
      standardError: errorFrom(variance: variance(coefficients)))
  }
}
