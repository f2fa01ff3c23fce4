internal import ForwardProcess
internal import Glibc

/// The noise level below which the entropy rate of a continuous law is near its limit.
struct BandwidthEdge {
  /// The limit of C as σ → 0: the dimension of the support.
  let limit: Double
  /// How near is near, in nats per e-fold.
  let tolerance: Double

  /// The range from that level, to 5 %, to `maximum`.
  ///
  /// Levels fall from `scale` by factors of 1.5 until C is near its limit at two of them in a row,
  /// so that a curve that crosses its limit on the way does not deceive, and not below `floor`;
  /// then the step is bisected.
  func range(
    scale: Double, floor: Double, maximum: Double, rate: (Double) -> Double
  ) -> NoiseRange {
    func isNear(_ sigma: Double) -> Bool { abs(rate(sigma) - limit) <= tolerance }
    var sigma = scale
    var wasNear = false
    while sigma > floor {
      let near = isNear(sigma)
      if near && wasNear { break }
      wasNear = near
      sigma /= 1.5
    }
    var (low, high) = (max(sigma, floor), max(sigma, floor) * 2.25)
    if sigma > floor {
      low *= 1.5
      for _ in 0..<3 {
        let middle = (low * high).squareRoot()
        if isNear(middle) { low = middle } else { high = middle }
      }
    }
    return NoiseRange(minimum: low, maximum: maximum) ?? PointsLaw.undecidedRange
  }
}
