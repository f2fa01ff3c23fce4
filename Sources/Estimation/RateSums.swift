internal import LinearAlgebra
internal import Statistics

/// The sums over samples from which the estimates at one noise level, or of the integrals over all,
/// follow.
struct RateSums: Sendable {
  /// Targets `w z·ẑ`, `w ‖ẑ‖²` and a combination of the two; the controls of `SampleBlock`, then those of
  /// the Gaussian baseline and of Stein's identity.
  private(set) var moments = PairedMoments(targets: 3, controls: RateSums.controls)
  /// The weighted score-matching loss with the same controls, where the exact score is known.
  private(set) var mismatch = PairedMoments(targets: 1, controls: RateSums.controls)
  /// How the losses and the score-matching losses are spread over the samples.
  private(set) var losses = RareEvents()
  private(set) var mismatches = RareEvents()

  /// The places of a row of quantities: the targets, the score-matching loss, the loss, the controls.
  enum Column {
    static let targets = 0..<3
    static let mismatch = 3
    static let loss = 4
    static let controls = 5..<5 + RateSums.controls
    static let baseline = controls.lowerBound + SampleBlock.controlCount
    static let stein = baseline + 1
    static let count = controls.upperBound
  }
  private static let controls = SampleBlock.controlCount + 2

  /// Adds quantities as `LevelQuantities` makes them: rows `2k` and `2k + 1` are a pair, the first
  /// `compared` ones have a score-matching loss; `comparesAll` if those of every block do.
  mutating func add(_ rows: Matrix<Double>, compared: Int, comparesAll: Bool = true) {
    if !comparesAll { addPart(rows, compared: compared) }
    for first in stride(from: 0, to: rows.rows, by: 2) {
      let pair = (rows.row(first), rows.row(first + 1))
      moments.add(pair, targets: Column.targets, controls: Column.controls)
      if comparesAll && first + 1 < compared { addMismatch(pair) }
      for row in first...first + 1 {
        losses.add(rows[row, Column.loss])
        if row < compared { mismatches.add(rows[row, Column.mismatch]) }
      }
    }
  }

  /// Adds the score-matching losses of some strata only: what differs between strata is then an error
  /// too, so it is the means of pairs that are compared, two at a time.
  private mutating func addPart(_ rows: Matrix<Double>, compared: Int) {
    for first in stride(from: 0, to: compared - 3, by: 4) {
      let means = [first, first + 2].map { row in
        zip(rows.row(row), rows.row(row + 1)).map { ($0 + $1) / 2 }
      }
      addMismatch((means[0][...], means[1][...]))
    }
  }

  private mutating func addMismatch(_ pair: (ArraySlice<Double>, ArraySlice<Double>)) {
    mismatch.add(
      pair, targets: Column.mismatch..<Column.mismatch + 1, controls: Column.controls)
  }

  /// `A/B` from plain means.
  var ratio: Double {
    let (a, b) = (moments.plainMean(0).value, moments.plainMean(1).value)
    return b > 0 ? a / b : 0
  }

  /// The standard error of the loss.
  var lossError: Double {
    ControlledMeans([moments]).combination(0, [-2, 1, 0]).standardError
  }
}
