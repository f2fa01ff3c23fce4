public import ForwardProcess
internal import Glibc
public import Statistics

/// The differential entropy `h(y)` of data with a density, in nats, from an entropy rate at some
/// noise levels.
///
/// `h(y) = ½ Σ log(2πe λ) − ∫_0^∞ (C_G − C) d ln σ` (Guo, Shamai and Verdú 2005; Kong, Brekelmans
/// and Ver Steeg 2023; their SNR is `1/σ²`), C_G the rate of the Gaussian baseline. The integral is
/// `KL(p ‖ G)`: `dh(x_σ)/d ln σ = D − C` by de Bruijn's identity, and both entropies meet at
/// infinity. Unlike C the difference vanishes at both ends.
public struct DifferentialEntropy: Sendable, Equatable {
  /// The entropy of the baseline.
  public let baseline: Double
  /// The trapezoid rule's integral of `C_G − C` over the levels, with its sampling error.
  public let correction: Estimate
  /// An estimate from above of the rule's own error, infinite for two or three levels.
  public let quadratureError: Double
  /// Bounds on the integral of `C_G − C` below the smallest level; the upper one is *assumed*.
  ///
  /// `∫_0^σ (D − C) d ln σ′` is what noise adds to the entropy. With `n = 1 − C(σ)/D` it is at
  /// least `−D/2 log(1 − n)`, by the Fisher information inequality `D/J(x_σ) ≥ D/J(x_σ′) + σ² −
  /// σ′²` (Blachman 1965), `J = (D − C)/σ²`. It is at most `n D` if `D − C` falls at least in
  /// proportion to σ below the smallest level, as it does for bounded densities with edges (smooth
  /// ones: as σ²). Were the exponent p at the lowest levels below 1, `n D/p`. The baseline's own
  /// part is exact.
  public let below: ClosedRange<Double>
  /// Bounds on the integral of `C_G − C` above the largest level; see
  /// `GaussianBaseline.excessEntropy`.
  public let above: ClosedRange<Double>
  /// The exponent p of `D − C ∝ σ^p` at the lowest levels, on which `below` rests; nil where noise,
  /// or rounding, hides it, and `p ≥ 1` was not checked.
  public let edgeExponent: Double?
  /// The likeliest value of the integral below the smallest level: by the exponent where it is
  /// known, else the middle of `below`.
  private let likelyBelow: Double
  /// Whether the rate is a loss, at least the entropy rate, so that only upper bounds hold.
  public let isUpperBound: Bool

  /// The entropy from `rates` at ascending `sigmas`, whose integral by the trapezoid rule is
  /// `integral`.
  ///
  /// The integral comes with its own error, known to whoever knows which samples the levels share;
  /// where they do, it may differ from that of `rates` by the errors of those, which are larger.
  ///
  /// nil for data that show no density: some direction without variance, or `D − C` at the smallest
  /// level more than half of D or not on its way to 0 (p below 0.75), as for finite laws, laws on a
  /// lower dimension, and levels that end too early. The quadrature's own error is estimated from
  /// `shape`, the rates of a like curve without noise, or from `rates` themselves.
  public init?(
    baseline: GaussianBaseline, sigmas: [Double], rates: [Estimate], shape: [Double]? = nil,
    integral: Estimate, isUpperBound: Bool = false
  ) {
    precondition(sigmas.count == rates.count && shape.map { $0.count == sigmas.count } ?? true)
    guard let entropy = baseline.differentialEntropy, let sigma = sigmas.first,
      let least = rates.first, let largest = sigmas.last, let last = rates.last
    else { return nil }
    let edge = LowerEdge(dimension: baseline.eigenvalues.count, sigmas: sigmas, rates: rates)
    guard let added = edge.addedEntropy, least.value.isFinite else { return nil }
    let own = baseline.addedEntropy(below: sigma)
    let lower = max(0, added.lowerBound - own)
    let tail = lower...max(lower, added.upperBound - own)
    below = tail
    likelyBelow =
      edge.likelyEntropy.map { min(max(tail.lowerBound, $0 - own), tail.upperBound) }
      ?? tail.middle
    above = baseline.excessEntropy(above: largest, rate: last)
    edgeExponent = edge.exponent
    let normal = sigmas.map { baseline.entropyRate(sigma: $0) }
    let rule = LogIntegral(sigmas: sigmas)
    let differences = zip(normal, rates).map { $0 - $1.value }
    correction = integral.scaled(by: -1, offset: rule.integral(normal))
    // The differences are as far from exact as the rates were rounded.
    let rounding = 4 * .ulpOfOne * (abs(rule.integral(normal)) + abs(entropy))
    let shapes = shape.map { zip(normal, $0).map { $0 - $1 } } ?? differences
    quadratureError = rule.error(of: shapes) + rounding
    self.baseline = entropy
    self.isUpperBound = isUpperBound
  }

  /// The baseline's entropy less the correction, the tail below by its exponent and the middle of
  /// the other, with the sampling error.
  public var estimate: Estimate {
    correction.scaled(by: -1, offset: baseline - likelyBelow - above.middle)
  }

  /// Where `h(y)` lies, errors that are not random added to the sampling interval at `confidence`.
  ///
  /// Rests on `below` and on the quadrature's error. From −∞ on where the rate is but an upper
  /// bound.
  public func interval(confidence: Double) -> (lower: Double, upper: Double) {
    let inner = correction.scaled(by: -1, offset: baseline).interval(confidence: confidence)
    let lower = inner.lower - quadratureError - below.upperBound - above.upperBound
    // A loss leaves less of the difference than there is, above the largest level too.
    let upper = inner.upper + quadratureError - below.lowerBound - above.lowerBound
    return (isUpperBound ? -.infinity : lower, upper)
  }
}

/// How `D − C` falls at the lowest noise levels.
private struct LowerEdge {
  /// Bounds on `∫_0^σ (D − C) d ln σ′` in nats; nil where the data show no density.
  let addedEntropy: ClosedRange<Double>?
  /// The same integral were `D − C` a power of σ with the exponent below.
  var likelyEntropy: Double? { exponent.map { missing / $0 } }
  let exponent: Double?
  private let missing: Double

  init(dimension: Int, sigmas: [Double], rates: [Estimate]) {
    let (full, caution) = (Double(dimension), GaussianBaseline.caution)
    // Half an e-fold apart if they can be: the exponent of nearer levels would be all noise.
    let next = sigmas.firstIndex { $0 >= 1.5 * sigmas[0] } ?? sigmas.count - 1
    let missing = [0, next].map { rates[$0].scaled(by: -1, offset: full) }
    self.missing = missing[0].value
    let relative = missing.map { ($0.standardError + 1e-12 * full) / max(0, $0.value) }
    let width = log(sigmas[next] / sigmas[0])
    if width > 0, missing[0].value > 0, missing[1].value > 0,
      hypot(relative[0], relative[1]) / width < 0.05
    {
      exponent = log(missing[1].value / missing[0].value) / width
    } else {
      exponent = nil
    }
    let least = max(0, missing[0].value - caution * missing[0].standardError)
    let most = max(0, missing[0].value + caution * missing[0].standardError)
    guard least <= full / 2, (exponent ?? 1) >= 0.75 else {
      addedEntropy = nil
      return
    }
    let lower = -full / 2 * log1p(-least / full)
    addedEntropy = lower...max(lower, most / min(1, exponent ?? 1))
  }
}
