internal import ForwardProcess
internal import Glibc
internal import LinearAlgebra
public import Statistics

/// The noise levels between the regimes of the reverse process of a data set.
///
/// Biroli, Bonnaire, de Bortoli and Mézard (2024, Nature Communications 15:9957), in the coordinate σ; numbers
/// that do not exist are nil. In that paper `x_t = e^{−t} y + √(1 − e^{−2t}) z`, so `σ² = e^{2t} − 1`.
public struct DynamicalRegimes: Sendable {
  /// Speciation, `√λ_max` of the data's covariance: above it the noise hides the largest spread of the data.
  ///
  /// Their `t_S = ½ log Λ` is `σ² = Λ − 1`, to the leading order in Λ that they give it.
  public let speciation: Double?
  /// Collapse by their entropy criterion: where the Gaussian fit's information `½ Σ log(1 + λ/σ²)` equals
  /// the entropy of the points, ln N for N equal ones.
  ///
  /// Below it N points are too few to fill the volume of the fit at that resolution.
  public let entropyCollapse: Double?
  /// The bandwidth h of the kernel density estimate by leave-one-out likelihood, the smooth fit below.
  public let bandwidth: Double?
  /// Collapse by the exact curve: the largest σ below which the points' own entropy rate is less than
  /// `1 − tolerance` of the smooth fit's.
  public let collapse: Estimate?
  /// The stated tolerance, ½.
  public static let tolerance = 0.5
  /// Where the mean over `x ~ p_σ` of the largest posterior weight is ½.
  public let halfWeight: Estimate?

  /// The regimes of a law; all but speciation are those of points.
  ///
  /// Sampled parts take `sampling.samples` samples of a level, the same ones at every level.
  public init(_ law: some Law, sampling: CurveSampling) {
    let baseline = GaussianBaseline(law)
    let largest = baseline?.eigenvalues.max() ?? 0
    speciation = largest > 0 ? largest.squareRoot() : nil
    guard let points = law as? PointsLaw, points.weights.count > 1 else {
      (entropyCollapse, bandwidth, collapse, halfWeight) = (nil, nil, nil, nil)
      return
    }
    entropyCollapse = baseline.flatMap { Self.crossing($0, entropy: points.entropy ?? 0) }
    let h = points.leaveOneOutBandwidth(workers: sampling.workers)
    bandwidth = h
    collapse = h.flatMap { Self.departure(points, bandwidth: $0, sampling) }
    halfWeight = Self.crossing(points.noiseRange) { sigmas in
      points.activeSets(at: sigmas, sampling: sampling).map {
        $0.largestWeight.scaled(by: -1, offset: 0.5)
      }
    }
  }

  /// Where the baseline's information equals `entropy`, by bisection in ln σ to 1e-12; it falls with σ.
  private static func crossing(_ baseline: GaussianBaseline, entropy: Double) -> Double? {
    guard entropy > 0, let largest = baseline.eigenvalues.max(), largest > 0 else { return nil }
    // ½ Σ log(1 + λ/σ²) is at most D λ_max/2σ², and at least ½ log(1 + λ_max/σ²).
    let d = Double(baseline.eigenvalues.count)
    var high = (log(d * largest / 2 / entropy)) / 2
    var low = min(high, (log(largest) - log(expm1(min(2 * entropy, 700)))) / 2)
    for _ in 0..<60 {
      let middle = (low + high) / 2
      if baseline.entropy(above: exp(middle)) > entropy { low = middle } else { high = middle }
    }
    return exp((low + high) / 2)
  }

  /// Where the points' rate falls below the smooth fit's.
  private static func departure(
    _ law: PointsLaw, bandwidth: Double, _ sampling: CurveSampling
  ) -> Estimate? {
    crossing(law.noiseRange) { sigmas in
      let primed = sigmas.map { hypot($0, bandwidth) }
      let curve = law.informationCurve(at: sigmas + primed, sampling: sampling)
      return sigmas.indices.map { k in
        let fit = PointsLaw.smoothedRate(
          sigma: sigmas[k], bandwidth: bandwidth,
          rateOfPoints: curve[sigmas.count + k].entropyRate.value, dimension: law.dimension)
        return curve[k].entropyRate.scaled(by: 1 / fit, offset: tolerance - 1)
      }
    }
  }

  /// The largest σ of a range at which a difference turns from positive above to negative below; nil where it
  /// is not positive at the upper end, or never negative.
  ///
  /// Found on ten levels and then on eight between two of those, and by a straight line in ln σ between
  /// two of the latter. The error is that of the difference over its slope.
  private static func crossing(
    _ range: NoiseRange, _ difference: ([Double]) -> [Estimate]
  ) -> Estimate? {
    var levels = range.levels(10)
    var values = difference(levels)
    for round in 0..<2 {
      guard let last = values.last, last.value > 0,
        let below = values.indices.last(where: { values[$0].value <= 0 })
      else { return nil }
      let (low, high) = (log(levels[below]), log(levels[below + 1]))
      let (a, b) = (values[below], values[below + 1])
      guard round == 0, let inner = NoiseRange(minimum: levels[below], maximum: levels[below + 1])
      else {
        let slope = (b.value - a.value) / (high - low)
        let sigma = exp(low - a.value / slope)
        return Estimate(
          sigma, standardError: sigma * max(a.standardError, b.standardError) / slope)
      }
      levels = inner.levels(10)
      values = [a] + difference(Array(levels[1..<9])) + [b]
    }
    return nil
  }
}
