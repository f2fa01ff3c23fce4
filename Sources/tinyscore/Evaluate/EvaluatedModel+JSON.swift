internal import Estimation
internal import ForwardProcess
internal import JSONText
internal import Statistics

extension EvaluatedModel {
  /// The results as `evaluate --json` gives them, schema `tinyscore.evaluation.v1`.
  var json: JSONValue {
    let kind: JSONValue
    let step: JSONValue
    switch model {
    case .network(let checkpoint, _):
      (kind, step) = ("network", JSONValue(UInt64(checkpoint.step)))
    case .exact: (kind, step) = ("exact", .null)
    }
    var members: [JSONMember] = []
    if let heldOut { members.append(JSONMember(key: "heldOut", value: heldOutJSON(heldOut))) }
    let document: JSONValue = [
      "schema": "tinyscore.evaluation.v1",
      "model": ["kind": kind, "path": .string(model.path), "step": step],
      "dataset": ["name": .string(dataset.name), "distribution": .string(dataset.distribution)],
      "dimension": JSONValue(UInt64(evaluation.dimension)),
      "dataScale": .number(evaluation.dataScale),
      "samplesPerLevel": JSONValue(UInt64(samplesPerLevel)), "seed": JSONValue(seed),
      "confidence": .number(confidence),
      "levels": .array(evaluation.levels.indices.map(levelJSON)), "summary": summaryJSON,
    ]
    guard case .object(let first) = document else { return document }
    return .object(first + decisionMembers + members)
  }

  private func heldOutJSON(_ comparison: HeldOutComparison) -> JSONValue {
    [
      "memorisationOnset": JSONValue(comparison.memorisationOnset),
      "entropy": json(comparison.heldOutEntropy),
      "levels": .array(
        comparison.levels.map {
          [
            "sigma": .number($0.sigma), "training": json($0.training),
            "heldOut": json($0.heldOut), "gap": json($0.gap),
            "separation": .number($0.separation),
          ]
        }),
    ]
  }

  private func levelJSON(_ index: Int) -> JSONValue {
    let level = evaluation.levels[index]
    var members = [
      JSONMember(key: "sigma", value: .number(level.sigma)),
      JSONMember(key: "logSNR", value: .number(logSNR(sigma: level.sigma))),
      JSONMember(key: "exact", value: level.exact.map(exactJSON) ?? .null),
      JSONMember(
        key: "learned", value: level.learned.map { learnedJSON($0, level: level) } ?? .null),
      JSONMember(
        key: "sampled", value: evaluation.sampled.map { sampledJSON($0.levels[index]) } ?? .null),
      JSONMember(
        key: "geometry", value: evaluation.geometry.map { geometryJSON($0[index]) } ?? .null),
    ]
    if let clock, let factor = timeFactor(level) {
      // The model's own rate: the exact one of a law, the loss of a network.
      let rate = level.learned?.loss ?? level.exact?.entropyRate
      members.append(JSONMember(key: "t", value: .number(clock.time(sigma: level.sigma))))
      members.append(
        JSONMember(key: "entropyRateInTime", value: json(rate.map { $0.scaled(by: factor) })))
    }
    return .object(members)
  }

  private func derived(_ rate: Estimate, sigma: Double) -> RateQuantities {
    RateQuantities(rate, sigma: sigma, dimension: evaluation.dimension)
  }

  private func exactJSON(_ point: InformationPoint) -> JSONValue {
    let of = derived(point.entropyRate, sigma: point.sigma)
    var members: [JSONMember] = [
      JSONMember(key: "entropyRate", value: json(point.entropyRate)),
      JSONMember(key: "bandwidthFraction", value: json(of.fraction)),
      JSONMember(key: "divergence", value: json(of.divergence)),
      JSONMember(key: "dataDivergence", value: json(of.dataDivergence)),
      JSONMember(key: "scoreSquaredNorm", value: json(of.scoreSquaredNorm)),
      JSONMember(key: "conditionalEntropy", value: json(point.conditionalEntropy)),
      JSONMember(key: "posteriorEntropyVariance", value: json(point.posteriorEntropyVariance)),
      JSONMember(key: "surprisalVariance", value: json(point.surprisalVariance)),
      JSONMember(key: "restsOnRareEvents", value: .bool(point.restsOnRareEvents)),
    ]
    if let clock {
      let rate = point.entropyRate.scaled(by: clock.logSigmaRate(sigma: point.sigma))
      members.append(JSONMember(key: "entropyRateInTime", value: json(rate)))
    }
    return .object(members + marginalMembers(point.entropyRate, sigma: point.sigma))
  }

  private func learnedJSON(
    _ estimate: NoiseLevelEstimate, level: Evaluation.Level
  ) -> JSONValue {
    let loss = derived(estimate.loss, sigma: level.sigma)
    let document: JSONValue = [
      "denoisingLoss": json(estimate.loss), "trainingLoss": json(level.trainingLoss),
      "scoreMatchingLoss": json(estimate.scoreMatchingLoss),
      "entropyRate": .object(
        Route.learned.map {
          JSONMember(key: $0.rawValue, value: json(evaluation.rate($0, at: level)))
        }),
      "bandwidthFraction": json(loss.fraction),
      "divergence": json(derived(estimate.divergence, sigma: level.sigma).divergence),
      "dataDivergence": json(derived(estimate.divergence, sigma: level.sigma).dataDivergence),
      "scoreSquaredNorm": json(derived(estimate.scoreNorm, sigma: level.sigma).scoreSquaredNorm),
      "miscalibration": json(estimate.miscalibration),
      "restsOnRareEvents": .bool(estimate.restsOnRareEvents),
      "withinTrainedRange": .bool(!untrainedLevels.contains { $0.sigma == level.sigma }),
    ]
    guard case .object(let members) = document else { return document }
    return .object(members + marginalMembers(estimate.loss, sigma: level.sigma))
  }

  /// The rate of the marginal entropy from an entropy rate, and in time where a clock was asked
  /// for.
  private func marginalMembers(_ rate: Estimate, sigma: Double) -> [JSONMember] {
    let marginal = derived(rate, sigma: sigma).marginalRate
    var members = [JSONMember(key: "marginalEntropyRate", value: json(marginal))]
    if let clock {
      let inTime = marginal.scaled(by: clock.logSigmaRate(sigma: sigma))
      members.append(JSONMember(key: "marginalEntropyRateInTime", value: json(inTime)))
    }
    return members
  }

  private var summaryJSON: JSONValue {
    return [
      "entropy": .object(
        ([.exact] + Route.learned).map {
          JSONMember(key: $0.rawValue, value: json(evaluation.entropy($0)))
        }),
      "maxBandwidthError": .object(
        Route.learned.map {
          JSONMember(key: $0.rawValue, value: JSONValue(evaluation.maximumBandwidthError($0)))
        }),
      "peakSigma": [
        "exact": JSONValue(evaluation.peakSigma(.exact)),
        "loss": JSONValue(evaluation.peakSigma(.loss)),
      ],
      "sampled": evaluation.sampled?.integrals.map(integralsJSON) ?? .null,
      "quadratureError": JSONValue(
        evaluation.quadratureError(.exact) ?? evaluation.quadratureError(.loss)),
      "dataEntropy": totalsJSON { totalJSON(evaluation.dataEntropy($0, of: data)) },
      "differentialEntropy": totalsJSON {
        totalJSON(evaluation.differentialEntropy($0, of: data))
      },
      "dimension": evaluation.plateaus.map(plateausJSON) ?? .null,
      "marginalEntropyChange": [
        "exact": json(evaluation.marginalEntropyChange(.exact)),
        "loss": json(evaluation.marginalEntropyChange(.loss)),
      ],
    ]
  }
}
