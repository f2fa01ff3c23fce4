internal import Glibc
internal import LinearAlgebra

/// A point of a curve of fixed points in the space of `x` and `u = ln σ`.
struct CurveNode: Sendable {
  /// The fixed point, `(D)`.
  var x: [Double]
  /// `ln σ`.
  var u: Double
  /// The eigenvalues μ of `σ² ∇s` there, ascending, `(D)`.
  var spectrum: [Double]

  /// The number of directions that are clearly unstable.
  ///
  /// More than there are where the spectrum is no numbers.
  var index: Int {
    spectrum.isEmpty ? .max : spectrum.count { $0 > FixedPointEquation.indifference }
  }
}

extension CurveNode {
  /// The number of directions that are unstable by the sign of their eigenvalues.
  var unstableDirections: Int { spectrum.count { $0 > 0 } }
}

/// Follows a curve of fixed points by its length, around the folds at which `σ` turns.
///
/// Pseudo-arclength continuation (Keller 1977): from a tangent a step along it, then Newton's
/// iterations in the plane across. Lengths are `√(‖dx‖²/σ² + du²)`. Across a branch point, where
/// two curves meet, the step leads on along the one it came on.
struct PathTracer: Sendable {
  /// Why a curve was followed no further.
  enum Ending: Sendable {
    /// It reached the noise level it was to be followed to.
    case level
    /// It turned back in σ just before the last node.
    case turn
    /// It changed its stability between the last two nodes without a turn.
    case stability
    /// No step led on, however short.
    case stalled
  }

  /// What makes a curve end beside a turn and the bound.
  enum Interest: Sendable {
    /// Nothing else.
    case none
    /// That the number of unstable directions changes.
    case stability
  }

  let equation: FixedPointEquation

  private static let longestStep = 0.2
  private static let shortestStep = 1e-7
  private static let mostNodes = 5000
  /// The step with which an event is passed that a longer one could have made up by leading to
  /// another curve.
  private static let cautiousStep = 1e-4

  /// The nodes of the curve from `start` on, upward or downward in σ until `bound`, and how it
  /// ended.
  ///
  /// Where it ended with a turn, the last node is the first one on the other arm. A simple fold, at
  /// which the stability changes in the turn, is plain to see. A turn without that, or a change
  /// without a turn, looks the same where two curves pass close to each other: the tracer goes back
  /// and takes shorter steps, until it has passed with the shortest or has seen the curves part.
  func trace(
    from start: CurveNode, rising: Bool, to bound: Double, stoppingAt interest: Interest = .none
  ) -> (nodes: [CurveNode], ending: Ending) {
    var nodes = [start]
    let upward = [Double](repeating: 0, count: equation.dimension) + [rising ? 1 : -1]
    let linear = linearized(start.x, start.u)
    guard let tangent = linear.tangent(along: upward) else { return (nodes, .stalled) }
    var motion = Motion(tangent: tangent, longestStep: linear.longestStep(along: tangent))
    var (step, limit) = (0.05, Self.longestStep)
    // The limit holds until what called for it is passed.
    var recovery = 0
    while nodes.count < Self.mostNodes {
      let node = nodes[nodes.count - 1]
      if rising ? node.u >= bound - 1e-9 : node.u <= bound + 1e-9 { return (nodes, .level) }
      // Not beyond the bound, where the curve may not be known.
      let room = abs(bound - node.u) / max(1e-3, abs(motion.rise)) * (1 + 1e-9)
      step = min(step, limit, motion.longestStep)
      guard let (next, nextMotion, iterations) = advanced(node, motion.tangent, min(step, room))
      else {
        step /= 2
        if step < Self.shortestStep { return (nodes, .stalled) }
        continue
      }
      let turns = (nextMotion.rise > 0) != rising
      // Between two tangents that rise a curve does not fall: this would be another one.
      if !turns && (rising ? next.u < node.u : next.u > node.u) && step > Self.shortestStep {
        step /= 2
        continue
      }
      if turns != (next.index != node.index) && step > Self.cautiousStep {
        (limit, recovery) = (max(Self.cautiousStep, step / 4), 6)
        continue
      }
      if turns {
        return (nodes + [beyondTurn(next, nextMotion, step: step, index: node.index)], .turn)
      }
      nodes.append(next)
      let loses = (next.index == 0) != (node.index == 0)
      if interest == .stability, loses { return (nodes, .stability) }
      recovery -= 1
      if recovery <= 0 { limit = Self.longestStep }
      motion = nextMotion
      if iterations <= 3 { step *= 1.5 }
    }
    return (nodes, .stalled)
  }

  /// The first node of the other arm of a turn at which its stability is plain to see.
  ///
  /// Right behind a fold in a narrow gap the eigenvalue is as small as behind a pitchfork.
  private func beyondTurn(
    _ first: CurveNode, _ motion: Motion, step: Double, index: Int
  ) -> CurveNode {
    var (node, tangent, step) = (first, motion.tangent, step)
    for _ in 0..<6 where node.index == index {
      guard let (next, nextMotion, _) = advanced(node, tangent, step) else { break }
      (node, tangent) = (next, nextMotion.tangent)
      step *= 2
    }
    return node.index == index ? first : node
  }

  /// Which way a curve runs at a node, and how far a step may lead.
  private struct Motion {
    /// The unit tangent `(dx/σ, du)`.
    let tangent: [Double]
    let longestStep: Double

    /// `du` along the tangent.
    var rise: Double { tangent[tangent.count - 1] }
  }

  /// The next node and its motion; nil where Newton's iterations fail, or the curve bends too much
  /// for a step of this length to stay on it.
  private func advanced(
    _ node: CurveNode, _ tangent: [Double], _ step: Double
  ) -> (CurveNode, Motion, Int)? {
    let sigma = exp(node.u)
    var x = zip(node.x, tangent).map { $0 + sigma * step * $1 }
    var u = node.u + step * tangent[tangent.count - 1]
    var iteration = NewtonIteration(rounding: equation.rounding(x, u))
    while let change = iteration.step(
      right: equation.residual(x, u).map { -$0 } + [0],
      matrix: { linearized(x, u).bordered(by: tangent) })
    {
      // A longer correction than that of a bend that is allowed below would lead to another curve.
      guard FixedPointEquation.norm(change) < 0.2 * step else { return nil }
      let sigma = exp(u)
      x = zip(x, change).map { $0 + sigma * $1 }
      u += change[change.count - 1]
    }
    guard iteration.isDone else { return nil }
    let linear = linearized(x, u)
    guard let turned = linear.tangent(along: tangent),
      FixedPointEquation.dot(turned, tangent) > 0.98,
      let spectrum = linear.jacobian.eigenvalueRealParts
    else { return nil }
    let motion = Motion(tangent: turned, longestStep: linear.longestStep(along: turned))
    return (CurveNode(x: x, u: u, spectrum: spectrum), motion, iteration.count)
  }

  /// The derivatives of the equation at a place.
  func linearized(_ x: [Double], _ u: Double) -> Linearization {
    Linearization(jacobian: equation.jacobian(x, u), slope: equation.slope(x, u))
  }

  /// The derivatives `J` and `∂r/∂u` of the equation of fixed points at a place.
  struct Linearization {
    /// `J = σ² ∇s`, `(D, D)`.
    let jacobian: Matrix<Double>
    /// `∂r/∂u`, `(D)`.
    let slope: [Double]

    /// The matrix `[[J, ∂r/∂u], [row]]`, `(D + 1, D + 1)`.
    func bordered(by row: [Double]) -> Matrix<Double> {
      let n = slope.count
      var matrix = Matrix<Double>(rows: n + 1, columns: n + 1)
      for i in 0..<n {
        for j in 0..<n { matrix[i, j] = jacobian[i, j] }
        matrix[i, n] = slope[i]
      }
      for j in 0...n { matrix[n, j] = row[j] }
      return matrix
    }

    /// The longest step that cannot lead past another curve nearby: where a path moves along a
    /// direction v in which it is about to lose its stability, `vᵀJv ≈ −2w²` at the distance w from
    /// a meeting place, and a weak field opens a gap between the curves there in which the same
    /// holds.
    func longestStep(along tangent: [Double]) -> Double {
      let v = Array(tangent.dropLast())
      let length = FixedPointEquation.norm(v)
      guard length > 0.05 else { return PathTracer.longestStep }
      let curvature = v.indices.reduce(0) { sum, i in
        sum + v[i] * v.indices.reduce(0) { $0 + jacobian[i, $1] * v[$1] }
      }
      let distance = abs(curvature).squareRoot() / length
      return max(PathTracer.cautiousStep, min(PathTracer.longestStep, 0.35 * distance))
    }

    /// The unit tangent `(dx/σ, du)` of the curve, on the side of `direction`.
    func tangent(along direction: [Double]) -> [Double]? {
      let (n, matrix) = (slope.count, bordered(by: direction))
      let right = slope.map { _ in 0.0 } + [1]
      // Where the density is flat along some direction, as on a ring of points, errors of the slope
      // would turn the tangent there: singular values tell, but cost more than elimination, of
      // which only the length, 1 over the cosine of the angle to `direction`, is a warning.
      let plain = n > 16 ? EliminationFactors(matrix)?.solution(of: right) : nil
      guard
        let solution = plain.flatMap({ FixedPointEquation.norm($0) < 1.5 ? $0 : nil })
          ?? matrix.shortestSolution(of: right, cutoff: 1e-7)
      else { return nil }
      let length = FixedPointEquation.norm(solution)
      return length > 0 && length.isFinite ? solution.map { $0 / length } : nil
    }
  }
}
