public import LinearAlgebra
public import Randomness

/// A source of independent samples of clean data, each with an address.
///
/// Sample `i` of a stream is a function of the stream and `i` alone. Two of the requirements have
/// defaults, and matter only to who wants more of the samples than their independence.
public protocol SampleSource: Sendable {
  /// The dimension D of the space.
  var dimension: Int { get }

  /// The exact mean and total variance of the samples.
  var moments: DataMoments { get }

  /// The exact covariance of the samples, `(D, D)`, made anew each time; nil where it is not known
  /// or `D > largestCovariance`.
  var covariance: Matrix<Double>? { get }

  /// Which numbers of a stream a sample is made of, so that they can be stratified.
  var ingredients: SampleIngredients { get }

  /// Overwrites the rows of `y` `(B, D)` with samples `firstSample ..< firstSample + B` minus the
  /// mean.
  ///
  /// For training: the mean is taken off before the number is rounded to single precision.
  /// `scratch` is contiguous of the same shape, overwritten. `firstSample · D` is a multiple of 4.
  /// Allocates nothing. The stream's purpose is replaced by those that the source needs.
  func drawCentred(
    into y: MatrixView<Float>, scratch: MatrixView<Float>, stream: RandomStream, firstSample: Int)

  /// Overwrites the rows of `y` `(B, D)` with samples `firstSample ..< firstSample + B`.
  ///
  /// As `drawCentred`, with the mean and in double precision; the numbers need not agree.
  func draw(
    into y: MatrixView<Double>, scratch: MatrixView<Double>, stream: RandomStream, firstSample: Int)
}

/// The perturbed points `x = y + σ z`, `(B, D)`, of clean points and noise of the same shape.
public func perturbed(
  _ y: Matrix<Double>, noise z: Matrix<Double>, sigma: Double
) -> Matrix<Double> {
  precondition(y.rows == z.rows && y.columns == z.columns)
  var x = y
  for row in 0..<y.rows { for j in 0..<y.columns { x[row, j] += sigma * z[row, j] } }
  return x
}

extension SampleSource {
  /// Not known.
  public var covariance: Matrix<Double>? { nil }

  /// Two uniform numbers.
  public var ingredients: SampleIngredients { SampleIngredients(uniforms: 2, normals: 0) }

  /// Samples `firstSample ..< firstSample + count` as a `(count, D)` matrix.
  public func samples(
    _ count: Int, stream: RandomStream, firstSample: Int = 0
  ) -> Matrix<Double> {
    var y = Matrix<Double>(rows: count, columns: dimension)
    var scratch = y
    y.withView { y in
      scratch.withView { draw(into: y, scratch: $0, stream: stream, firstSample: firstSample) }
    }
    return y
  }
}

/// The largest dimension in which a source tells its covariance.
public let largestCovariance = 256

extension Matrix<Double> {
  /// The matrix with `diagonal` on its diagonal and 0 elsewhere; nil above `largestCovariance`.
  package static func diagonal(_ diagonal: [Double]) -> Matrix? {
    guard diagonal.count <= largestCovariance else { return nil }
    var result = Matrix(rows: diagonal.count, columns: diagonal.count)
    for (j, value) in diagonal.enumerated() { result[j, j] = value }
    return result
  }
}
