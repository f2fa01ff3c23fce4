internal import Glibc

/// Nodes along an axis for integrands that vary near some edges, over a few σ, and are flat
/// between.
///
/// Around each edge they follow the trapezoidal rule with half weight at the ends: where the
/// integrand has become flat no rule does better (Euler and Maclaurin). A flat stretch is one node.
/// Integrands of normal masses have their singularities at the zeros of sums of such masses: on an
/// interval 2.8 σ off the real line, at the corners of a checkerboard `π σ/y` above places whose
/// density is `exp(−y²/2)`, where the step errs by about `exp(−y²/2 − 2π²/(0.2 y))`, at most 1e-13,
/// times `y²`.
struct EdgeNodes {
  /// The step in units of σ.
  private static let step = 0.2
  /// How far an edge is felt, in units of σ: the rest weighs 1e-20.
  private static let reach = 9.5

  /// The positions of the nodes, ascending.
  let positions: [Double]
  /// Their weights.
  let weights: [Double]

  /// Nodes for `edges`, ascending, at noise level `sigma`; beyond the outer edges, too.
  init(edges: [Double], sigma: Double) {
    var (positions, weights) = ([Double](), [Double]())
    let reach = Self.reach * sigma
    var first = 0
    while first < edges.count {
      // Edges whose neighbourhoods meet share a stretch.
      var last = first
      while last + 1 < edges.count && edges[last + 1] - edges[last] <= 2 * reach { last += 1 }
      let (low, high) = (edges[first] - reach, edges[last] + reach)
      let count = max(1, ((high - low) / (Self.step * sigma)).rounded(.up))
      let step = (high - low) / count
      for k in 0...Int(count) {
        positions.append(low + Double(k) * step)
        weights.append(k == 0 || k == Int(count) ? step / 2 : step)
      }
      if last + 1 < edges.count {
        let next = edges[last + 1] - reach
        positions.append((high + next) / 2)
        weights.append(next - high)
      }
      first = last + 1
    }
    (self.positions, self.weights) = (positions, weights)
  }
}
