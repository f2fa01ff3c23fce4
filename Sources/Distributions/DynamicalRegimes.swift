internal import ForwardProcess
internal import Glibc
internal import LinearAlgebra
public import Statistics

/// The noise levels between the regimes of the reverse process of a data set.
///
/// Biroli, Bonnaire, de Bortoli and Mézard (2024, Nature Communications 15:9957), in the coordinate
/// σ; numbers that do not exist are nil. In that paper `x_t = e^{−t} y + √(1 − e^{−2t}) z`, so `σ²
/// = e^{2t} − 1`.
public struct DynamicalRegimes: Sendable {
  /// Speciation, `√λ_max` of the data's covariance: above it the noise hides the largest spread of
  /// the data.
  ///
  /// Their `t_S = ½ log Λ` is `σ² = Λ − 1`, to the leading order in Λ that they give it.
  public let speciation: Double?
  /// Collapse by their entropy criterion: where the Gaussian fit's information `½ Σ log(1 + λ/σ²)`
  /// equals the entropy of the points, ln N for N equal ones.
  ///
  /// Below it N points are too few to fill the volume of the fit at that resolution.
  public let entropyCollapse: Double?
  /// The kernel width h of the kernel density estimate by leave-one-out likelihood, the smooth fit
  /// below.
  public let kernelWidth: Double?
  /// Collapse by the exact curve: the largest σ below which the points' own entropy rate is less
  /// than `1 − tolerance` of the smooth fit's.
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
      (entropyCollapse, kernelWidth, collapse, halfWeight) = (nil, nil, nil, nil)
      return
    }
    entropyCollapse = baseline.flatMap { Self.crossing($0, entropy: points.entropy ?? 0) }
    let h = points.leaveOneOutKernelWidth(workers: sampling.workers)
    kernelWidth = h
    collapse = h.flatMap { Self.departure(points, kernelWidth: $0, sampling) }
    halfWeight = Self.crossing(points.noiseRange) { sigmas in
      points.activeSets(at: sigmas, sampling: sampling).map {
        $0.largestWeight.scaled(by: -1, offset: 0.5)
      }
    }
  }

  /// Where the baseline's information equals `entropy`, by bisection in ln σ to 1e-12; it falls
  /// with σ.
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
    _ law: PointsLaw, kernelWidth: Double, _ sampling: CurveSampling
  ) -> Estimate? {
    crossing(law.noiseRange) { sigmas in
      let primed = sigmas.map { hypot($0, kernelWidth) }
      let curve = law.informationCurve(at: sigmas + primed, sampling: sampling)
      return sigmas.indices.map { k in
        let fit = PointsLaw.smoothedRate(
          sigma: sigmas[k], kernelWidth: kernelWidth,
          rateOfPoints: curve[sigmas.count + k].entropyRate.value, dimension: law.dimension)
        return curve[k].entropyRate.scaled(by: 1 / fit, offset: tolerance - 1)
      }
    }
  }

  /// The largest σ of a range at which a difference turns from positive above to negative below;
  /// nil where it is not positive at the upper end, or never negative.
  ///
  /// Between two of ten levels, then on ten between those and, if values are exact, on ten between
  /// two of these: the root of the cubic in ln σ through the last ten. Its error is that of a
  /// single value over the slope, as samples shared by levels err alike.
  private static func crossing(
    _ range: NoiseRange, _ difference: ([Double]) -> [Estimate]
  ) -> Estimate? {
    let outer = range.levels(10)
    guard var inner = bracket(outer, difference(outer)) else { return nil }
    var levels = inner.levels(10)
    var values = difference(levels)
    if values.allSatisfy({ $0.standardError == 0 }), let narrower = bracket(levels, values) {
      inner = narrower
      levels = inner.levels(10)
      values = difference(levels)
    }
    let (low, high) = (log(inner.minimum), log(inner.maximum))
    let fit = PolynomialFit(places: levels.map { log($0) - low }, values: values, degree: 3)
    guard let x = fit.root(between: 0, and: high - low) else { return nil }
    let error = values.reduce(0) { max($0, $1.standardError) }
    let sigma = exp(low + x)
    return Estimate(
      sigma, standardError: sigma * error / abs(fit.value(at: x, derivative: 1)))
  }

  /// The uppermost two of some levels between which values turn from negative to positive.
  private static func bracket(_ levels: [Double], _ values: [Estimate]) -> NoiseRange? {
    guard let last = values.last, last.value > 0,
      let below = values.indices.last(where: { values[$0].value <= 0 })
    else { return nil }
    return NoiseRange(minimum: levels[below], maximum: levels[below + 1])
  }
}
