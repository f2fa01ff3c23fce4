public import ForwardProcess
internal import Glibc
public import LinearAlgebra
public import Randomness
internal import Statistics

/// The law of a point on a curve in the plane, with or without normal noise about it.
///
/// Noise of standard deviation τ on the data acts on x as more noise: `x = c + √(σ² + τ²) z` for a
/// point c of the curve. Density and score are those of the curve at `s = √(σ² + τ²)`; of what is
/// known about c, the data keep `E[y|x] = (σ² E[c|x] + τ² x)/s²` and `Cov(y|x) = (σ/s)⁴ Cov(c|x) +
/// τ²σ²/s²`.
public struct CurveLaw: Law {
  /// The shape of the curve.
  public let shape: CurveShape
  /// The factor by which the shape is larger than in its definition.
  public let scale: Double
  /// The standard deviation τ of isotropic normal noise added to the curve.
  public let noise: Double
  /// Two.
  public var dimension: Int { 2 }
  /// The mean and total variance.
  public let moments: DataMoments
  /// The covariance, `(2, 2)`.
  public let covariance: Matrix<Double>?
  /// The place on the curve, its branch, and the noise.
  public var ingredients: SampleIngredients {
    SampleIngredients(uniforms: shape.branches > 1 ? 2 : 1, normals: noise > 0 ? 2 : 0)
  }
  /// Nil: the law is continuous.
  public var entropy: Double? { nil }

  /// Pieces of the curve with which a posterior begins, each an eighth of a turn.
  let panels: [CurvePanel]
  private let range = Lazy<NoiseRange>()

  /// The curve of `shape`, `scale` times as large, with normal noise of standard deviation `noise`.
  ///
  /// Throws `LawError` unless the scale is positive, the noise is not negative, and their squares
  /// are finite and the scale's not 0.
  public init(shape: CurveShape, scale: Double = 1, noise: Double = 0) throws {
    guard scale > 0 && scale * scale > 0 && (scale * scale).isFinite else {
      throw LawError.invalid(
        key: "scale", expected: "a positive number with a square in range", found: "\(scale)")
    }
    guard noise >= 0 && (noise * noise).isFinite else {
      throw LawError.invalid(
        key: "noise",
        expected: "a number that is not negative, with a square in range (up to 1e154)",
        found: "\(noise)")
    }
    (self.shape, self.scale, self.noise) = (shape, scale, noise)
    let (lower, upper) = shape.parameters
    panels = CurvePanel.all(shape, count: Int(((upper - lower) / (Double.pi / 4)).rounded()))
    let nodes = CurveNodes(shape, panels: 64)
    let mean = nodes.mean
    moments = DataMoments(
      mean: [scale * mean.0, scale * mean.1],
      totalVariance: scale * scale * nodes.totalVariance + 2 * noise * noise)
    var covariance = nodes.covariance
    for i in 0..<2 {
      for j in 0..<2 { covariance[i, j] *= scale * scale }
      covariance[i, i] += noise * noise
    }
    self.covariance = covariance
  }

  /// The range from where the bandwidth is within 0.1 % of its limit, but not below 1e-3 of the
  /// data scale, to 20 times the data scale √2; see `makeNoiseRange()`.
  public var noiseRange: NoiseRange { range.value(makeNoiseRange) }

  /// Overwrites the rows of `y` with samples minus the mean.
  public func drawCentred(
    into y: MatrixView<Float>, scratch: MatrixView<Float>, stream: RandomStream, firstSample: Int
  ) {
    if noise > 0 { stream.with(.dataNormal).fillNormal(scratch, firstSample: firstSample) }
    for row in 0..<y.rows {
      let point = point(stream.with(.data), at: firstSample + row)
      y[row, 0] = Float(point.0 - moments.mean[0])
      y[row, 1] = Float(point.1 - moments.mean[1])
      if noise > 0 { y.row(row).update(adding: Float(noise), times: scratch.row(row)) }
    }
  }

  /// Overwrites the rows of `y` with samples.
  public func draw(
    into y: MatrixView<Double>, scratch: MatrixView<Double>, stream: RandomStream, firstSample: Int
  ) {
    if noise > 0 { stream.with(.dataNormal).fillNormal(scratch, firstSample: firstSample) }
    for row in 0..<y.rows {
      (y[row, 0], y[row, 1]) = point(stream.with(.data), at: firstSample + row)
      if noise > 0 { y.row(row).update(adding: noise, times: scratch.row(row)) }
    }
  }

  /// The point of the curve that falls to a sample.
  private func point(_ stream: RandomStream, at sample: Int) -> (Double, Double) {
    let u = stream.uniforms(sample: sample)
    let branch = shape.branches > 1 && u.1 > 0.5 ? 1 : 0
    let point = shape.point(branch, shape.parameter(at: u.0))
    return (scale * point.0, scale * point.1)
  }
}

/// A piece of a curve.
struct CurvePanel: Sendable {
  let branch: Int
  let middle: Double
  let half: Double

  /// `count` pieces of each branch, of equal length in the parameter.
  static func all(_ shape: CurveShape, count: Int) -> [CurvePanel] {
    let (lower, upper) = shape.parameters
    let half = (upper - lower) / Double(2 * count)
    return (0..<shape.branches).flatMap { branch in
      (0..<count).map {
        CurvePanel(branch: branch, middle: lower + Double(2 * $0 + 1) * half, half: half)
      }
    }
  }

  /// The two halves.
  var parts: (CurvePanel, CurvePanel) {
    (
      CurvePanel(branch: branch, middle: middle - half / 2, half: half / 2),
      CurvePanel(branch: branch, middle: middle + half / 2, half: half / 2)
    )
  }
}

/// Weighted points along a curve that stand for it in integrals.
struct CurveNodes {
  private static let rule = GaussLegendre(8)

  private(set) var x: [Double] = []
  private(set) var y: [Double] = []
  private(set) var weights: [Double] = []

  /// Eight nodes of Gauss and Legendre's rule on each of `panels` pieces of every branch.
  init(_ shape: CurveShape, panels: Int) {
    for panel in CurvePanel.all(shape, count: panels) {
      for (node, weight) in zip(Self.rule.nodes, Self.rule.weights) {
        let t = panel.middle + panel.half * node
        let point = shape.point(panel.branch, t)
        x.append(point.0)
        y.append(point.1)
        weights.append(panel.half * weight * shape.density(t))
      }
    }
  }

  /// The mean of the curve.
  var mean: (Double, Double) {
    weights.indices.reduce(into: (0.0, 0.0)) {
      $0.0 += weights[$1] * x[$1]
      $0.1 += weights[$1] * y[$1]
    }
  }

  /// The total variance of the curve.
  var totalVariance: Double { covariance[0, 0] + covariance[1, 1] }

  /// The covariance of the curve, `(2, 2)`.
  var covariance: Matrix<Double> {
    let mean = mean
    var result = Matrix<Double>(rows: 2, columns: 2)
    for k in weights.indices {
      let (u, v) = (x[k] - mean.0, y[k] - mean.1)
      result[0, 0] += weights[k] * u * u
      result[0, 1] += weights[k] * u * v
      result[1, 1] += weights[k] * v * v
    }
    result[1, 0] = result[0, 1]
    return result
  }
}
