internal import Distributions
internal import ForwardProcess
internal import LinearAlgebra

extension EquationSetting {
  /// The fixed point that `x ← x + σ² s(x)`, the denoiser, leads to from `start`.
  ///
  /// For the exact score this climbs `log p` (the mean shift of Carreira-Perpiñán 2007) and ends at
  /// a stable fixed point; near a bifurcation slowly, but never past one.
  func fixedPoint(of law: any Law, from start: [Double], sigma: Double) -> [Double] {
    var x = start
    for _ in 0..<20_000 {
      let step = score(law, at: x, sigma: sigma).map { sigma * sigma * $0 }
      x = sum(x, 1, step)
      let length = dot(step, step).squareRoot()
      guard length > 1e-14 * (1 + dot(x, x).squareRoot()), length.isFinite else { break }
    }
    return x
  }

  /// Whether `∇s` is negative definite at `x`.
  func isStable(_ law: any Law, at x: [Double], sigma: Double) -> Bool {
    SymmetricEigen(jacobian(law, at: x, sigma: sigma)).map { ($0.values.last ?? 0) < 0 } ?? false
  }

  /// The two points `±v` with these weights.
  func pair(_ v: [Double], weights: [Double]? = nil) throws -> PointsLaw {
    try PointsLaw(points: Matrix([v, v.map { -$0 }]), weights: weights)
  }

  /// The root of `f` between `low`, where it is positive, and `high`, where it is negative.
  static func root(from low: Double, to high: Double, of f: (Double) -> Double) -> Double {
    var (low, high) = (low, high)
    for _ in 0..<60 {
      let middle = (low + high) / 2
      if f(middle) > 0 { low = middle } else { high = middle }
    }
    return (low + high) / 2
  }
}
