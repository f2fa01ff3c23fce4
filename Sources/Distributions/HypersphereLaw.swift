public import ForwardProcess
internal import Glibc
public import LinearAlgebra
public import Randomness

/// The uniform law on the sphere of some radius about the origin: a surface of dimension D − 1.
///
/// In one dimension it is two points. The posterior is the law of von Mises and Fisher about the
/// direction of x with `κ = R‖x‖/σ²`, so `E[y|x] = R A(κ) x/‖x‖` with `A =
/// I_{D/2}(κ)/I_{D/2−1}(κ)`.
public struct HypersphereLaw: Law {
  /// The dimension D of the space.
  public let dimension: Int
  /// The radius R, positive.
  public let radius: Double
  /// The mean 0 and the total variance R².
  public var moments: DataMoments {
    DataMoments(mean: Array(repeating: 0, count: dimension), totalVariance: radius * radius)
  }

  /// The two points of a sphere in one dimension.
  let points: PointsLaw?
  private let range = Lazy<NoiseRange>()

  /// The sphere of radius `radius` in `dimension` dimensions.
  ///
  /// Throws `LawError` unless the dimension is positive and the radius and its square are positive
  /// finite numbers.
  public init(dimension: Int, radius: Double) throws {
    guard dimension >= 1 else {
      throw LawError.invalid(
        key: "dimension", expected: "a positive integer", found: "\(dimension)")
    }
    guard radius * radius > 0 && (radius * radius).isFinite && radius > 0 else {
      throw LawError.invalid(
        key: "radius", expected: "a positive number with a square in range", found: "\(radius)")
    }
    (self.dimension, self.radius) = (dimension, radius)
    points = dimension == 1 ? try PointsLaw(points: Matrix([[-radius], [radius]])) : nil
  }

  /// The entropy `log 2` of the two points in one dimension, else nil.
  public var entropy: Double? { points?.entropy }

  /// The covariance `R²/D` times the identity, `(D, D)`.
  public var covariance: Matrix<Double>? {
    .diagonal(Array(repeating: moments.totalVariance / Double(dimension), count: dimension))
  }
  /// One normal number an axis.
  public var ingredients: SampleIngredients {
    SampleIngredients(uniforms: 0, normals: dimension)
  }

  /// The range from where the bandwidth is within 0.05 % of its limit to 20 standard deviations of
  /// a coordinate; see `makeNoiseRange()`.
  public var noiseRange: NoiseRange { range.value(makeNoiseRange) }

  /// Overwrites the rows of `y` with samples, whose mean is 0.
  public func drawCentred(
    into y: MatrixView<Float>, scratch: MatrixView<Float>, stream: RandomStream, firstSample: Int
  ) {
    fill(y, stream: stream, firstSample: firstSample)
  }

  /// Overwrites the rows of `y` with samples.
  public func draw(
    into y: MatrixView<Double>, scratch: MatrixView<Double>, stream: RandomStream, firstSample: Int
  ) {
    fill(y, stream: stream, firstSample: firstSample)
  }

  /// Normals, each row scaled to the sphere (Muller 1959).
  private func fill<Element: Scalar>(
    _ y: MatrixView<Element>, stream: RandomStream, firstSample: Int
  ) {
    stream.with(.dataNormal).fillNormal(y, firstSample: firstSample)
    for k in 0..<y.rows {
      let row = y.row(k)
      let length = row.dot(row).squareRoot()
      // Both numbers of one draw can be 0 only together with the whole row, once in 2⁵³ of D = 1,
      // 2.
      if length > 0 {
        row.update(adding: Element(radius) / length - 1, times: row)
      } else {
        row[0] = Element(radius)
      }
    }
  }
}
