public import LinearAlgebra
public import Randomness

/// A source of independent samples of clean data, each with an address.
///
/// Sample `i` of a stream is a function of the stream and `i` alone.
public protocol SampleSource: Sendable {
  /// The dimension D of the space.
  var dimension: Int { get }

  /// The exact mean and total variance of the samples.
  var moments: DataMoments { get }

  /// Overwrites the rows of `y` `(B, D)` with samples `firstSample ..< firstSample + B` minus the mean.
  ///
  /// For training: the mean is taken off before the number is rounded to single precision. `scratch`
  /// is contiguous of the same shape, overwritten. `firstSample · D` is a multiple of 4. Allocates
  /// nothing. The stream's purpose is replaced by those that the source needs.
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
