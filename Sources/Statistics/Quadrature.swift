internal import Glibc

/// The integral of `f` from `lower` to `upper` by the trapezoidal rule at multiples of `step`.
///
/// For an `f` that is analytic in a strip of half-width `d` and negligible at both ends the error
/// is about `exp(−2π d/step)` (Trefethen and Weideman, SIAM Review 2014, Theorem 5.1): no other
/// rule does better, and end corrections are not needed.
public func trapezoidalIntegral(
  from lower: Double, to upper: Double, step: Double, of f: (Double) -> Double
) -> Double {
  precondition(step > 0 && lower <= upper)
  var sum = 0.0
  for n in Int(
    (lower / step).rounded(.up))...max(
      Int((lower / step).rounded(.up)), Int((upper / step).rounded(.down)))
  {
    sum += f(Double(n) * step)
  }
  return sum * step
}
