internal import LinearAlgebra
internal import Statistics

/// The sums over samples from which the estimates at one noise level, or of the integrals over all,
/// follow.
///
/// Everything is written in the error `e = z − ẑ` of the prediction: the mean of `‖e‖²` is L, and
/// that of `z·e` is `D − A`, the divergence route, since `E‖z‖² = D`; the score-norm route is `D −
/// B = 2 (D − A) − L`. Where the noise is large A and B are close to D, and these small numbers
/// keep the digits that differences of A and B would lose.
struct RateSums: Sendable {
  /// Targets `w ‖e‖²`, `w z·e` and the linear part of the scaled bound; the controls of
  /// `SampleBlock`, then those of the Gaussian baseline and of Stein's identity.
  private(set) var moments = PairedMoments(targets: 3, controls: RateSums.controls)
  /// The weighted score-matching loss with the same controls, where the exact score is known.
  private(set) var mismatch = PairedMoments(targets: 1, controls: RateSums.controls)
  /// How the losses and the score-matching losses are spread over the samples.
  private(set) var losses = RareEvents()
  private(set) var mismatches = RareEvents()

  /// The places of a row of quantities: the targets, the score-matching loss, the controls.
  enum Column {
    static let loss = 0
    static let along = 1
    static let bound = 2
    static let targets = 0..<3
    static let mismatch = 3
    static let controls = 4..<4 + RateSums.controls
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

  /// Adds the score-matching losses of some strata only: what differs between strata is then an
  /// error too, so it is the means of pairs that are compared, two at a time.
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

  /// `A/B` from plain means in `dimension` dimensions.
  func ratio(dimension: Int) -> Double {
    scalingRatio(
      loss: moments.plainMean(Column.loss).value, along: moments.plainMean(Column.along).value,
      dimension: Double(dimension))
  }

  /// The standard error of the loss.
  var lossError: Double {
    ControlledMeans([moments]).combination(0, [1, 0, 0]).standardError
  }
}

/// The factor `A/B` by which a prediction is best scaled, drawn to 1 where the prediction is next
/// to nothing and the factor, of no consequence, would be all noise.
func scalingRatio(loss: Double, along: Double, dimension d: Double) -> Double {
  let least = 1e-3 * d
  let (a, b) = (d - along, d - 2 * along + loss)
  return (max(0, a) + least) / (max(0, b) + least)
}
