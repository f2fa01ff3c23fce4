internal import Glibc

/// Derivatives by differences, with bounds on their error.
///
/// Central differences over a step, its half and its quarter, twice extrapolated (Romberg 1955).
/// The bound is the distance between the two values that were extrapolated once, some fifteen times
/// the error of the better one, and what the absolute error `noise` of the function can do.
enum FiniteDifference {
  /// The first derivative of `f` at `t`.
  static func derivative(
    at t: Double, step: Double, noise: Double = Measured.rounding, of f: (Double) -> Double
  ) -> Measured {
    // The three differences enter with weights 1/45, −20/45, 64/45, and f with errors over 1, ½, ¼
    // step.
    extrapolated(step: step, noise: (1 + 40 + 256) / 45 * noise / step) { h in
      (f(t + h) - f(t - h)) / (2 * h)
    }
  }

  /// The second derivative of `f` at `t`.
  static func secondDerivative(
    at t: Double, step: Double, noise: Double = Measured.rounding, of f: (Double) -> Double
  ) -> Measured {
    let middle = f(t)
    return extrapolated(step: step, noise: 4 * (1 + 80 + 1024) / 45 * noise / (step * step)) { h in
      (f(t + h) - 2 * middle + f(t - h)) / (h * h)
    }
  }

  /// The mixed second derivative `wᵀ∇∇ᵀf u` at `x`, from second derivatives along `w ± u`.
  static func mixedDerivative(
    at x: [Double], _ w: [Double], _ u: [Double], step: Double, of f: ([Double]) -> Double
  ) -> Measured {
    func along(_ sign: Double) -> Measured {
      secondDerivative(at: 0, step: step) { f(sum(x, $0, sum(w, sign, u))) }
    }
    let (plus, minus) = (along(1), along(-1))
    return Measured((plus.value - minus.value) / 4, bound: (plus.error + minus.error) / 4)
  }

  /// The derivative along coordinate `j` of a function of `x`.
  static func slope(
    at x: [Double], along j: Int, step: Double, of f: ([Double]) -> Double
  ) -> Measured {
    derivative(at: x[j], step: step) {
      var moved = x
      moved[j] = $0
      return f(moved)
    }
  }

  private static func extrapolated(
    step: Double, noise: Double, _ difference: (Double) -> Double
  ) -> Measured {
    let values = [step, step / 2, step / 4].map(difference)
    let once = zip(values, values.dropFirst()).map { $1 + ($1 - $0) / 3 }
    let change = once[1] - once[0]
    return Measured(once[1] + change / 15, bound: abs(change) + noise)
  }
}
