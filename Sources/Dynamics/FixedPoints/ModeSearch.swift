public import ForwardProcess
internal import Glibc
public import LinearAlgebra

/// The search for the stable fixed points of a score at one noise level, from many points at once.
public struct ModeSearch: Sendable {
  /// The stable fixed points that were found, `(M, D)`, in the order of the points that led there.
  public let modes: Matrix<Double>
  /// For each point the row of the mode that it led to; nil where it led to none.
  public let destinations: [Int?]
  /// How many points ended where the density is flat along some direction: on a ridge, none of
  /// whose points is a fixed point of its own.
  public let flat: Int

  /// Eigenvalues of `σ² ∇s` above this are those of a ridge.
  private static let leastCurvature = 1e-3
  private static let blockRows = 256
  /// The mean shifts that all points take before each is looked at.
  private static let shifts = 200
  private static let mostSteps = 400

  /// Follows the rows of `points`, `(N, D)`, upward in `log p_σ`.
  ///
  /// By the mean shift `x ← E[y|x]`, whose steps grow short, and Newton's method at the end.
  public init(score: any ScoreFunction, points: Matrix<Double>, sigma: Double, workers: Workers) {
    precondition(points.columns == score.dimension && sigma > 0)
    let (equation, u) = (FixedPointEquation(score: score), log(sigma))
    let count = (points.rows + Self.blockRows - 1) / Self.blockRows
    let shifted = workers.map(count) { block -> Matrix<Double> in
      let first = block * Self.blockRows
      let x = points.rows(first..<min(points.rows, first + Self.blockRows))
      return MeanShift(score: score, mostSteps: Self.shifts, tolerance: 1e-3)
        .limits(from: x, sigma: sigma).points
    }.flatMap { x in (0..<x.rows).map { Array(x.row($0)) } }
    var (found, destinations, flat): ([[Double]], [Int?], Int) = ([], [], 0)
    for x in shifted {
      guard x.allSatisfy(\.isFinite) else {
        destinations.append(nil)
        continue
      }
      let residual = FixedPointEquation.norm(equation.residual(x, u))
      // Where the shift has all but come to rest a mode that is known is this one.
      if residual < 0.02,
        let known = found.firstIndex(where: { FixedPointEquation.distance($0, x) < 0.1 * sigma })
      {
        destinations.append(known)
        continue
      }
      let least = equation.spectrum(x, u).last ?? 1
      if residual < 0.02 && abs(least) < Self.leastCurvature {
        flat += 1
        destinations.append(nil)
        continue
      }
      let end = equation.ascended(from: x, u, iterations: Self.mostSteps)
      guard let end, (equation.spectrum(end, u).last ?? 1) < -Self.leastCurvature else {
        if end != nil { flat += 1 }
        destinations.append(nil)
        continue
      }
      let known = found.firstIndex { FixedPointEquation.distance($0, end) < 1e-3 * sigma }
      destinations.append(known ?? found.count)
      if known == nil { found.append(end) }
    }
    modes = Matrix(
      rows: found.count, columns: points.columns, elements: found.flatMap(\.self))
    (self.destinations, self.flat) = (destinations, flat)
  }
}
