internal import ForwardProcess
internal import Glibc
internal import LinearAlgebra

/// The strata of a batch's noise levels: one level is drawn in each, and all have the same probability
/// under a density over `ln σ` that puts most levels where the network has most to say.
///
/// The density is `p = (1 − ε) gain²/∫gain² + ε/W` over the range of width W, with `gain² = s²/(σ² + s²)`
/// of the preconditioning: far above the data scale s the network's output hardly moves the prediction,
/// and samples there teach little. Every sample counts with the width of its stratum, so that sums over
/// a batch remain those of levels uniform in `ln σ` (importance sampling; with one sample a stratum,
/// without any variance from the weights).
struct NoiseStrata: Sendable {
  /// `ln(σ/s)` where strata meet, ascending, `(batch + 1)`.
  let edges: VectorView<Double>
  /// The width W of the range in `ln σ`.
  let width: Double
  private let arena: Arena<Double>

  /// The share ε of levels that are spread evenly.
  static let evenShare = 0.1

  /// The strata of a batch of `batch` levels, for data of scale `scale`.
  init(range: NoiseRange, scale: Double, batch: Int) {
    let (low, high) = (log(range.minimum / scale), log(range.maximum / scale))
    let (first, whole) = (Self.integral(low), Self.integral(high) - Self.integral(low))
    width = high - low
    arena = Arena(capacity: Arena<Double>.capacity(for: [batch + 1]))
    edges = arena.vector(batch + 1)
    edges[0] = low
    edges[batch] = high
    for index in 1..<max(batch, 1) {
      let target = Double(index) / Double(batch)
      // The distribution function rises steadily: halving its interval finds the one level.
      var (below, above) = (edges[index - 1], high)
      for _ in 0..<52 {
        let middle = below + (above - below) / 2
        let share =
          (1 - Self.evenShare) * (Self.integral(middle) - first) / whole
          + Self.evenShare * (middle - low) / width
        if share < target { below = middle } else { above = middle }
      }
      edges[index] = above
    }
  }

  /// `∫ gain² d ln σ` up to `ln(σ/s) = level`, with a constant that cancels in differences.
  private static func integral(_ level: Double) -> Double { -0.5 * log1p(exp(-2 * level)) }
}
