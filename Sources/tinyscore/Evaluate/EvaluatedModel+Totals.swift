internal import Estimation
internal import JSONText
internal import Statistics

extension EvaluatedModel {
  /// The routes of a law's own score, from samples.
  func sampledJSON(_ level: NoiseLevelEstimate) -> JSONValue {
    [
      "entropyRate": [
        "loss": json(level.loss), "divergence": json(level.divergence),
        "scoreNorm": json(level.scoreNorm), "upperBound": json(level.upperBound),
      ],
      "miscalibration": json(level.miscalibration),
      "restsOnRareEvents": .bool(level.restsOnRareEvents),
    ]
  }

  /// The integrals of the routes of a law's own score.
  func integralsJSON(_ integrals: RateIntegrals) -> JSONValue {
    [
      "loss": json(integrals.loss), "divergence": json(integrals.divergence),
      "scoreNorm": json(integrals.scoreNorm), "upperBound": json(integrals.upperBound),
    ]
  }

  /// The spectrum of the Jacobian, and its trace in three ways as entropy rates.
  func geometryJSON(_ geometry: LevelGeometry) -> JSONValue {
    let spectrum = geometry.spectrum
    return [
      "samples": JSONValue(UInt64(2 * spectrum.clusters)),
      "fisherEigenvalues": .array(spectrum.eigenvalues.map { json($0) }),
      "jacobianEigenvalues": .array(spectrum.jacobianEigenvalues.map { json($0) }),
      "effectiveDimension": json(spectrum.softCount),
      "asymmetry": json(spectrum.asymmetry),
      "entropyRate": [
        "fisherTrace": json(spectrum.fisherTrace), "jacobianTrace": json(spectrum.jacobianTrace),
        "hutchinson": json(geometry.probedTrace), "stein": json(geometry.steinTrace),
      ],
      "hutchinsonDefect": json(geometry.probedDefect),
      "steinDefect": json(geometry.steinDefect),
    ]
  }

  /// The exact side and the loss of something, null where neither is known.
  func totalsJSON(_ value: (Route) -> JSONValue) -> JSONValue {
    let (exact, loss) = (value(.exact), value(.loss))
    return exact == .null && loss == .null ? .null : ["exact": exact, "loss": loss]
  }

  /// The entropy of finite data: bounds include the quadrature's error and the tails.
  func totalJSON(_ total: EntropyTotal?) -> JSONValue {
    guard let total, let estimate = total.estimate,
      let interval = total.interval(confidence: confidence)
    else { return .null }
    return [
      "value": .number(estimate.value), "standardError": .number(estimate.standardError),
      "lower": .number(interval.lower), "upper": .number(interval.upper),
      "quadratureError": .number(total.quadratureError), "below": json(total.below),
      "above": json(total.above), "isUpperBound": .bool(total.isUpperBound),
    ]
  }

  /// The differential entropy: bounds include the quadrature's error and the tails; a bound that is
  /// infinite is null.
  func totalJSON(_ total: DifferentialEntropy?) -> JSONValue {
    guard let total else { return .null }
    let interval = total.interval(confidence: confidence)
    return [
      "value": .number(total.estimate.value),
      "standardError": .number(total.estimate.standardError),
      "lower": interval.lower.isFinite ? .number(interval.lower) : .null,
      "upper": .number(interval.upper), "gaussian": .number(total.baseline),
      "quadratureError": .number(total.quadratureError), "below": json(total.below),
      "above": json(total.above), "edgeExponent": JSONValue(total.edgeExponent),
      "isUpperBound": .bool(total.isUpperBound),
    ]
  }

  /// The plateaus of the effective dimension.
  func plateausJSON(_ plateaus: DimensionPlateaus) -> JSONValue {
    [
      "support": plateaus.supportDimension.map { JSONValue(UInt64($0)) } ?? .null,
      "plateaus": .array(
        plateaus.plateaus.map {
          [
            "dimension": JSONValue(UInt64($0.dimension)), "value": json($0.flattest),
            "mean": json($0.mean), "from": .number($0.from), "to": .number($0.to),
          ]
        }),
    ]
  }

  private func json(_ range: ClosedRange<Double>?) -> JSONValue {
    range.map { [.number($0.lowerBound), .number($0.upperBound)] } ?? .null
  }
}
