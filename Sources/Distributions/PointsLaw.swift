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
  /// Equal rows merge into one with the sum of their weights, and rows of weight 0 are dropped.
  /// Throws `LawError` unless there is a point, every coordinate is finite, and the weights are one
  /// a point, none negative, with a sum within 1e-6 of 1; they are then normalised. A matrix that
  /// nobody else holds is not copied: beside it, a point costs some fifty bytes.
  public init(points: consuming Matrix<Double>, weights: [Double]? = nil) throws {
    var weights = try Self.validated(points: points, weights: weights)
    Self.merge(&points, &weights)
    let center = Self.mean(points, weights)
    let squares = Self.squaredDistances(of: points, from: center)
    self.center = center
    self.points = points
    self.weights = weights
    self.squares = squares
    logWeights = weights.map { log($0) }
    moments = DataMoments(
      mean: center.elements,
      totalVariance: zip(weights, squares).reduce(0) { $0 + $1.0 * $1.1 })
    table = AliasTable(weights)
  }

  /// The Shannon entropy `−Σ w log w` of the weights in nats.
  public var entropy: Double? { max(0, -zip(weights, logWeights).reduce(0) { $0 + $1.0 * $1.1 }) }

  /// The covariance `Σ w (y − E y)(y − E y)ᵀ`, `(D, D)`; nil for `D > largestCovariance`.
  public var covariance: Matrix<Double>? {
    guard dimension <= largestCovariance else { return nil }
    var scaled = points
    scaled.withView { scaled in
      for k in weights.indices {
        let root = weights[k].squareRoot()
        for j in 0..<dimension { scaled[k, j] = root * (scaled[k, j] - moments.mean[j]) }
      }
    }
    return .product(scaled, scaled, transposingLeft: true)
  }
  /// The pick of a point.
  public var ingredients: SampleIngredients { SampleIngredients(uniforms: 1, normals: 0) }

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
        body(row, points.row(table.draw(stream, sample: firstSample + row)))
      }
    }
  }
}
