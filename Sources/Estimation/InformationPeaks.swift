public import ForwardProcess
public import Statistics

/// The noise levels at which data decide most: where the entropy rate is largest, which depends on
/// the clock, and where the variances are, which do not.
public struct InformationPeaks: Sendable {
  /// What is largest.
  public enum Quantity: String, Sendable, CaseIterable {
    /// The rate per unit of σ², `C/2σ²`: time of the constant clock, `σ² = t`.
    case rateInVariance
    /// The rate per unit of σ, `C/σ`: time of Karras and others, `σ = t`.
    case rateInSigma
    /// The rate per unit of ln σ, C: time of the geometric clock.
    case rateInLogSigma
    /// The variance over x of the posterior entropy h(x): definition (a).
    case posteriorEntropyVariance
    /// The variance over (x, y) of the surprisal −log p(y|x): definition (b).
    case surprisalVariance

    /// The quantity at a point of a curve; nil where it is not known.
    public func value(of point: InformationPoint) -> Estimate? {
      switch self {
      case .rateInVariance, .rateInSigma, .rateInLogSigma:
        value(ofRate: point.entropyRate, sigma: point.sigma)
      case .posteriorEntropyVariance: point.posteriorEntropyVariance
      case .surprisalVariance: point.surprisalVariance
      }
    }

    /// The rate per unit of the clock from a rate per unit of ln σ; nil for a variance.
    public func value(ofRate rate: Estimate, sigma: Double) -> Estimate? {
      switch self {
      case .rateInVariance: rate.scaled(by: Clock.constant.logSigmaRate(sigma: sigma))
      case .rateInSigma: rate.scaled(by: Clock.edm.logSigmaRate(sigma: sigma))
      case .rateInLogSigma: rate
      case .posteriorEntropyVariance, .surprisalVariance: nil
      }
    }
  }

  private let peaks: [Quantity: Peak]

  /// The peak of `quantity`; nil where the curve is largest at an end of the levels, as that of a
  /// continuous law is in some clocks, or where it is not known.
  public subscript(quantity: Quantity) -> Peak? { peaks[quantity] }

  /// The peaks of a curve known at ascending levels, and wherever it is asked for.
  ///
  /// Where it has no sampling errors it is refined to five digits (`Peak.refined`); where it has,
  /// the peak is that of a fit with its standard error.
  public init(_ points: [InformationPoint], curve: ([Double]) -> [InformationPoint]) {
    let sigmas = points.map(\.sigma)
    let isExact = points.allSatisfy { $0.entropyRate.standardError == 0 }
    var peaks: [Quantity: Peak] = [:]
    for quantity in Quantity.allCases {
      let values = points.compactMap { quantity.value(of: $0) }
      guard values.count == points.count else { continue }
      peaks[quantity] =
        isExact
        ? Peak.refined(sigmas: sigmas, values: values.map(\.value)) { places in
          curve(places).map { quantity.value(of: $0)?.value ?? .nan }
        } : Peak(sigmas: sigmas, values: values)
    }
    self.peaks = peaks
  }

  /// The peaks of sampled rates per unit of ln σ at ascending levels, and of sampled variances (b),
  /// nil where those are not known.
  ///
  /// With the `exact` curve at the same levels and its peaks, where it has no errors, what a fit
  /// misses drops out. Levels that share samples err together, which the standard errors do not
  /// know.
  public init(
    sigmas: [Double], rates: [Estimate], surprisalVariances: [Estimate]?,
    exact: (points: [InformationPoint], peaks: InformationPeaks)?
  ) {
    var peaks: [Quantity: Peak] = [:]
    for quantity in Quantity.allCases {
      let values =
        quantity == .surprisalVariance
        ? surprisalVariances ?? []
        : zip(sigmas, rates).compactMap { quantity.value(ofRate: $1, sigma: $0) }
      guard values.count == sigmas.count else { continue }
      let known = exact?.points.compactMap { quantity.value(of: $0)?.value }
      var reference: (values: [Double], peak: Peak)?
      if let known, known.count == sigmas.count, let peak = exact?.peaks[quantity],
        peak.sigma.standardError == 0
      {
        reference = (known, peak)
      }
      peaks[quantity] = Peak(sigmas: sigmas, values: values, reference: reference)
    }
    self.peaks = peaks
  }
}
