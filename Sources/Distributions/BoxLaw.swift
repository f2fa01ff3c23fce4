public import ForwardProcess
internal import Glibc
public import LinearAlgebra
public import Randomness

/// The uniform law on a box: a product of uniform laws on intervals, some of which may be points.
public struct BoxLaw: Law {
  /// The lower corner, `(D)`.
  public let lower: [Double]
  /// The upper corner, `(D)`, nowhere below the lower one.
  public let upper: [Double]
  /// The mean, the middle of the box, and the total variance, `Σ (upper − lower)²/12`.
  public let moments: DataMoments
  /// The dimension D of the space.
  public var dimension: Int { lower.count }
  /// Nil: the law is continuous, unless it is a single point, of entropy 0.
  public var entropy: Double? { supportDimension == 0 ? 0 : nil }

  /// How many sides have a length.
  let supportDimension: Int
  private let range = Lazy<NoiseRange>()

  /// The box from the corner `lower` to the corner `upper`, `(D)` both.
  ///
  /// A side of length 0 is a point. Throws `LawError` unless there is a coordinate, the corners
  /// have as many, and all are finite with `lower ≤ upper` and sides whose squares are in range.
  public init(lower: [Double], upper: [Double]) throws {
    guard !lower.isEmpty else {
      throw LawError.invalid(key: "lower", expected: "at least one number", found: "none")
    }
    guard lower.count == upper.count else {
      throw LawError.invalid(
        key: "upper", expected: "\(lower.count) numbers as in 'lower'", found: "\(upper.count)")
    }
    for j in lower.indices {
      guard lower[j].isFinite else {
        throw LawError.invalid(
          key: "lower", expected: "finite numbers", found: "\(lower[j]) at index \(j)")
      }
      let side = upper[j] - lower[j]
      guard upper[j].isFinite && upper[j] >= lower[j] else {
        throw LawError.invalid(
          key: "upper", expected: "finite numbers not below those of 'lower'",
          found: "\(upper[j]) at index \(j), above \(lower[j])")
      }
      guard side == 0 || (side * side > 0 && (side * side).isFinite) else {
        throw LawError.invalid(
          key: "upper", expected: "sides of length 0 or with a square in range, 1e-161 to 1e154",
          found: "\(side) at index \(j)")
      }
    }
    (self.lower, self.upper) = (lower, upper)
    moments = DataMoments(
      mean: zip(lower, upper).map { $0 + ($1 - $0) / 2 },
      totalVariance: zip(lower, upper).reduce(0) { $0 + ($1.1 - $1.0) * ($1.1 - $1.0) / 12 })
    supportDimension = zip(lower, upper).count { $0 < $1 }
  }

  /// The covariance, diagonal, `(D, D)`.
  public var covariance: Matrix<Double>? {
    .diagonal(zip(lower, upper).map { ($1 - $0) * ($1 - $0) / 12 })
  }
  /// One uniform number an axis.
  public var ingredients: SampleIngredients {
    SampleIngredients(uniforms: dimension, normals: 0)
  }

  /// The range from where the bandwidth is within 0.1 % of its limit, but not below 1e-3 of the
  /// shortest side, to 20 times the largest standard deviation; see `makeNoiseRange()`.
  public var noiseRange: NoiseRange { range.value(makeNoiseRange) }

  /// Overwrites the rows of `y` with samples minus the mean.
  public func drawCentred(
    into y: MatrixView<Float>, scratch: MatrixView<Float>, stream: RandomStream, firstSample: Int
  ) {
    forEachDraw(rows: y.rows, stream: stream, firstSample: firstSample) { row, j, u in
      y[row, j] = Float((u - 0.5) * (upper[j] - lower[j]))
    }
  }

  /// Overwrites the rows of `y` with samples.
  public func draw(
    into y: MatrixView<Double>, scratch: MatrixView<Double>, stream: RandomStream, firstSample: Int
  ) {
    forEachDraw(rows: y.rows, stream: stream, firstSample: firstSample) { row, j, u in
      y[row, j] = lower[j] + u * (upper[j] - lower[j])
    }
  }

  /// Calls `body` with each row, each coordinate and a uniform number.
  private func forEachDraw(
    rows: Int, stream: RandomStream, firstSample: Int, _ body: (Int, Int, Double) -> Void
  ) {
    let stream = stream.with(.data)
    let pairs = (dimension + 1) / 2
    for row in 0..<rows {
      for pair in 0..<pairs {
        let u = stream.uniforms(sample: firstSample + row, pair: pair, of: pairs)
        body(row, 2 * pair, u.0)
        if 2 * pair + 1 < dimension { body(row, 2 * pair + 1, u.1) }
      }
    }
  }
}
