public import ForwardProcess
internal import Glibc
public import LinearAlgebra
internal import Randomness
public import Statistics

/// Typical points of `p_σ` beside the fixed points they flow to: local against expected divergence
/// (Ambrogioni 2025, Section 6.1).
///
/// A bifurcation is a matter of the Jacobian at a fixed point, but in many dimensions no sample is
/// near one: typical points lie on a shell of radius `σ√D`.
public struct TypicalSet: Sendable {
  /// The noise level.
  public let sigma: Double
  /// The mean distance `‖x − x*‖/σ√D` of typical points from their fixed points: 1 for one point in
  /// many dimensions.
  public let distance: Estimate
  /// The mean of `σ² ∇·s + D` at the typical points, in nats per unit of ln σ: the entropy rate C
  /// for the exact score.
  public let typicalRate: Estimate
  /// The mean of `σ² ∇·s + D` at their fixed points.
  public let fixedPointRate: Estimate
  /// The part of the points that has arrived at a fixed point.
  public let arrived: Double

  /// The typical sets at noise levels `sigmas`, from `count` samples, the same at every level.
  public static func at(
    _ sigmas: [Double], score: any ScoreFunction, source: any SampleSource, count: Int,
    seed: UInt64, workers: Workers
  ) -> [TypicalSet] {
    precondition(score.dimension == source.dimension && count >= 2)
    let stream = RandomStream(seed: seed, step: RandomStream.evaluationSteps, purpose: .path)
    let y = source.samples(count, stream: stream)
    let z = stream.normals(count, source.dimension)
    return workers.map(sigmas.count) {
      TypicalSet(x: perturbed(y, noise: z, sigma: sigmas[$0]), sigma: sigmas[$0], score: score)
    }
  }

  /// The typical points `x`, `(B, D)`, and their fixed points.
  init(x: Matrix<Double>, sigma: Double, score: any ScoreFunction) {
    let limits = MeanShift(score: score).limits(from: x, sigma: sigma)
    let d = Double(x.columns)
    func rate(_ points: Matrix<Double>) -> Estimate {
      Estimate(
        meanOf: score.divergence(at: points, sigma: sigma).map { d + sigma * sigma * $0 })
    }
    let distances = (0..<x.rows).map { row in
      let square = (0..<x.columns).reduce(0) {
        $0 + pow(x[row, $1] - limits.points[row, $1], 2)
      }
      return (square / d).squareRoot() / sigma
    }
    self.sigma = sigma
    distance = Estimate(meanOf: distances)
    (typicalRate, fixedPointRate) = (rate(x), rate(limits.points))
    arrived = Double(limits.hasArrived.count(where: \.self)) / Double(x.rows)
  }
}
