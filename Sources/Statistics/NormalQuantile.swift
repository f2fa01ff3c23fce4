internal import Glibc

/// The value below which a standard normal falls with probability `p` in (0, 1).
///
/// Newton's iteration on the complementary error function, from the tail's leading term; error below
/// 1e-14 relative.
public func normalQuantile(_ p: Double) -> Double {
  precondition(p > 0 && p < 1)
  // Work in the lower tail, where erfc keeps its relative accuracy.
  let tail = min(p, 1 - p)
  // Φ(x) < exp(−x²/2)/2 for x < 0, so this start lies left of the solution.
  var x = -(max(0, -2 * log(2 * tail))).squareRoot()
  for _ in 0..<60 {
    let density = exp(-x * x / 2) / (2 * Double.pi).squareRoot()
    let below = erfc(-x / 2.0.squareRoot()) / 2
    // Newton on log Φ, which is concave: it converges from anywhere left of the solution.
    let step = log(below / tail) * below / density
    x -= step
    if abs(step) < 1e-15 * max(1, abs(x)) { break }
  }
  return p < 0.5 ? x : -x
}
