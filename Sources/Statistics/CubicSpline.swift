/// The cubic spline through values at ascending places, its third derivative continuous next to the
/// ends ("not a knot"; de Boor 1978, chapter IV): a parabola through three values, a line through
/// two.
struct CubicSpline {
  private let places: [Double]
  private let values: [Double]

  /// The spline through at least two `values` at ascending `places`.
  init(places: [Double], values: [Double]) {
    precondition(places.count == values.count && places.count >= 2)
    (self.places, self.values) = (places, values)
  }

  /// The integral over all places.
  ///
  /// With second derivatives M a step h adds `h (f + f⁺)/2 − h³ (M + M⁺)/24`: the trapezoid rule
  /// and what it takes a curved piece for.
  var integral: Double {
    let curvatures = secondDerivatives()
    return (1..<places.count).reduce(0) { sum, i in
      let h = places[i] - places[i - 1]
      let trapezoid = h * (values[i - 1] + values[i]) / 2
      return sum + trapezoid - h * h * h * (curvatures[i - 1] + curvatures[i]) / 24
    }
  }

  /// The slopes at the places: with second derivatives M and secant S over a step h to the right,
  /// `S − h (2 M + M⁺)/6`.
  var slopes: [Double] {
    let curvatures = secondDerivatives()
    return places.indices.map { i in
      let left = i + 1 < places.count ? i : i - 1
      let h = places[left + 1] - places[left]
      let secant = (values[left + 1] - values[left]) / h
      return left == i
        ? secant - h * (2 * curvatures[left] + curvatures[left + 1]) / 6
        : secant + h * (curvatures[left] + 2 * curvatures[left + 1]) / 6
    }
  }

  /// The second derivatives, from the continuity of the first: a tridiagonal system that pivoting
  /// would not improve, as its diagonal dominates.
  private func secondDerivatives() -> [Double] {
    let n = places.count
    var curvatures = Array(repeating: 0.0, count: n)
    guard n > 2 else { return curvatures }
    let h = (1..<n).map { places[$0] - places[$0 - 1] }
    let slopes = (1..<n).map { (values[$0] - values[$0 - 1]) / h[$0 - 1] }
    var diagonal = (1..<n - 1).map { 2 * (h[$0 - 1] + h[$0]) }
    var (below, above) = (Array(h.dropLast()), Array(h.dropFirst()))
    var right = (1..<n - 1).map { 6 * (slopes[$0] - slopes[$0 - 1]) }
    // The end values go: M₀ = M₁ + (h₀/h₁)(M₁ − M₂), and so at the other end.
    let (first, last) = (h[0] / h[1], h[n - 2] / h[n - 3])
    diagonal[0] += h[0] * (1 + first)
    above[0] -= h[0] * first
    diagonal[n - 3] += h[n - 2] * (1 + last)
    below[n - 3] -= h[n - 2] * last
    if n == 3 { return Array(repeating: right[0] / (3 * (h[0] + h[1])), count: 3) }
    for i in 1..<n - 2 {
      let factor = below[i] / diagonal[i - 1]
      diagonal[i] -= factor * above[i - 1]
      right[i] -= factor * right[i - 1]
    }
    for i in (0..<n - 2).reversed() {
      let known = i + 3 < n ? above[i] * curvatures[i + 2] : 0
      curvatures[i + 1] = (right[i] - known) / diagonal[i]
    }
    curvatures[0] = curvatures[1] + first * (curvatures[1] - curvatures[2])
    curvatures[n - 1] = curvatures[n - 2] + last * (curvatures[n - 2] - curvatures[n - 3])
    return curvatures
  }
}
