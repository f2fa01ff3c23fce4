internal import ForwardProcess
internal import Glibc
internal import LinearAlgebra

/// The equation of the fixed points of a score, `s(x, σ) = 0`, in units in which its parts are of
/// order 1.
///
/// Ambrogioni (2025), Equation 23. With `u = ln σ` it reads `r(x, u) = σ s = (E[y|x] − x)/σ = 0`;
/// distances count in σ, so its derivative by x is `J = σ² ∇s = Cov(y|x)/σ² − 1`. At a fixed point
/// the eigenvalues μ of J lie above −1, and it is stable where all are negative.
struct FixedPointEquation: Sendable {
  let score: any ScoreFunction

  var dimension: Int { score.dimension }

  /// Eigenvalues nearer to 0 than this, at which paths are within 3e-4 σ of a meeting place, count
  /// as negative: in the gap that a weak field opens there, signs come and go.
  static let indifference = 1e-7

  /// `r(x, u)`, `(D)`.
  func residual(_ x: [Double], _ u: Double) -> [Double] {
    let sigma = exp(u)
    return score.score(at: row(x), sigma: sigma).elements.map { sigma * $0 }
  }

  /// What rounding makes of r at best: of points far from the origin, in σ, more than elsewhere.
  func rounding(_ x: [Double], _ u: Double) -> Double { max(1e-13, 1e-15 * Self.norm(x) / exp(u)) }

  /// `J = σ² ∇s`, `(D, D)`.
  func jacobian(_ x: [Double], _ u: Double) -> Matrix<Double> {
    let sigma = exp(u)
    let jacobian = score.jacobian(at: row(x), sigma: sigma)
    return Matrix(
      rows: dimension, columns: dimension, elements: jacobian.elements.map { sigma * sigma * $0 })
  }

  /// `∂r/∂u`, `(D)`, by central differences: only the rate at which Newton's iterations converge,
  /// and the direction of the next step, depend on its last digits.
  func slope(_ x: [Double], _ u: Double) -> [Double] {
    let step = 1e-5
    return zip(residual(x, u + step), residual(x, u - step)).map { ($0 - $1) / (2 * step) }
  }

  /// The real parts of the eigenvalues of J, ascending, `(D)`; empty where they are not numbers.
  func spectrum(_ x: [Double], _ u: Double) -> [Double] {
    jacobian(x, u).eigenvalueRealParts ?? []
  }

  /// The node of a curve at a fixed point.
  func node(_ x: [Double], _ u: Double) -> CurveNode {
    CurveNode(x: x, u: u, spectrum: spectrum(x, u))
  }

  /// `vᵀJv`, the curvature of `σ² log p_σ` along a unit vector.
  func curvature(_ x: [Double], _ u: Double, along v: [Double]) -> Double {
    let jacobian = jacobian(x, u)
    return v.indices.reduce(0) { sum, i in
      sum + v[i] * v.indices.reduce(0) { $0 + jacobian[i, $1] * v[$1] }
    }
  }

  /// The fixed point at `u` that Newton's method leads to from `start`; nil where it does not
  /// converge or leads further away than `reach` σ.
  func fixedPoint(near start: [Double], _ u: Double, reach: Double = 0.5) -> [Double]? {
    let sigma = exp(u)
    var (x, iteration) = (start, NewtonIteration(rounding: rounding(start, u)))
    while let step = iteration.step(
      right: residual(x, u).map { -$0 }, matrix: { jacobian(x, u) })
    {
      x = zip(x, step).map { $0 + sigma * $1 }
      guard Self.distance(x, start) < reach * sigma else { return nil }
    }
    return iteration.isDone ? x : nil
  }

  /// The stable fixed point at `u` that ascent on `log p_σ` leads to from `start`; nil where it
  /// does not get there.
  ///
  /// By the mean shift `x ← E[y|x]` (Carreira-Perpiñán 2007), for the exact score an ascent
  /// whatever the step; where the density is concave by Newton's steps, cut to a length of σ.
  func ascended(from start: [Double], _ u: Double, iterations: Int = 3000) -> [Double]? {
    let sigma = exp(u)
    var (x, isInside) = (start, false)
    let rounding = rounding(start, u)
    for iteration in 0..<iterations {
      let residual = residual(x, u)
      guard residual.allSatisfy(\.isFinite) else { return nil }
      var step = residual
      // Whether the density is concave costs more than a step, and seldom changes.
      if isInside || iteration % 8 == 0 {
        let jacobian = jacobian(x, u)
        isInside = (jacobian.eigenvalueRealParts?.last ?? 1) < 0
        if isInside, let newton = EliminationFactors(jacobian)?.solution(of: residual.map { -$0 }) {
          let length = Self.norm(newton)
          if length < 1e-9 { return x }
          step = newton.map { $0 * min(1, 1 / length) }
        }
      }
      if Self.norm(residual) < rounding { return isConcave(x, u) ? x : nil }
      x = zip(x, step).map { $0 + sigma * $1 }
    }
    return nil
  }

  private func isConcave(_ x: [Double], _ u: Double) -> Bool {
    (spectrum(x, u).last ?? 1) < 0
  }

  static func norm(_ x: [Double]) -> Double { dot(x, x).squareRoot() }

  static func dot(_ x: [Double], _ y: [Double]) -> Double {
    zip(x, y).reduce(0) { $0 + $1.0 * $1.1 }
  }

  static func distance(_ x: [Double], _ y: [Double]) -> Double {
    zip(x, y).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
  }

  private func row(_ x: [Double]) -> Matrix<Double> {
    Matrix(rows: 1, columns: dimension, elements: x)
  }
}
