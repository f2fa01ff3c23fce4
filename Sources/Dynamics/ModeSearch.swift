public import ForwardProcess
internal import Glibc
public import LinearAlgebra

/// The search for the stable fixed points of a score at one noise level, from many points at once.
public struct ModeSearch: Sendable {
  /// The stable fixed points that were found, `(M, D)`, in the order of the points that led there.
  public let modes: Matrix<Double>
  /// For each point the row of the mode that it led to; nil where it led to none.
  public let destinations: [Int?]
  /// How many points ended where the density is flat along some direction: on a ridge, none of whose points is a
  /// fixed point of its own.
  public let flat: Int

  /// Eigenvalues of `σ² ∇s` above this are those of a ridge.
  private static let leastCurvature = 1e-4
  private static let blockRows = 256

  /// Follows the rows of `points`, `(N, D)`, upward in `log p_σ`.
  ///
  /// By the mean shift `x ← E[y|x]`, whose steps grow short, and Newton's method at the end.
  public init(score: any ScoreFunction, points: Matrix<Double>, sigma: Double, workers: Workers) {
    precondition(points.columns == score.dimension && sigma > 0)
    let (equation, u) = (FixedPointEquation(score: score), log(sigma))
    let count = (points.rows + Self.blockRows - 1) / Self.blockRows
    let ends = workers.map(count) { block -> [PathNode?] in
      let first = block * Self.blockRows
      var x = points.rows(first..<min(points.rows, first + Self.blockRows))
      for _ in 0..<200 { x = score.denoised(at: x, sigma: sigma) }
      return (0..<x.rows).map { row in
        guard x.row(row).allSatisfy(\.isFinite) else { return nil }
        return equation.ascended(from: Array(x.row(row)), u).map { equation.node($0, u) }
      }
    }.flatMap(\.self)
    var (found, destinations, flat): ([[Double]], [Int?], Int) = ([], [], 0)
    for end in ends {
      guard let end else {
        destinations.append(nil)
        continue
      }
      guard let least = end.spectrum.last, least < -Self.leastCurvature else {
        destinations.append(nil)
        flat += 1
        continue
      }
      let known = found.firstIndex { FixedPointEquation.distance($0, end.x) < 1e-3 * sigma }
      destinations.append(known ?? found.count)
      if known == nil { found.append(end.x) }
    }
    modes = Matrix(
      rows: found.count, columns: points.columns, elements: found.flatMap(\.self))
    (self.destinations, self.flat) = (destinations, flat)
  }
}
