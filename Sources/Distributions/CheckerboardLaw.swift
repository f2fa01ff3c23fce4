public import ForwardProcess
internal import Glibc
public import LinearAlgebra
public import Randomness

/// The uniform law on the squares `(i, j)` with `i + j` even of an n × n grid, centred at the
/// origin.
///
/// A square is a product of intervals, so the board is the sum of two products: even columns times
/// even rows, and odd columns times odd rows. All is a softmax over these two, of sums along either
/// axis.
public struct CheckerboardLaw: Law {
  /// The most squares along a side: the quadrature's cost grows with their square.
  public static let mostCells = 64

  /// The number n of squares along a side of the board.
  public let cells: Int
  /// The side c of a square.
  public let width: Double
  /// Two.
  public var dimension: Int { 2 }
  /// The mean, the origin, and the total variance.
  public let moments: DataMoments
  /// The covariance, `(2, 2)`: columns and rows of one parity go together.
  public var covariance: Matrix<Double>? {
    let sums = (0..<2).map { parity in
      stride(from: parity, to: cells, by: 2).reduce(0.0) { $0 + Double($1) - Double(cells - 1) / 2 }
    }
    let across = (sums[0] * sums[0] + sums[1] * sums[1]) / Double(squares) * width * width
    let along = moments.totalVariance / 2
    return Matrix([[along, across], [across, along]])
  }
  /// The square, and the place in it.
  public var ingredients: SampleIngredients { SampleIngredients(uniforms: 4, normals: 0) }
  /// Nil: the law is continuous.
  public var entropy: Double? { nil }

  private let range = Lazy<NoiseRange>()

  /// How many squares carry the law: `⌈n²/2⌉`.
  var squares: Int { (cells * cells + 1) / 2 }
  /// The lines of the grid along an axis, ascending, `(n + 1)`.
  var lines: [Double] { (0...cells).map { (Double($0) - Double(cells) / 2) * width } }

  /// The board of `cells` by `cells` squares of side `width`.
  ///
  /// Throws `LawError` unless there are 1 to 64 cells and the width and its square are positive
  /// finite numbers.
  public init(cells: Int, width: Double) throws {
    guard (1...Self.mostCells).contains(cells) else {
      throw LawError.invalid(
        key: "cells", expected: "an integer from 1 to \(Self.mostCells)", found: "\(cells)")
    }
    guard width > 0 && width * width > 0 && (width * width).isFinite else {
      throw LawError.invalid(
        key: "width", expected: "a positive number with a square in range", found: "\(width)")
    }
    (self.cells, self.width) = (cells, width)
    // Column i holds as many squares as there are rows of its parity.
    let variance = (0..<cells).reduce(0.0) { sum, i in
      let center = Double(i) - Double(cells - 1) / 2
      let count = (cells + 1 - i % 2) / 2
      return sum + Double(count) * (center * center + 1.0 / 12)
    }
    moments = DataMoments(
      mean: [0, 0],
      totalVariance: 2 * variance / Double((cells * cells + 1) / 2) * (width * width))
  }

  /// The range from where the bandwidth is within 0.1 % of its limit, but not below 1e-3 of the
  /// data scale, to 20 standard deviations of a coordinate; see `makeNoiseRange()`.
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

  private func fill<Element: Scalar>(
    _ y: MatrixView<Element>, stream: RandomStream, firstSample: Int
  ) {
    let stream = stream.with(.data)
    for row in 0..<y.rows {
      let pick = stream.uniforms(sample: firstSample + row, pair: 0, of: 2).0
      let place = position(ofSquare: min(squares - 1, Int(pick * Double(squares))))
      let u = stream.uniforms(sample: firstSample + row, pair: 1, of: 2)
      y[row, 0] = Element((Double(place.column) - Double(cells) / 2 + u.0) * width)
      y[row, 1] = Element((Double(place.row) - Double(cells) / 2 + u.1) * width)
    }
  }

  /// The column and row of black square `index`.
  private func position(ofSquare index: Int) -> (column: Int, row: Int) {
    // In reading order every other square is black in an odd board; in an even one the rows
    // alternate between those that begin black and those that begin white.
    guard cells % 2 == 0 else { return (2 * index % cells, 2 * index / cells) }
    let row = index / (cells / 2)
    return (2 * (index % (cells / 2)) + row % 2, row)
  }
}
