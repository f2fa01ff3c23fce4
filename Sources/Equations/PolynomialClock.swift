internal import Glibc

/// A noise schedule on which no factor of an equation is 1: `ν² = 1 + 9 t²`, `σ² = ∫ν² = t + 3 t³`.
///
/// On the usual clocks wrong factors hide: `σ² = t` has `ν = 1`, and at `σ = 1` all powers of σ
/// agree.
struct PolynomialClock: Sendable {
  /// `ν²(t)`.
  func rate(_ t: Double) -> Double { 1 + 9 * t * t }

  /// `σ²(t)`.
  func variance(_ t: Double) -> Double { t + 3 * t * t * t }

  /// `σ(t)`.
  func sigma(_ t: Double) -> Double { variance(t).squareRoot() }

  /// The time at which the noise has the variance `variance`, by Newton's method from above, where
  /// a convex function needs no safeguard.
  func time(variance: Double) -> Double {
    var t = variance
    for _ in 0..<200 {
      let next = t - (self.variance(t) - variance) / rate(t)
      if next == t { break }
      t = next
    }
    return t
  }
}
