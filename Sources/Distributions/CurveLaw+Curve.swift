public import ForwardProcess
internal import Glibc
internal import Statistics

extension CurveLaw {
  /// The information curve, by quadrature over the plane; `sampling` only lends its threads.
  ///
  /// The curve is replaced by nodes of Gauss and Legendre's rule, eight to a piece of at most 2.5
  /// s, `s = √(σ² + τ²)`, and `PlaneQuadrature` does the rest: `C = (σ/s)² C_c + 2 (τ/s)²` for the
  /// rate `C_c` of the nodes. With noise `H[y|x] = H[p_τ] − H[p_s] + log 2πe σ²`, where the nodes'
  /// conditional entropy gives `H[p_s]`; without it entropies are nil: a curve has no area. Error
  /// below 1e-7. Variances come from convolutions on a grid (`DensityGrid`), error below 1e-6; nil
  /// without noise, and with so little, some 0.02 of the scale, that it would have more than 4e5
  /// nodes. Where s is below 0.4 % of the scale a series takes the place of the nodes
  /// (`ThinCurve`).
  public func informationCurve(
    at sigmas: [Double], sampling: CurveSampling
  ) -> [InformationPoint] {
    precondition(sigmas.allSatisfy { $0 > 0 && $0.isFinite })
    let dataEntropy = noise > 0 ? entropyAndRate(noise).entropy : 0
    let grid = makeGrid()
    return sampling.workers.map(sigmas.count) { level in
      let sigma = sigmas[level]
      let s = spread(sigma)
      let (entropy, rate) = entropyAndRate(s)
      let noiseEntropy = log(2 * Double.pi) + 1 + 2 * log(sigma)
      let variances = grid?.variances(sigma: sigma / noise)
      return InformationPoint(
        sigma: sigma, entropyRate: Estimate(self.rate(ofCurve: rate, sigma: sigma)),
        conditionalEntropy: noise > 0 ? Estimate(dataEntropy - entropy + noiseEntropy) : nil,
        posteriorEntropyVariance: variances.map { Estimate($0.posteriorEntropy) },
        surprisalVariance: variances.map { Estimate($0.surprisal) })
    }
  }

  /// The curve's nodes for a Gaussian of deviation `spread` about it, both in units of the scale.
  func nodes(spread: Double) -> CurveNodes {
    let (lower, upper) = shape.parameters
    let pieces = ((upper - lower) * shape.speed(upper) / (2.5 * spread)).rounded(.up)
    return CurveNodes(shape, panels: max(32, Int(pieces)))
  }

  private func rate(ofCurve rate: Double, sigma: Double) -> Double {
    let s = spread(sigma)
    return (sigma / s) * (sigma / s) * rate + 2 * (noise / s) * (noise / s)
  }

  /// The differential entropy of `p_s`, `s` the spread about the curve, in nats, and the rate of
  /// the curve there.
  func entropyAndRate(_ spread: Double) -> (entropy: Double, rate: Double) {
    // In units of the scale.
    let s = spread / scale
    let unit = 2 * log(scale)
    if shape == .circle && noise == 0 {
      return (.nan, CurveLaw.circle?.rate(sigma: s) ?? .nan)
    }
    if s <= ThinCurve.limit, let thin = CurveLaw.thin[shape] {
      return (thin.entropy(s) + unit, thin.rate(s))
    }
    let nodes = nodes(spread: s)
    let sums = PlaneQuadrature(u: nodes.x, v: nodes.y, weights: nodes.weights).moments(sigma: s)
    let choice = nodes.weights.reduce(0) { $0 - ($1 > 0 ? $1 * log($1) : 0) }
    return (choice - sums.entropy + log(2 * Double.pi) + 1 + 2 * log(s) + unit, sums.rate)
  }

  private static let circle = try? HypersphereLaw(dimension: 2, radius: 1)
  private static let thin = Dictionary(
    uniqueKeysWithValues: CurveShape.allCases.map { ($0, ThinCurve($0)) })

  /// From the largest σ below which `C/D` is within 0.1 % of its limit, or with noise the less of
  /// 1e-3 of the data scale and 0.02 of the noise, to 20 times the root of the total variance.
  ///
  /// The limit is 1, or 2 with noise; at free ends it is approached but linearly in σ.
  func makeNoiseRange() -> NoiseRange {
    let maximum = 20 * moments.totalVariance.squareRoot()
    guard noise > 0 else {
      return NoiseRange(minimum: scale * shape.noiseFloor, maximum: maximum)
        ?? PointsLaw.undecidedRange
    }
    return BandwidthEdge(limit: 2, tolerance: 0.002)
      .range(
        scale: moments.scale, floor: min(1e-3 * moments.scale, 0.02 * noise), maximum: maximum
      ) { rate(ofCurve: entropyAndRate(spread($0)).rate, sigma: $0) }
  }
}
