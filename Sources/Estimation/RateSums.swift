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
}
