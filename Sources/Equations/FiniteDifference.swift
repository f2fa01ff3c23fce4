internal import Glibc

/// Derivatives by differences, with bounds on their error.
enum FiniteDifference {
  /// The first derivative of `f` at `t` by central differences over `step` and its half, extrapolated
  /// (Richardson 1911).
  ///
  /// The bound is what the extrapolation changes, of higher order than what it leaves, and `noise`,
  /// the absolute error of `f`, over the step.
  static func derivative(
    at t: Double, step: Double, noise: Double, of f: (Double) -> Double
  ) -> Measured {
    extrapolated(step: step, noise: 2 * noise / step) { h in (f(t + h) - f(t - h)) / (2 * h) }
  }

  /// The second derivative, likewise.
  static func secondDerivative(
    at t: Double, step: Double, noise: Double, of f: (Double) -> Double
  ) -> Measured {
    let middle = f(t)
    return extrapolated(step: step, noise: 32 * noise / (step * step)) { h in
      (f(t + h) - 2 * middle + f(t - h)) / (h * h)
    }
  }

  /// The mixed second derivative `wᵀ∇∇ᵀf u` at `x`, from second derivatives along `w ± u`.
  static func mixedDerivative(
    at x: [Double], _ w: [Double], _ u: [Double], step: Double, noise: Double,
    of f: ([Double]) -> Double
  ) -> Measured {
    let plus = secondDerivative(at: 0, step: step, noise: noise) { h in
      f(x.indices.map { x[$0] + h * (w[$0] + u[$0]) })
    }
    let minus = secondDerivative(at: 0, step: step, noise: noise) { h in
      f(x.indices.map { x[$0] + h * (w[$0] - u[$0]) })
    }
    return Measured((plus.value - minus.value) / 4, bound: (plus.error + minus.error) / 4)
  }

  private static func extrapolated(
    step: Double, noise: Double, _ difference: (Double) -> Double
  ) -> Measured {
    let (coarse, fine) = (difference(step), difference(step / 2))
    return Measured(fine + (fine - coarse) / 3, bound: abs(fine - coarse) / 3 + noise)
  }
}
