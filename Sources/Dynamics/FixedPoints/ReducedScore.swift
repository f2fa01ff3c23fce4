internal import Glibc
internal import LinearAlgebra
internal import Statistics

/// The score reduced to the direction of a turn.
///
/// Lyapunov and Schmidt: along v the score is one number f, taken where all other components
/// vanish.
struct ReducedScore {
  let equation: FixedPointEquation
  let turn: TurningPoint

  /// An inflection of `f(·, u)`.
  struct Inflection {
    let slope: Double
    let value: Double
    let x: [Double]
  }

  /// The inflection of f at `u` nearest to `w = center`, which moves there; nil without one.
  func inflection(_ u: Double, near center: inout Double) -> Inflection? {
    let places = LagrangePolynomial.chebyshevPlaces(9)
    let reach = 0.3
    for _ in 0..<30 {
      guard let values = values(at: places.map { center + reach * $0 }, u) else { return nil }
      let polynomial = LagrangePolynomial(places: places, values: values.map(\.f))
      let step = 1e-3
      // The slope is largest at the inflection: a zero of the second derivative that falls.
      func bend(_ t: Double) -> Double {
        (polynomial.slope(t + step) - polynomial.slope(t - step)) / (2 * step)
      }
      let third = (bend(0.1) - bend(-0.1)) / 0.2
      guard third.isFinite else { return nil }
      // Far from the inflection the slope still bends upward on the way there.
      var t = third < 0 ? -bend(0) / third : copysign(1, bend(0))
      guard t.isFinite else { return nil }
      if abs(t) > 0.9 {
        center += reach * max(-1, min(1, t))
        guard abs(center) < 3 else { return nil }
        continue
      }
      for _ in 0..<8 {
        let slope = (bend(t + 0.05) - bend(t - 0.05)) / 0.1
        guard slope < 0 else { return nil }
        t = max(-1, min(1, t - bend(t) / slope))
      }
      center += reach * t
      let weights = polynomial.weights(t)
      let x = values[0].x.indices.map { j in
        zip(weights, values).reduce(0) { $0 + $1.0 * $1.1.x[j] }
      }
      if abs(t) < 0.5 {
        return Inflection(slope: polynomial.slope(t) / reach, value: polynomial.value(t), x: x)
      }
    }
    return nil
  }

  /// f and where it is taken, at ascending places w.
  func values(at places: [Double], _ u: Double) -> [(f: Double, x: [Double])]? {
    let scale = exp(turn.u)
    var guess = zip(turn.x, turn.direction).map { $0 + scale * places[0] * $1 }
    var result: [(f: Double, x: [Double])] = []
    for (k, w) in places.enumerated() {
      if k > 0 {
        let shift = scale * (w - places[k - 1])
        guess = zip(guess, turn.direction).map { $0 + shift * $1 }
      }
      guard let (f, x) = reduced(from: guess, u) else { return nil }
      result.append((f, x))
      guess = x
    }
    return result
  }

  /// f and x by Newton's method on `r(x, u) = f v`, x moving across v only.
  private func reduced(from start: [Double], _ u: Double) -> (f: Double, x: [Double])? {
    let (n, v, sigma) = (equation.dimension, turn.direction, exp(u))
    guard n > 1 else { return (equation.residual(start, u)[0] * v[0], start) }
    var (x, f, iteration) = (start, 0.0, NewtonIteration(rounding: equation.rounding(start, u)))
    while let change = iteration.step(
      right: zip(equation.residual(x, u), v).map { f * $1 - $0 } + [0],
      matrix: { matrix(x, u) })
    {
      x = zip(x, change).map { $0 + sigma * $1 }
      f += change[n]
      guard FixedPointEquation.distance(x, start) < sigma else { return nil }
    }
    return iteration.isDone ? (f, x) : nil
  }

  /// `[[J, −v], [vᵀ, 0]]`.
  private func matrix(_ x: [Double], _ u: Double) -> Matrix<Double> {
    let (n, v, jacobian) = (equation.dimension, turn.direction, equation.jacobian(x, u))
    var matrix = Matrix<Double>(rows: n + 1, columns: n + 1)
    for i in 0..<n {
      for j in 0..<n { matrix[i, j] = jacobian[i, j] }
      (matrix[i, n], matrix[n, i]) = (-v[i], v[i])
    }
    return matrix
  }
}
