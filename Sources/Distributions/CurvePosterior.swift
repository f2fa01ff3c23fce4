internal import Glibc
internal import Statistics

/// The posterior of the point c of a curve given `x = c + s z`, by quadrature along the curve.
///
/// Pieces of the curve are split until the logarithm of the integrand varies by at most 8 over 16 nodes
/// of Gauss and Legendre's rule (error about 1e-10), and dropped where it stays 45 below its largest
/// value: far from the curve the posterior is narrower than s, and at a centre of curvature wider.
struct CurvePosterior {
  /// `log p(x)` in the plane.
  let logDensity: Double
  /// `E[c|x] − x`.
  let pull: (Double, Double)
  /// `Cov(c|x)`: the variances and the covariance.
  let covariance: (xx: Double, yy: Double, xy: Double)

  private static let rule = GaussLegendre(16)
  private static let deepest = 45
  /// So many pieces are enough for any posterior that double precision can tell: where rounding makes
  /// the integrand rough, splitting would never end.
  private static let mostPieces = 1 << 13

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
    /// Likelihoods are taken relative to it, as
    /// `((c − o)·(x − o) − ‖c − o‖²/2)/s²`: the difference of squared distances would lose all digits far out.
    private let origin: (Double, Double)
    /// `x − o`.
    let gap: (Double, Double)
    private var best = 0.0
    private(set) var nodes: [Node] = []
    private var pieces = 0

    init(_ law: CurveLaw, x: Double, y: Double, s: Double) {
      (self.law, self.s) = (law, s)
      func place(_ panel: CurvePanel, _ t: Double) -> (u: Double, v: Double, distance: Double) {
        let point = law.shape.point(panel.branch, t)
        let (u, v) = (law.scale * point.0, law.scale * point.1)
        return (u, v, hypot(u - x, v - y))
      }
      var nearest = law.panels[0]
      var distance = Double.infinity
      for panel in law.panels {
        let d = place(panel, panel.middle).distance
        if d < distance { (nearest, distance) = (panel, d) }
      }
      // Far out the origin must be all but the nearest point: rounding grows with its distance from it.
      var (low, high) = (nearest.middle - nearest.half, nearest.middle + nearest.half)
      for _ in 0..<(distance > 1e4 * s ? 60 : 0) {
        let third = (high - low) / 3
        if place(nearest, low + third).distance < place(nearest, high - third).distance {
          high -= third
        } else {
          low += third
        }
      }
      let point = place(nearest, (low + high) / 2)
      origin = (point.u, point.v)
      gap = (x - point.u, y - point.v)
      nodes.reserveCapacity(256)
    }

    /// The place of parameter `t` relative to the origin, and the logarithm of its likelihood.
    private func place(_ branch: Int, _ t: Double) -> (u: Double, v: Double, logarithm: Double) {
      let point = law.shape.point(branch, t)
      let (u, v) = (law.scale * point.0 - origin.0, law.scale * point.1 - origin.1)
      return (u, v, (u / s) * ((gap.0 - u / 2) / s) + (v / s) * ((gap.1 - v / 2) / s))
    }

    mutating func run() {
      for panel in law.panels { visit(panel, depth: 0) }
    }

    private mutating func visit(_ panel: CurvePanel, depth: Int) {
      pieces += 1
      let middle = place(panel.branch, panel.middle)
      // No point of the piece is farther than this from its middle.
      let radius = law.scale * panel.half * law.shape.speed(panel.middle + panel.half) / s
      let distance = hypot(gap.0 - middle.u, gap.1 - middle.v) / s
      let gain = distance > radius ? radius * (distance - radius / 2) : distance * distance / 2
      best = max(best, middle.logarithm)
      // What rounding may leave wrong in a logarithm: far out, at small s, more than 8.
      let rounding = 1e-15 * distance * hypot(middle.u, middle.v) / s
      guard middle.logarithm + gain > best - 45 - rounding else { return }
      let first = nodes.count
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
      guard
        high - low > 8 + rounding && depth < CurvePosterior.deepest
          && pieces < CurvePosterior.mostPieces
      else { return }
      nodes.removeLast(nodes.count - first)
      let parts = panel.parts
      visit(parts.0, depth: depth + 1)
      visit(parts.1, depth: depth + 1)
    }
  }
}
