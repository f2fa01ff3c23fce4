internal import Glibc

/// The value below which Student's t with `freedom > 0` degrees of freedom, not necessarily a whole
/// number, falls with probability `p` in (0, 1); that of the normal for an infinite number.
///
/// Newton's iteration in the angle `θ`, `t = √ν tan θ`, in which the density is `cos^(ν−1) θ` over
/// its integral (Student 1908): smooth on a bounded interval, so Gauss and Legendre's rule
/// integrates it to rounding. For `p` from 1e-3 to 1 − 1e-3 the relative error is below 1e-9 up to
/// ν = 10⁴, and below 1e-7 beyond, where the difference of logarithms of Γ loses digits. Farther
/// out it grows: at 1e-6 to 1e-5, and below ν = 2, where the density has a pole or a cusp at the
/// end, to the first digit.
public func studentQuantile(_ p: Double, freedom: Double) -> Double {
  precondition(p > 0 && p < 1 && freedom > 0)
  guard freedom < 1e7 else { return normalQuantile(p) }
  let far = 1e-9
  guard min(p, 1 - p) >= far else {
    // Farther out digits of the integral are lost: the ratio to the normal quantile is kept.
    let ratio = studentQuantile(far, freedom: freedom) / normalQuantile(far)
    return ratio * normalQuantile(p)
  }
  let rule = GaussLegendre(64)
  let density = { (angle: Double) in exp((freedom - 1) * log(cos(angle))) }
  /// `∫_0^angle cos^(ν−1)`, in pieces as narrow as the density.
  func integral(to angle: Double) -> Double {
    let width = 4 / max(freedom, 1).squareRoot()
    let pieces = max(1, Int((angle / width).rounded(.up)))
    let half = angle / Double(pieces) / 2
    return (0..<pieces).reduce(0) { sum, piece in
      let middle = (2 * Double(piece) + 1) * half
      return sum
        + zip(rule.nodes, rule.weights).reduce(0) {
          $0 + half * $1.1 * density(middle + half * $1.0)
        }
    }
  }
  // √π Γ(ν/2)/(2 Γ((ν + 1)/2)): the integral to π/2.
  let whole = Double.pi.squareRoot() / 2 * exp(lgamma(freedom / 2) - lgamma((freedom + 1) / 2))
  let target = abs(2 * p - 1) * whole
  var (low, high) = (0.0, Double.pi / 2)
  var angle = atan(abs(normalQuantile(p)) / freedom.squareRoot())
  for _ in 0..<100 {
    let error = integral(to: angle) - target
    if error > 0 { high = angle } else { low = angle }
    var next = angle - error / density(angle)
    if !(next > low && next < high) { next = (low + high) / 2 }
    let isDone = abs(next - angle) <= 1e-15 * max(next, 1e-3)
    angle = next
    if isDone { break }
  }
  return (p < 0.5 ? -1 : 1) * freedom.squareRoot() * tan(angle)
}
