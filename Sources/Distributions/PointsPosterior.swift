internal import Glibc
public import LinearAlgebra

/// The posterior `p(y|x)` of a finite law at a batch of noised points, summarised.
///
/// One point `y_m` of each row is its *nearest*: the most probable one. The rest is given relative
/// to it, because that keeps relative accuracy where the posterior is nearly decided.
public struct PointsPosterior: Sendable {
  /// The indices `m` of the most probable points, `(B)`.
  public internal(set) var nearest: [Int]
  /// The probabilities `1 − p(y_m|x)` of all other points together, `(B)`.
  public internal(set) var doubt: [Double]
  /// `E[y|x] − y_m`, `(B, D)`.
  public internal(set) var shift: Matrix<Double>
  /// `tr Cov(y|x)`, `(B)`.
  public internal(set) var totalVariance: [Double]
  /// The posterior entropies `h(x) = −Σ p(y|x) log p(y|x)`, `(B)`, in nats.
  public internal(set) var entropy: [Double]
  /// The mean squared surprisals `Σ p(y|x) log² p(y|x)`, `(B)`, in nats².
  public internal(set) var squaredSurprisal: [Double]
  /// `log p_σ(x)`, `(B)`, in nats.
  public internal(set) var logDensity: [Double]

  /// A summary to be filled in, but for `shift`, which is empty.
  fileprivate init(rows: Int) {
    nearest = Array(repeating: 0, count: rows)
    doubt = Array(repeating: 0, count: rows)
    shift = Matrix(rows: 0, columns: 0)
    (totalVariance, entropy, squaredSurprisal, logDensity) = (doubt, doubt, doubt, doubt)
  }
}

extension PointsLaw {
  /// The posterior at the rows of `x`, `(B, D)`, at noise level `sigma`.
  ///
  /// With points and `x` centred at the mean, `log p(y_j|x) = (x·y_j − ‖y_j‖²/2)/σ² + log w_j +
  /// const`, so all logits are one matrix product and all means another, taken in blocks of 256
  /// rows and 1024 points through an online softmax: memory beyond the result is `1536 D + 2¹⁸`
  /// numbers. Leaving `‖x‖²` out avoids the cancellation in `‖x − y‖²` at large σ. At small σ a
  /// logit is off by up to `(D + 4) ε (‖x‖ + ‖y_j‖) ‖y_j‖/σ²`, `ε = 1.1e-16`, and usually by `√D`
  /// less: below 1e-3 at 1e-6 of the data scale, where only points that near one another compete.
  /// The largest logit enters the log density by its distance, taken directly.
  ///
  /// This is why the products are in double precision. In single precision, `ε = 6e-8`, the same
  /// bound says that a logit could be off by 1 where σ is 1 % of the size of points in 784
  /// dimensions, well inside the range in which near points compete; `sgemm` would be twice as
  /// fast.
  public func posterior(at x: Matrix<Double>, sigma: Double) -> PointsPosterior {
    precondition(x.columns == dimension && sigma > 0)
    var result = PointsPosterior(rows: x.rows)
    var shift = Matrix<Double>(rows: x.rows, columns: dimension)
    let workspace = PosteriorWorkspace(law: self, rows: x.rows, sigma: sigma)
    shift.withView { shift in
      x.withReadOnlyView { x in
        points.withReadOnlyView { points in
          for rows in blocks(of: x.rows, PosteriorWorkspace.rowBlock) {
            let sums = workspace.sums(at: x.rows(rows), points: points, means: shift.rows(rows))
            for (row, sum) in zip(rows, sums) {
              result.set(
                row: row, sum, mean: shift.row(row), x: x.row(row), workspace: workspace,
                point: points.row(sum.largest))
            }
          }
        }
      }
    }
    result.shift = shift
    return result
  }
}

/// The numbers `0 ..< count` in consecutive ranges of `size`, the last possibly shorter.
func blocks(of count: Int, _ size: Int) -> [Range<Int>] {
  stride(from: 0, to: count, by: size).map { $0..<min(count, $0 + size) }
}

extension PointsPosterior {
  /// Turns a row's sums over the points other than the nearest into its summary.
  ///
  /// On entry `mean` is `Σ e_j y_j` over the other points, centred; on exit it is the shift.
  fileprivate mutating func set(
    row: Int, _ sum: OnlineSoftmax.Row, mean: VectorView<Double>, x: VectorView<Double>,
    workspace: PosteriorWorkspace, point: VectorView<Double>
  ) {
    let law = workspace.law
    let (m, normalizer) = (sum.largest, 1 + sum.others)
    let logNormalizer = log1p(sum.others)
    workspace.centre(point)
    let nearestPoint = workspace.centred

    // Σ e ‖y − y_m‖² over the others, before `mean` is shifted to y_m.
    let spread =
      sum.squares - 2 * mean.dot(nearestPoint) + sum.others * law.squares[m]
    mean.update(scale: 1 / normalizer, adding: -sum.others / normalizer, times: nearestPoint)

    nearest[row] = m
    doubt[row] = sum.others / normalizer
    totalVariance[row] = max(0, spread / normalizer - mean.dot(mean))
    // −log p(y_j|x) = logNormalizer − (a_j − m), and the nearest has a_j − m = 0.
    entropy[row] = max(0, logNormalizer - sum.firstMoment / normalizer)
    squaredSurprisal[row] = max(
      0,
      (sum.secondMoment - 2 * logNormalizer * sum.firstMoment) / normalizer
        + logNormalizer * logNormalizer)
    let sigma = workspace.sigma
    logDensity[row] =
      law.logWeights[m] - x.squaredDistance(to: point) / sigma / sigma / 2 + logNormalizer
      - Double(law.dimension) * (log(2 * Double.pi) / 2 + log(sigma))
  }
}

/// The memory of one batch of posteriors, and the products that fill it.
struct PosteriorWorkspace {
  static let rowBlock = 256
  static let pointBlock = 1024

  let law: PointsLaw
  let sigma: Double
  private let arena: Arena<Double>
  /// Minus the mean of the law, `(D)`.
  private let negatedMean: VectorView<Double>
  /// One point, centred, `(D)`.
  let centred: VectorView<Double>
  private let x: MatrixView<Double>
  private let points: MatrixView<Double>
  private let logits: MatrixView<Double>
  private let offsets: VectorView<Double>
  private let squares: VectorView<Double>

  init(law: PointsLaw, rows: Int, sigma: Double) {
    let (D, B, K) = (
      law.dimension, min(rows, Self.rowBlock), min(law.weights.count, Self.pointBlock)
    )
    arena = Arena(capacity: Arena<Double>.capacity(for: [D, D, B * D, K * D, B * K, K, K]))
    self.law = law
    self.sigma = sigma
    negatedMean = arena.vector(D)
    for j in 0..<D { negatedMean[j] = -law.moments.mean[j] }
    centred = arena.vector(D)
    x = arena.matrix(B, D)
    points = arena.matrix(K, D)
    logits = arena.matrix(B, K)
    offsets = arena.vector(K)
    squares = arena.vector(K)
  }

  /// Overwrites `centred` with `point` minus the mean.
  func centre(_ point: VectorView<Double>) {
    centred.copy(from: point)
    centred.update(adding: 1, times: negatedMean)
  }

  /// The softmax sums at the rows of `input` `(B, D)`; `means` `(B, D)` becomes `Σ e_j y_j` over
  /// the points other than the nearest, centred.
  func sums(
    at input: MatrixView<Double>, points all: MatrixView<Double>, means: MatrixView<Double>
  ) -> [OnlineSoftmax.Row] {
    let x = x.prefix(input.rows)
    x.vector.copy(from: input.vector)
    x.addToRows(negatedMean)
    var softmax = OnlineSoftmax(rows: x.rows)
    for range in blocks(of: all.rows, Self.pointBlock) {
      let points = load(range, of: all)
      let logits = MatrixView(
        logits.vector[0..<x.rows * range.count], rows: x.rows, columns: range.count)
      logits.setProduct(.plain(x), .transposed(points), scale: 1 / (sigma * sigma))
      softmax.add(
        logits, offsets: offsets[0..<range.count], squares: squares[0..<range.count],
        firstColumn: range.lowerBound)
      for row in 0..<x.rows {
        correct(means.row(row), row: row, &softmax, points: all)
      }
      means.setProduct(.plain(logits), .plain(points), keeping: 1)
    }
    return (0..<x.rows).map { softmax[$0] }
  }

  /// The points of `range`, centred, with their offsets and squares.
  private func load(_ range: Range<Int>, of all: MatrixView<Double>) -> MatrixView<Double> {
    let block = points.prefix(range.count)
    block.vector.copy(from: all.rows(range).vector)
    block.addToRows(negatedMean)
    for (k, j) in range.enumerated() {
      offsets[k] = law.logWeights[j] - law.squares[j] / (2 * sigma * sigma)
      squares[k] = law.squares[j]
    }
    return block
  }

  /// Brings the sum of earlier blocks to the new largest logit of its row.
  private func correct(
    _ mean: VectorView<Double>, row: Int, _ softmax: inout OnlineSoftmax,
    points: MatrixView<Double>
  ) {
    let correction = softmax.correction(row)
    guard correction.scale != 1 || correction.weight > 0 else { return }
    if correction.weight > 0 {
      centre(points.row(correction.column))
      mean.update(scale: correction.scale, adding: correction.weight, times: centred)
      softmax.addSquare(correction.weight * law.squares[correction.column], row: row)
    } else {
      mean.update(adding: correction.scale - 1, times: mean)
    }
  }
}
