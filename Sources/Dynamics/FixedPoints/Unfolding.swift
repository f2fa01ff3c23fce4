internal import Glibc

/// The pitchfork of which a fold is what a field has left: its critical noise level, and the field.
///
/// Along the direction v in which two fixed points meet, the score is reduced to one number `f(w,
/// u)` (Lyapunov and Schmidt): the component along v at the point `w` on it where all other
/// components vanish. Near a decision between two outcomes `f = h + a(u) w − c w³`, as in the
/// Curie–Weiss model (Equation 28), whose field h is half the log odds of the two; the fold is
/// where f touches 0, and without the field `a(u) = 0` would be the critical point. Both are read
/// off where f has an inflection and no slope there. For the points ±v of any weights they are
/// exactly `σ_c = |v|` and `h = ½ log(w₁/w₂)`.
struct Unfolding: Sendable {
  /// `ln σ` of the pitchfork without the field.
  let u: Double
  /// Its place, `(D)`.
  let x: [Double]
  /// The field h in nats, positive towards the side of `direction`.
  let field: Double

  private static let reach = 0.25

  /// The unfolding of a turn of a curve; nil where there is none in its neighbourhood.
  init?(_ turn: TurningPoint, equation: FixedPointEquation) {
    let reduction = ReducedScore(equation: equation, turn: turn)
    var center = 0.0
    // The slope at the inflection falls with σ; its zero by secants.
    var (u, step) = (turn.u, 0.02)
    guard var current = reduction.inflection(u, near: &center) else { return nil }
    for _ in 0..<40 {
      guard let next = reduction.inflection(u + step, near: &center) else { return nil }
      let rate = (next.slope - current.slope) / step
      guard rate < 0, rate.isFinite else { return nil }
      (u, current) = (u + step, next)
      step = min(0.2, max(-0.2, -current.slope / rate))
      guard abs(u - turn.u) < 1.5 else { return nil }
      if abs(step) < 1e-11 { break }
      // Rounding decides below this.
      step = abs(step) < 1e-9 ? copysign(1e-9, step) : step
      if abs(current.slope) < 1e-10 { break }
    }
    guard abs(current.slope) < 1e-6 else { return nil }
    (self.u, x, field) = (u, current.x, current.value)
  }
}
