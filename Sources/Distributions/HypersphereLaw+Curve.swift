public import ForwardProcess
internal import Glibc
internal import Statistics

extension HypersphereLaw {
  /// The information curve, by quadrature along the radius; `sampling` is not used but in one
  /// dimension, for the curve of two points.
  ///
  /// `C = E R² (1 − A²(κ))/σ²` over `r = ‖x‖`, whose density is `r^{D−1} p_σ`: panels of one σ with
  /// 16 nodes of Gauss and Legendre's rule over ten σ either side of `√(R² + (D − 1)σ²)`; error
  /// below 1e-11 D. Entropies are nil: the support has no volume.
  public func informationCurve(
    at sigmas: [Double], sampling: CurveSampling
  ) -> [InformationPoint] {
    precondition(sigmas.allSatisfy { $0 > 0 && $0.isFinite })
    if let points { return points.informationCurve(at: sigmas, sampling: sampling) }
    return sigmas.map { InformationPoint(sigma: $0, entropyRate: Estimate(rate(sigma: $0))) }
  }

  private static let rule = GaussLegendre(16)

  /// `C(σ)` in two or more dimensions.
  func rate(sigma: Double) -> Double {
    let (D, ρ) = (Double(dimension), radius / sigma)
    // The middle, in units of σ from the surface: ρ + u may lose what is left of u.
    let middle = (D - 1) / (ρ + hypot(ρ, (D - 1).squareRoot()))
    var (masses, rates) = ([Double](), [Double]())
    var lower = max(middle - 10, -ρ)
    while lower < middle + 10 {
      for (node, weight) in zip(Self.rule.nodes, Self.rule.weights) {
        let u = lower + (1 + node) / 2
        let s = ρ + u
        let bessel = BesselRatio(dimension: dimension, kappa: ρ * s)
        masses.append(log(weight) + (D - 1) * log(s) + bessel.logScaled - u * u / 2)
        rates.append(ρ * (ρ * (bessel.complement * (1 + bessel.ratio))))
      }
      lower += 1
    }
    let largest = masses.reduce(-.infinity, max)
    var (sum, mean) = (0.0, 0.0)
    for (mass, rate) in zip(masses, rates) {
      sum += exp(mass - largest)
      mean += exp(mass - largest) * rate
    }
    return mean / sum
  }

  /// From the largest σ below which C is within 0.05 % of D − 1 to 20 standard deviations of a
  /// coordinate.
  func makeNoiseRange() -> NoiseRange {
    if let points { return points.noiseRange }
    let deviation = radius / Double(dimension).squareRoot()
    let limit = Double(dimension - 1)
    let range = BandwidthEdge(limit: limit, tolerance: 0.0005 * limit)
      .range(scale: deviation, floor: 1e-4 * deviation, maximum: 20 * deviation) { rate(sigma: $0) }
    return range
  }
}
