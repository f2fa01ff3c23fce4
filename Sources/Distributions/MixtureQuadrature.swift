internal import Glibc
internal import Statistics

/// Expectations over `x ~ p_σ` of a Gaussian mixture on a line or in a plane, by Gauss and
/// Legendre's rule on a tree of tiles.
///
/// A tile is split until its side is at most 1.2 of the narrowest standard deviation among the
/// noised components that reach it, and has ten nodes along either axis. The integrands are `p_σ`
/// times functions of the posterior, analytic but at zeros of `p_σ` off the real line: for two
/// components `r s` apart these lie at height `π s/r`, where `p_σ` is about `exp(−r²/8)`. The rule
/// then errs by at most 1e-8 of `p_σ` over all r. Components whose density on a tile is below
/// `exp(−36)` of their peak are left out.
struct MixtureQuadrature {
  /// The expectations that the rule computes.
  struct Moments: Sendable {
    /// `∫ p_σ`, 1 but for the rule's error.
    var mass = 0.0
    /// `E Σ_k p(k|x) ‖E[y|x, k] − E[y|x]‖²/σ²`.
    var between = 0.0
    /// `E log p_σ(x)`, in nats.
    var logDensity = 0.0
  }

  /// A component at one noise level: its eigenvectors are `(a, b)` and `(−b, a)`.
  private struct Component {
    let mean: (Double, Double)
    let axis: (a: Double, b: Double)
    /// Standard deviations of the noised component along its axes.
    let deviations: (Double, Double)
    /// `λ/(λ + σ²)` along its axes.
    let gains: (Double, Double)
    /// `log w` and the normalisation.
    let logFactor: Double

    /// The coordinates of `(x, y)` about the mean along the axes.
    func coordinates(_ x: Double, _ y: Double) -> (Double, Double) {
      let (u, v) = (x - mean.0, y - mean.1)
      return (axis.a * u + axis.b * v, axis.a * v - axis.b * u)
    }

    /// Whether any point within `radius` of `(x, y)` has a density above `exp(−36)` of the peak.
    func reaches(_ x: Double, _ y: Double, radius: Double) -> Bool {
      let q = coordinates(x, y)
      let u = max(0, abs(q.0) - radius) / deviations.0
      let v = max(0, abs(q.1) - radius) / deviations.1
      return u * u + v * v < 72
    }
  }

  private static let rule = GaussLegendre(10)
  /// Half the side of a tile, at most, in units of the narrowest deviation.
  private static let half = 0.6
  /// How far a component reaches, in its deviations.
  private static let reach = 8.5

  private let components: [Component]
  private let sigma: Double
  private let isPlane: Bool
  private let narrowest: Double

  /// The rule for `law`, of one or two dimensions, at noise level `sigma`; 0 is allowed where every
  /// component has full rank.
  init(_ law: GaussianMixtureLaw, sigma: Double) {
    precondition(law.dimension <= 2)
    let isPlane = law.dimension == 2
    components = law.components.indices.map { k in
      let component = law.components[k]
      let values = component.eigenvalues
      let variances = values.map { $0 + sigma * sigma }
      let gains = zip(values, variances).map { $0 / $1 }
      return Component(
        mean: (law.centredMeans[k, 0], isPlane ? law.centredMeans[k, 1] : 0),
        axis: component.eigenvectors.map { ($0[0, 0], $0[0, 1]) } ?? (1, 0),
        deviations: (variances[0].squareRoot(), isPlane ? variances[1].squareRoot() : 1),
        gains: (gains[0], isPlane ? gains[1] : 0),
        logFactor: variances.reduce(law.logWeights[k]) { $0 - log(2 * Double.pi * $1) / 2 })
    }
    self.sigma = sigma
    self.isPlane = isPlane
    narrowest = components.reduce(.infinity) {
      min($0, $1.deviations.0, isPlane ? $1.deviations.1 : .infinity)
    }
  }

  /// An upper bound on how many tiles the rule takes, but for the corners of the tree.
  var tiles: Double {
    components.reduce(0) {
      let along = 2 * Self.reach * $1.deviations.0 / narrowest + 2
      return $0 + along * (isPlane ? 2 * Self.reach * $1.deviations.1 / narrowest + 2 : 1)
    }
  }

  /// The expectations.
  func moments() -> Moments {
    var result = Moments()
    var extent = 0.0
    for component in components {
      let deviation = max(component.deviations.0, isPlane ? component.deviations.1 : 0)
      extent = max(
        extent, abs(component.mean.0) + Self.reach * deviation,
        abs(component.mean.1) + Self.reach * deviation)
    }
    var half = Self.half * narrowest
    while half < extent { half *= 2 }
    visit(0, 0, half: half, Array(components.indices), &result)
    return result
  }

  /// Adds the tile about `(x, y)`, which at most the components `candidates` reach.
  private func visit(
    _ x: Double, _ y: Double, half: Double, _ candidates: [Int], _ result: inout Moments
  ) {
    let radius = isPlane ? half * 2.0.squareRoot() : half
    let near = candidates.filter { components[$0].reaches(x, y, radius: radius) }
    guard !near.isEmpty else { return }
    let scale = near.reduce(Double.infinity) {
      let deviations = components[$1].deviations
      return min($0, deviations.0, isPlane ? deviations.1 : .infinity)
    }
    guard half > Self.half * scale * (1 + 1e-9) else {
      return addNodes(x, y, half: half, near.map { components[$0] }, &result)
    }
    for dx in [-half / 2, half / 2] {
      for dy in isPlane ? [-half / 2, half / 2] : [0] {
        visit(x + dx, y + dy, half: half / 2, near, &result)
      }
    }
  }

  private func addNodes(
    _ x: Double, _ y: Double, half: Double, _ near: [Component], _ result: inout Moments
  ) {
    var logits = [Double](repeating: 0, count: near.count)
    let rule = Self.rule
    for i in rule.nodes.indices {
      for j in isPlane ? rule.nodes.indices : 0..<1 {
        let v = isPlane ? y + half * rule.nodes[j] : 0
        let weight = half * rule.weights[i] * (isPlane ? half * rule.weights[j] : 1)
        addNode(x + half * rule.nodes[i], v, weight: weight, near, &logits, &result)
      }
    }
  }

  private func addNode(
    _ x: Double, _ y: Double, weight: Double, _ near: [Component], _ logits: inout [Double],
    _ result: inout Moments
  ) {
    var largest = -Double.infinity
    for k in near.indices {
      let q = near[k].coordinates(x, y)
      let (u, v) = (q.0 / near[k].deviations.0, isPlane ? q.1 / near[k].deviations.1 : 0)
      logits[k] = near[k].logFactor - (u * u + v * v) / 2
      largest = max(largest, logits[k])
    }
    // Posterior means are taken relative to the first component's mean: they differ less.
    let origin = near[0].mean
    var (sum, a, b, square) = (0.0, 0.0, 0.0, 0.0)
    for k in near.indices where logits[k] > largest - 700 {
      let e = exp(logits[k] - largest)
      let component = near[k]
      let q = component.coordinates(x, y)
      let (u, v) = (component.gains.0 * q.0, component.gains.1 * q.1)
      let (axisA, axisB) = component.axis
      let meanX = component.mean.0 - origin.0 + axisA * u - axisB * v
      let meanY = component.mean.1 - origin.1 + axisB * u + axisA * v
      sum += e
      a += e * meanX
      b += e * meanY
      square += e * (meanX * meanX + meanY * meanY)
    }
    let mass = weight * exp(largest) * sum
    let spread = square / sum - (a * a + b * b) / (sum * sum)
    result.mass += mass
    result.logDensity += mass * (largest + log(sum))
    if sigma > 0 && near.count > 1 { result.between += mass * (max(0, spread) / sigma / sigma) }
  }
}
