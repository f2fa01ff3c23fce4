internal import CVectorMath

/// A softmax over columns that arrive in blocks, with moments of the logits, for many rows at once.
///
/// Milakov and Gimelshein, "Online normalizer calculation for softmax" (2018), but the largest
/// entry of each row is kept apart from the *others*: with `m` its logit and `e = exp(a − m)`, the
/// sums run over the others alone. Where one entry has nearly all of the weight, as in the
/// posterior of isolated points, one minus its weight is then known to relative accuracy. Weights
/// `e` below `exp(−700)` are 0.
public struct OnlineSoftmax: Sendable {
  /// One row's largest entry, and sums over the other entries.
  public struct Row: Sendable {
    /// The column of the largest logit.
    public let largest: Int
    /// `Σ e`: the softmax weight of the largest is `1/(1 + others)`.
    public let others: Double
    /// `Σ e (a − m)`.
    public let firstMoment: Double
    /// `Σ e (a − m)²`.
    public let secondMoment: Double
    /// `Σ e q`, for the numbers `q` that came with the columns.
    public let squares: Double
  }

  /// What a block changed in a row: sums kept elsewhere with the old `m` are multiplied by `scale`,
  /// and the old largest column, where it was displaced, joins the others with weight `weight`.
  public struct Correction: Sendable {
    /// The factor of sums over earlier blocks.
    public let scale: Double
    /// The weight of the displaced column, 0 if there is none.
    public let weight: Double
    /// The displaced column.
    public let column: Int
  }

  private var state: [Double]
  private var largest: [Int64]
  private var displaced: [Int64]
  private var scale: [Double]
  private var weight: [Double]

  /// An empty softmax of `rows` rows.
  public init(rows: Int) {
    state = Array(repeating: 0, count: 5 * rows)
    largest = Array(repeating: -1, count: rows)
    displaced = largest
    scale = Array(repeating: 1, count: rows)
    weight = Array(repeating: 0, count: rows)
  }

  /// Adds columns `firstColumn ..< firstColumn + n` and overwrites `logits` with their weights `e`.
  ///
  /// `logits` is `(B, n)` with B at most the number of rows, `n ≥ 1`; the logits proper are `logits
  /// + offsets`. `offsets` and `squares` are `(n)`. The weight of a row's largest entry is written
  /// as 0.
  public mutating func add(
    _ logits: MatrixView<Double>, offsets: VectorView<Double>, squares: VectorView<Double>,
    firstColumn: Int
  ) {
    precondition(logits.rows <= largest.count && logits.columns >= 1)
    precondition(offsets.count == logits.columns && squares.count == logits.columns)
    displaced = largest
    ts_softmax_block_d(
      logits.rows, logits.columns, logits.base, logits.stride, offsets.base, squares.base,
      Int64(firstColumn), &state, &largest, &scale, &weight)
  }

  /// What the last block changed in row `row`.
  public func correction(_ row: Int) -> Correction {
    Correction(scale: scale[row], weight: weight[row], column: Int(displaced[row]))
  }

  /// Adds `weight · q` of a displaced column to the row's sum of squares.
  public mutating func addSquare(_ value: Double, row: Int) { state[5 * row + 4] += value }

  /// The sums of row `row` over all blocks so far, at least one.
  public subscript(row: Int) -> Row {
    precondition(largest[row] >= 0)
    return Row(
      largest: Int(largest[row]), others: state[5 * row + 1], firstMoment: state[5 * row + 2],
      secondMoment: state[5 * row + 3], squares: state[5 * row + 4])
  }
}
