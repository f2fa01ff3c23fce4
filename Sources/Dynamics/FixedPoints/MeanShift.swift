public import ForwardProcess
internal import Glibc
public import LinearAlgebra

/// The fixed points to which noised points flow under `x ← E[y|x]`.
///
/// Each step is uphill in `log p_σ` for the exact score, by as much as a step of size σ² along it
/// (mean shift: Fukunaga and Hostetler 1975; Cheng 1995). Distances to the fixed point shrink by
/// the largest eigenvalue of `1 + σ² ∇s` there, which nears 1 at a bifurcation.
public struct MeanShift: Sendable {
  /// The score, learned or exact.
  public let score: any ScoreFunction
  /// The most steps of a point.
  public let mostSteps: Int
  /// A point has arrived where its step is shorter than this many σ.
  public let tolerance: Double

  /// The map of a score function.
  public init(score: any ScoreFunction, mostSteps: Int = 300, tolerance: Double = 1e-6) {
    precondition(mostSteps >= 1 && tolerance > 0)
    (self.score, self.mostSteps, self.tolerance) = (score, mostSteps, tolerance)
  }

  /// Where the rows of `x`, `(B, D)`, end at noise level `sigma`, and whether each has arrived.
  public func limits(
    from x: Matrix<Double>, sigma: Double
  ) -> (points: Matrix<Double>, hasArrived: [Bool]) {
    var points = x
    var moving = Array(0..<x.rows)
    for _ in 0..<mostSteps where !moving.isEmpty {
      // Only those that still move are put through the score.
      let here = Matrix(
        rows: moving.count, columns: x.columns, elements: moving.flatMap { points.row($0) })
      let next = score.denoised(at: here, sigma: sigma)
      var left: [Int] = []
      for (place, row) in moving.enumerated() {
        var square = 0.0
        for j in 0..<x.columns {
          let step = next[place, j] - points[row, j]
          square += step * step
          points[row, j] = next[place, j]
        }
        // What is not a number has not arrived either.
        if !(square.squareRoot() <= tolerance * sigma) { left.append(row) }
      }
      moving = left
    }
    var hasArrived = Array(repeating: true, count: x.rows)
    for row in moving { hasArrived[row] = false }
    return (points, hasArrived)
  }
}
