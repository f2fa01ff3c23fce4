public import ForwardProcess
internal import Glibc
public import LinearAlgebra
public import Randomness

/// The law of finitely many points with weights: a data set, each of whose points is a possible
/// answer.
///
/// Everything about the posterior `p(y|x)` costs two matrix products and a softmax; see
/// `posterior(at:sigma:)`.
public struct PointsLaw: Law {
  /// The distinct points of positive weight, `(K, D)`, in the order of their first appearance.
  public let points: Matrix<Double>
  /// The weights of the points, `(K)`, positive, their sum 1.
  public let weights: [Double]
  /// The dimension D of the space.
  public var dimension: Int { points.columns }
  /// The mean and total variance of the weighted points.
  public let moments: DataMoments

  /// `log w_j`, `(K)`.
  let logWeights: [Double]
  /// `‖y_j − E y‖²`, `(K)`.
  let squares: [Double]
  /// The mean as a matrix of one row.
  private let center: Matrix<Double>
  private let table: AliasTable
  private let range = Lazy<NoiseRange>()

  /// The law that puts `weights` (equal ones if nil) on the rows of `points`, `(K, D)`.
  ///
  /// Equal rows merge into one with the sum of their weights, and rows of weight 0 are dropped. Throws
  /// `LawError` unless there is a point, every coordinate is finite, and the weights are one a point,
  /// none negative, with a sum within 1e-6 of 1; they are then normalised.
  public init(points: Matrix<Double>, weights: [Double]? = nil) throws {
    let weights = try Self.validated(points: points, weights: weights)
    let merged = Self.merged(points, weights)
    let mean = Self.mean(merged.points, merged.weights)
    center = mean
    self.points = merged.points
    self.weights = merged.weights
    logWeights = merged.weights.map { log($0) }
    squares = mean.withReadOnlyView { mean in
      merged.points.withReadOnlyView { points in
        (0..<points.rows).map { points.row($0).squaredDistance(to: mean.row(0)) }
      }
    }
    moments = DataMoments(
      mean: mean.elements,
      totalVariance: zip(merged.weights, squares).reduce(0) { $0 + $1.0 * $1.1 })
    table = AliasTable(merged.weights)
  }

  /// The Shannon entropy `−Σ w log w` of the weights in nats.
  public var entropy: Double? { max(0, -zip(weights, logWeights).reduce(0) { $0 + $1.0 * $1.1 }) }

  /// The range of noise levels that holds at least 99.5 % of the entropy; see `makeNoiseRange()`.
  public var noiseRange: NoiseRange { range.value(makeNoiseRange) }

  /// Overwrites the rows of `y` with randomly chosen points minus the mean.
  public func drawCentred(
    into y: MatrixView<Float>, scratch: MatrixView<Float>, stream: RandomStream, firstSample: Int
  ) {
    center.withReadOnlyView { center in
      forEachDraw(rows: y.rows, stream: stream, firstSample: firstSample) { row, point in
        y.row(row).copy(converting: point, minus: center.row(0))
      }
    }
  }

  /// Overwrites the rows of `y` with randomly chosen points.
  public func draw(
    into y: MatrixView<Double>, scratch: MatrixView<Double>, stream: RandomStream, firstSample: Int
  ) {
    forEachDraw(rows: y.rows, stream: stream, firstSample: firstSample) { row, point in
      y.row(row).copy(converting: point)
    }
  }

  /// Calls `body` with each row's number and the point that falls to its sample.
  private func forEachDraw(
    rows: Int, stream: RandomStream, firstSample: Int, _ body: (Int, VectorView<Double>) -> Void
  ) {
    let stream = stream.with(.data)
    points.withReadOnlyView { points in
      for row in 0..<rows {
        body(row, points.row(table.draw(stream, at: UInt64(firstSample + row))))
      }
    }
  }
}

extension PointsLaw {
  /// The weights to use, one a point and normalised, or what is wrong with the parameters.
  private static func validated(
    points: Matrix<Double>, weights: [Double]?
  ) throws -> [Double] {
    guard points.rows > 0 && points.columns > 0 else {
      throw LawError.invalid(
        key: "points", expected: "at least one point of at least one coordinate",
        found: "shape (\(points.rows), \(points.columns))")
    }
    if let index = points.elements.firstIndex(where: { !$0.isFinite }) {
      throw LawError.invalid(
        key: "points", expected: "finite coordinates",
        found: "\(points.elements[index]) in row \(index / points.columns)"
          + ", column \(index % points.columns)")
    }
    guard let weights else {
      return Array(repeating: 1 / Double(points.rows), count: points.rows)
    }
    guard weights.count == points.rows else {
      throw LawError.invalid(
        key: "weights", expected: "\(points.rows) weights, one a point", found: "\(weights.count)")
    }
    if let index = weights.firstIndex(where: { !($0 >= 0 && $0.isFinite) }) {
      throw LawError.invalid(
        key: "weights", expected: "finite weights that are not negative",
        found: "\(weights[index]) at index \(index)")
    }
    let sum = weights.reduce(0, +)
    guard abs(sum - 1) <= 1e-6 else {
      throw LawError.invalid(key: "weights", expected: "a sum of 1 to 1e-6", found: "\(sum)")
    }
    return weights.map { $0 / sum }
  }

  /// The distinct rows of positive weight with the sums of their weights.
  private static func merged(
    _ points: Matrix<Double>, _ weights: [Double]
  ) -> (points: Matrix<Double>, weights: [Double]) {
    let fingerprints = points.withReadOnlyView { points in
      (0..<points.rows).map { points.row($0).fingerprint }
    }
    // The distinct rows so far with each fingerprint, as indices into `rows`.
    var seen: [UInt64: [Int]] = [:]
    var (rows, sums): ([Int], [Double]) = ([], [])
    for row in 0..<points.rows where weights[row] > 0 {
      let alike = seen[fingerprints[row], default: []]
      if let index = alike.first(where: { points.row(rows[$0]) == points.row(row) }) {
        sums[index] += weights[row]
      } else {
        seen[fingerprints[row], default: []].append(rows.count)
        rows.append(row)
        sums.append(weights[row])
      }
    }
    guard rows.count < points.rows else { return (points, weights) }
    var elements: [Double] = []
    elements.reserveCapacity(rows.count * points.columns)
    for row in rows { elements += points.row(row) }
    return (Matrix(rows: rows.count, columns: points.columns, elements: elements), sums)
  }

  /// The weighted mean of the rows, `(1, D)`.
  private static func mean(_ points: Matrix<Double>, _ weights: [Double]) -> Matrix<Double> {
    // Centred at the first point, so that points far from the origin lose no digits.
    var mean = Matrix<Double>(rows: 1, columns: points.columns)
    mean.withView { mean in
      points.withReadOnlyView { points in
        for row in 0..<points.rows {
          mean.row(0).update(adding: weights[row], times: points.row(row))
          mean.row(0).update(adding: -weights[row], times: points.row(0))
        }
        mean.row(0).update(adding: 1, times: points.row(0))
      }
    }
    return mean
  }
}
