internal import Estimation
internal import ForwardProcess
internal import JSONText
internal import Statistics

extension EvaluatedPredictions {
  /// The results as `evaluate --predictions --json` gives them, schema `tinyscore.predictions.v1`.
  var json: JSONValue {
    [
      "schema": "tinyscore.predictions.v1",
      "predictions": [
        "path": .string(folder.path), "form": folder.levels == nil ? "rows" : "grid",
        "rows": JSONValue(UInt64(folder.count)),
        "rowsLeftOut": JSONValue(UInt64(curve.rowsLeftOut)),
        "hasSamples": .bool(folder.moments != nil),
        "repeatsNoise": .bool(repeatsNoise),
        "looksLike": mistake.map { .string($0.rawValue) } ?? .null,
      ],
      "dataset": dataset.map {
        ["name": .string($0.name), "distribution": .string($0.distribution)]
      } ?? .null,
      "dimension": JSONValue(UInt64(evaluation.dimension)), "confidence": .number(confidence),
      "levels": .array(evaluation.levels.indices.map(levelJSON)), "summary": summaryJSON,
      "schedule": [
        "entropic": schedule(.entropic).map { JSONValue($0) } ?? .null,
        "rescaledEntropic": schedule(.rescaled).map { JSONValue($0) } ?? .null,
      ],
    ]
  }

  private func levelJSON(_ index: Int) -> JSONValue {
    let (level, rows) = (evaluation.levels[index], curve.levels[index])
    return [
      "sigma": .number(level.sigma), "logSNR": .number(logSNR(sigma: level.sigma)),
      "band": rows.band.map { [.number($0.lowerBound), .number($0.upperBound)] } ?? .null,
      "samples": JSONValue(UInt64(rows.samples)),
      "exact": level.exact.map { ["entropyRate": json($0.entropyRate)] } ?? .null,
      "learned": level.learned.map { learnedJSON($0, level: level) } ?? .null,
    ]
  }

  /// The members are those of `tinyscore.evaluation.v1`; what there is in units of the data is that
  /// at the middle of a band.
  private func learnedJSON(
    _ estimate: NoiseLevelEstimate, level: Evaluation.Level
  ) -> JSONValue {
    func derived(_ rate: Estimate) -> RateQuantities {
      RateQuantities(rate, sigma: level.sigma, dimension: evaluation.dimension)
    }
    return [
      "denoisingLoss": json(estimate.loss),
      "entropyRate": .object(
        Self.routes.map {
          JSONMember(key: $0.rawValue, value: json(evaluation.rate($0, at: level)))
        }),
      "bandwidthFraction": json(derived(estimate.loss).fraction),
      "divergence": json(derived(estimate.divergence).divergence),
      "dataDivergence": json(derived(estimate.divergence).dataDivergence),
      "scoreSquaredNorm": json(derived(estimate.scoreNorm).scoreSquaredNorm),
      "miscalibration": json(estimate.miscalibration),
      "marginalEntropyRate": json(derived(estimate.loss).marginalRate),
      "restsOnRareEvents": .bool(estimate.restsOnRareEvents),
    ]
  }

  private var summaryJSON: JSONValue {
    [
      "entropy": .object(
        ([.exact] + Self.routes).map { JSONMember(key: $0.rawValue, value: json(entropy($0))) }),
      "maxBandwidthError": .object(
        Self.routes.map {
          JSONMember(key: $0.rawValue, value: JSONValue(evaluation.maximumBandwidthError($0)))
        }),
      "peakSigma": [
        "exact": JSONValue(evaluation.peakSigma(.exact)),
        "loss": JSONValue(evaluation.peakSigma(.loss)),
      ],
      "quadratureError": JSONValue(quadratureError),
      "miscalibratedLevels": JSONValue(UInt64(miscalibrated.count)),
      "restsOnRareEvents": .bool(curve.sampled.integrals?.restsOnRareEvents ?? false),
    ]
  }
}
