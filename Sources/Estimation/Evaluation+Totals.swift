public import ForwardProcess
internal import Statistics

/// What is known of data beside their entropy rates, for totals over all noise levels.
public struct EvaluatedData: Sendable {
  /// The normal law of their moments.
  public let baseline: GaussianBaseline
  /// Bounds on what is decided below the smallest level; nil for data that decide without end.
  public let below: ClosedRange<Double>?

  /// Data from `source`.
  public init(_ source: some SampleSource, below: ClosedRange<Double>?) {
    baseline = GaussianBaseline(source) ?? GaussianBaseline(isotropic: source.moments)
    self.below = below
  }
}

extension Evaluation {
  /// The rates by a route, all of them; nil if one is missing.
  private func rates(_ route: Route) -> [Estimate]? {
    let rates = levels.compactMap { rate(route, at: $0) }
    return rates.count == levels.count && !rates.isEmpty ? rates : nil
  }

  /// The exact rates, whose shape tells the quadrature's error without noise, or nil.
  private var shape: [Double]? { rates(.exact)?.map(\.value) }

  /// Whether levels are near enough that something may be said about what lies between them: no two
  /// farther apart than an e-fold, which is about the width of a decision.
  public var isDense: Bool {
    zip(levels, levels.dropFirst()).allSatisfy { $1.sigma / $0.sigma < 2.72 }
  }

  /// The error that the trapezoid rule makes with the rates by a route, estimated from above, in
  /// nats; nil where levels are farther apart than an e-fold.
  public func quadratureError(_ route: Route) -> Double? {
    guard isDense else { return nil }
    return rates(route).map { rule.error(of: shape ?? $0.map(\.value)) }
  }

  /// The entropy of finite data by a route, tails included; nil for continuous data, and where
  /// levels are farther apart than an e-fold.
  ///
  /// A loss bounds it from above.
  public func dataEntropy(_ route: Route, of data: EvaluatedData) -> EntropyTotal? {
    guard let rates = rates(route), let integral = entropy(route), let last = levels.last,
      data.below != nil, isDense
    else { return nil }
    let isExact = route == .exact
    return EntropyTotal(
      sigmas: levels.map(\.sigma), rates: rates.map(\.value), shape: shape, integral: integral,
      below: data.below,
      above: data.baseline.entropyOfData(
        above: last.sigma, rate: isExact ? rates.last : last.exact?.entropyRate),
      isUpperBound: !isExact)
  }

  /// The differential entropy of continuous data by a route; nil where they show no density.
  ///
  /// A loss bounds it from above.
  public func differentialEntropy(
    _ route: Route, of data: EvaluatedData
  ) -> DifferentialEntropy? {
    guard let rates = rates(route), let integral = entropy(route), data.below == nil, isDense
    else { return nil }
    return DifferentialEntropy(
      baseline: data.baseline, sigmas: levels.map(\.sigma), rates: rates, shape: shape,
      integral: integral, isUpperBound: route != .exact)
  }

  /// The plateaus of the effective dimension: of the exact rate, or of the loss where there is
  /// none.
  ///
  /// nil where levels are farther apart than an e-fold.
  public var plateaus: DimensionPlateaus? {
    guard isDense, levels.count > 2 else { return nil }
    return (rates(.exact) ?? rates(.loss)).map {
      DimensionPlateaus(sigmas: levels.map(\.sigma), dimensions: $0)
    }
  }
}
