internal import ForwardProcess
internal import Glibc
internal import LinearAlgebra

/// The strata of a batch's noise levels: one level is drawn in each, and all have the same
/// probability under a density over `ln σ` that puts most levels where the network has most to say.
///
/// The density is `p = (1 − ε) gain²/∫gain² + ε/W` over the range of width W, with `gain² = s²/(σ²
/// + s²)` of the preconditioning, averaged over each band of the ledger, so that levels are even
/// within a band: far above the data scale s the network's output hardly moves the prediction, and
/// samples there teach little. Every sample counts with the width of its stratum, so that sums over
/// a batch remain those of levels uniform in `ln σ` (importance sampling).
struct NoiseStrata: Sendable {
  /// `ln(σ/s)` where strata meet, ascending, `(batch + 1)`.
  let edges: VectorView<Double>
  /// The width W of the range in `ln σ`.
  let width: Double
  private let arena: Arena<Double>

  /// The share ε of levels that are spread evenly.
  static let evenShare = 0.1

  /// The strata of a batch of `batch` levels, for data of scale `scale`.
  init(range: NoiseRange, scale: Double, batch: Int, bandCount: Int) {
    let (low, high) = (log(range.minimum / scale), log(range.maximum / scale))
    let step = (high - low) / Double(bandCount)
    let integrals = (0...bandCount).map { Self.integral(low + step * Double($0)) }
    let whole = integrals[bandCount] - integrals[0]
    // The distribution function at the ends of the bands, between which it is linear.
    let shares = (0...bandCount).map {
      (1 - Self.evenShare) * (integrals[$0] - integrals[0]) / whole
        + Self.evenShare * Double($0) / Double(bandCount)
    }
    width = high - low
    arena = Arena(capacity: Arena<Double>.capacity(for: [batch + 1]))
    edges = arena.vector(batch + 1)
    edges[0] = low
    edges[batch] = high
    var band = 0
    for index in 1..<max(batch, 1) {
      let share = Double(index) / Double(batch)
      while band + 1 < bandCount && shares[band + 1] < share { band += 1 }
      let part = (share - shares[band]) / (shares[band + 1] - shares[band])
      edges[index] = min(high, low + step * (Double(band) + part))
    }
  }

  /// `∫ gain² d ln σ` up to `ln(σ/s) = level`, with a constant that cancels in differences.
  private static func integral(_ level: Double) -> Double {
    level < 0 ? level - 0.5 * log1p(exp(2 * level)) : -0.5 * log1p(exp(-2 * level))
  }
}
