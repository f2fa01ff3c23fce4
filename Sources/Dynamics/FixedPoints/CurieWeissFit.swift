internal import Glibc
internal import LinearAlgebra

/// The Curie–Weiss model of Equation 28 fitted to a score around a branching.
///
/// `Unfolding` reads the critical level off one point, from derivatives. The errors of a learned
/// score, a few hundredths in `r = σ s`, are as large there as what is to be read: they break the
/// symmetry by a field and move the point by per cents. Over both outcomes and half an e-fold of
/// noise levels they average out. The score along the direction v of the branching is `r = (c + L
/// tanh(L (ℓ − c)/σ² + h) − ℓ)/σ` for two points at `c ± L` with log odds `2h`; the least squares
/// of L, c and h give `σ_c = L` and the field h.
struct CurieWeissFit: Sendable {
  /// `σ_c`, half of the distance of the two outcomes.
  let sigma: Double
  /// Where the pitchfork would be without the field, `(D)`.
  let x: [Double]
  /// The field h in nats, positive towards the side of the turn's direction.
  let field: Double
  /// The root mean square of what the model leaves of r.
  let residual: Double

  /// How far the window reaches beyond the middle, in units of L; places and levels in it.
  private static let reach = 1.3
  private static let places = 13
  private static let levels = 7
  private static let levelReach = 0.25

  /// The fit around a fold beyond which the path goes on at `other`; nil where it does not
  /// converge.
  init?(_ turn: TurningPoint, other: [Double], equation: FixedPointEquation) {
    let direction = turn.direction
    let separation = FixedPointEquation.dot(direction, zip(other, turn.x).map { $0 - $1 })
    let middle = separation / 2
    let length = max(exp(turn.u), abs(middle))
    let reduction = ReducedScore(equation: equation, turn: turn)
    var data: [(place: Double, sigma: Double, value: Double)] = []
    for level in 0..<Self.levels {
      let share = 2 * Double(level) / Double(Self.levels - 1) - 1
      let u = log(length) + Self.levelReach * share
      let places = (0..<Self.places).map { k in
        let share = 2 * Double(k) / Double(Self.places - 1) - 1
        return (middle + Self.reach * length * share) / exp(turn.u)
      }
      guard let values = reduction.values(at: places, u) else { return nil }
      for (place, value) in zip(places, values) {
        data.append((place * exp(turn.u), exp(u), value.f))
      }
    }
    guard let (parameters, residual) = Self.leastSquares(data, start: [length, middle, 0]) else {
      return nil
    }
    (sigma, field) = (parameters[0], parameters[2])
    self.residual = residual
    x = zip(turn.x, direction).map { $0 + parameters[1] * $1 }
  }

  /// The model's r with the parameters `[L, c, h]`.
  private static func model(_ p: [Double], _ place: Double, _ sigma: Double) -> Double {
    (p[1] + p[0] * tanh(p[0] * (place - p[1]) / (sigma * sigma) + p[2]) - place) / sigma
  }

  /// The parameters of least squares by the steps of Gauss and Newton, and the root mean square of
  /// the rest.
  private static func leastSquares(
    _ data: [(place: Double, sigma: Double, value: Double)], start: [Double]
  ) -> (parameters: [Double], residual: Double)? {
    var (p, isDone) = (start, false)
    for _ in 0..<60 where !isDone {
      var (normal, right) = (Matrix<Double>(rows: 3, columns: 3), [0.0, 0, 0])
      for (place, sigma, value) in data {
        let rest = value - model(p, place, sigma)
        let slopes = p.indices.map { k -> Double in
          let step = 1e-6 * (k < 2 ? start[0] : 1)
          var (high, low) = (p, p)
          high[k] += step
          low[k] -= step
          return (model(high, place, sigma) - model(low, place, sigma)) / (2 * step)
        }
        for i in 0..<3 {
          right[i] += slopes[i] * rest
          for j in 0..<3 { normal[i, j] += slopes[i] * slopes[j] }
        }
      }
      guard let step = EliminationFactors(normal)?.solution(of: right) else { return nil }
      // Half of the length at once, at most, so that far from the end a step does not leave the
      // model.
      let cut = min(1, 0.5 * start[0] / max(abs(step[0]), abs(step[1]), abs(step[2]) * start[0]))
      for k in p.indices { p[k] += cut * step[k] }
      guard p[0] > 0.3 * start[0], p[0] < 3 * start[0] else { return nil }
      isDone = cut == 1 && step.allSatisfy { abs($0) < 1e-10 * start[0] }
    }
    guard isDone else { return nil }
    let squares = data.reduce(0) { sum, point in
      let rest = point.value - model(p, point.place, point.sigma)
      return sum + rest * rest
    }
    return (p, (squares / Double(data.count)).squareRoot())
  }
}
