internal import Glibc
internal import Statistics

/// The posterior of the point c of a curve given `x = c + s z`, by quadrature along the curve.
///
/// Pieces of the curve are split until the logarithm of the integrand varies by at most 8 over 16
/// nodes of Gauss and Legendre's rule (error about 1e-10), and dropped where it stays 45 below its
/// largest value: far from the curve the posterior is narrower than s, and at a centre of curvature
/// wider.
struct CurvePosterior {
  /// `log p(x)` in the plane.
  let logDensity: Double
  /// `E[c|x] − x`.
  let pull: (Double, Double)
  /// `Cov(c|x)`: the variances and the covariance.
  let covariance: (xx: Double, yy: Double, xy: Double)

  private static let rule = GaussLegendre(16)
  /// Beyond this number pieces are not split any more: it takes numbers at the limit of their
  /// precision.
  private static let mostNodes = 1 << 15

  /// The posterior for `law` without its noise at the point `(x, y)`, `s > 0`.
  init(_ law: CurveLaw, x: Double, y: Double, s: Double) {
    var search = Search(law, x: x, y: y, s: s)
    search.run()
    let largest = search.nodes.reduce(-.infinity) { max($0, $1.logarithm) }
    var (sum, a, b) = (0.0, 0.0, 0.0)
    for node in search.nodes {
      let mass = node.weight * exp(node.logarithm - largest)
      sum += mass
      a += mass * node.u
      b += mass * node.v
    }
    (a, b) = (a / sum, b / sum)
    var (xx, yy, xy) = (0.0, 0.0, 0.0)
    for node in search.nodes {
      let mass = node.weight * exp(node.logarithm - largest) / sum
      xx += mass * (node.u - a) * (node.u - a)
      yy += mass * (node.v - b) * (node.v - b)
      xy += mass * (node.u - a) * (node.v - b)
    }
    let gap = search.gap
    covariance = (xx, yy, xy)
    pull = (a - gap.0, b - gap.1)
    let square = (gap.0 / s) * (gap.0 / s) + (gap.1 / s) * (gap.1 / s)
    logDensity = largest + log(sum) - square / 2 - log(2 * Double.pi) - 2 * log(s)
  }

  /// A node: its place relative to a point near x, the logarithm of the likelihood, and its
  /// weight.
  private struct Node {
    let u, v, logarithm, weight: Double
  }

  private struct Search {
    let law: CurveLaw
    let s: Double
    /// A point of the curve near x.
    ///
    /// Likelihoods are taken relative to it, as `((c − o)·(x − o) − ‖c − o‖²/2)/s²`: the difference
    /// of squared distances would lose all digits far out.
    private let origin: (Double, Double)
    /// `x − o`.
    let gap: (Double, Double)
    /// What the rounding of points on the curve leaves wrong in a logarithm: far out, at small s,
    /// many nats.
    private let rounding: Double
    private var best = 0.0
    private(set) var nodes: [Node] = []

    init(_ law: CurveLaw, x: Double, y: Double, s: Double) {
      (self.law, self.s) = (law, s)
      var nearest = (0.0, 0.0)
      var distance = Double.infinity
      for panel in law.panels {
        let point = law.shape.point(panel.branch, panel.middle)
        let (u, v) = (law.scale * point.0, law.scale * point.1)
        let d = hypot(u - x, v - y)
        if d < distance { (nearest, distance) = ((u, v), d) }
      }
      origin = nearest
      gap = (x - nearest.0, y - nearest.1)
      rounding = 4e-15 * (distance / s) * (law.scale / s)
      nodes.reserveCapacity(256)
    }

    /// The place of parameter `t` relative to the origin, and the logarithm of its likelihood.
    private func place(_ branch: Int, _ t: Double) -> (u: Double, v: Double, logarithm: Double) {
      let point = law.shape.point(branch, t)
      let (u, v) = (law.scale * point.0 - origin.0, law.scale * point.1 - origin.1)
      return (u, v, (u / s) * ((gap.0 - u / 2) / s) + (v / s) * ((gap.1 - v / 2) / s))
    }

    mutating func run() {
      // The most likely first: what is found there tells which of the others to drop.
      let places = law.panels.map { place($0.branch, $0.middle) }
      for k in places.indices.sorted(by: { places[$0].logarithm > places[$1].logarithm }) {
        visit(law.panels[k], places[k])
      }
    }

    private mutating func visit(
      _ panel: CurvePanel, _ middle: (u: Double, v: Double, logarithm: Double)
    ) {
      // No point of the piece is farther than this from its middle.
      let radius = law.scale * panel.half * law.shape.speed(panel.middle + panel.half) / s
      let distance = hypot(gap.0 - middle.u, gap.1 - middle.v) / s
      let gain = distance > radius ? radius * (distance - radius / 2) : distance * distance / 2
      best = max(best, middle.logarithm)
      guard middle.logarithm + gain > best - 45 - rounding else { return }
      let count = nodes.count
      var (low, high) = (Double.infinity, -Double.infinity)
      let rule = CurvePosterior.rule
      for k in rule.nodes.indices {
        let t = panel.middle + panel.half * rule.nodes[k]
        let (u, v, logarithm) = place(panel.branch, t)
        (low, high) = (min(low, logarithm), max(high, logarithm))
        nodes.append(
          Node(
            u: u, v: v, logarithm: logarithm,
            weight: panel.half * rule.weights[k] * law.shape.density(t)))
      }
      best = max(best, high)
      guard high - low > 8 + rounding && nodes.count < CurvePosterior.mostNodes else { return }
      nodes.removeLast(nodes.count - count)
      let parts = panel.parts
      let first = place(panel.branch, parts.0.middle)
      let second = place(panel.branch, parts.1.middle)
      if first.logarithm > second.logarithm {
        visit(parts.0, first)
        visit(parts.1, second)
      } else {
        visit(parts.1, second)
        visit(parts.0, first)
      }
    }
  }
}
