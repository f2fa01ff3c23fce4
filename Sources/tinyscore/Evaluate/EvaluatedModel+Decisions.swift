internal import Distributions
internal import Dynamics
internal import Estimation
internal import JSONText
internal import Report
internal import Statistics

extension EvaluatedModel {
  /// The members of the JSON that speak of decisions along the paths, null where they do not exist.
  var decisionMembers: [JSONMember] {
    [
      JSONMember(key: "pathwise", value: decisions.pathwise.map(pathwiseJSON) ?? .null),
      JSONMember(key: "activeSet", value: decisions.activeSets.map(activeSetsJSON) ?? .null),
      JSONMember(key: "typicalSet", value: decisions.typicalSets.map(typicalSetsJSON) ?? .null),
      JSONMember(key: "growth", value: decisions.growth.map(growthJSON) ?? .null),
      JSONMember(key: "regimes", value: decisions.regimes.map(regimesJSON) ?? .null),
      JSONMember(
        key: "peaks",
        value: decisions.exactPeaks == nil && decisions.learnedPeaks == nil
          ? .null
          : [
            "exact": decisions.exactPeaks.map(peaksJSON) ?? .null,
            "learned": decisions.learnedPeaks.map(peaksJSON) ?? .null,
          ]),
    ]
  }

  private func pathwiseJSON(_ ensemble: PathEnsemble) -> JSONValue {
    [
      "paths": JSONValue(UInt64(decisions.paths)), "rule": .string(ensemble.rule.rawValue),
      "levels": .array(
        ensemble.sigmas.indices.map { k in
          [
            "sigma": .number(ensemble.sigmas[k]), "gain": json(ensemble.gain(k)),
            "gainVariance": json(ensemble.gainVariance(k)),
            "gainVarianceStepError": .number(ensemble.gainVarianceStepError(k)),
            "surprisalVariance": json(ensemble.surprisalVariance(k)),
            "informedSurprisalVariance": json(
              DecisionFindings.informedVariance(ensemble, k, exact: evaluation.levels[k].exact)),
            "posterior": posteriorJSON(ensemble, k),
          ]
        }),
    ]
  }

  /// What the exact posterior says along the same paths.
  private func posteriorJSON(_ ensemble: PathEnsemble, _ k: Int) -> JSONValue {
    guard let entropy = ensemble.posteriorEntropy(k) else { return .null }
    return [
      "posteriorEntropy": json(entropy),
      "posteriorEntropyVariance": json(ensemble.directPosteriorEntropyVariance(k)),
      "surprisalVariance": json(ensemble.directSurprisalVariance(k)),
      "gainDefect": JSONValue(ensemble.gainDefect(k)),
    ]
  }

  private func activeSetsJSON(_ sets: [ActiveSet]) -> JSONValue {
    [
      "samples": JSONValue(UInt64(decisions.samples)),
      "levels": .array(
        sets.map {
          [
            "sigma": .number($0.sigma), "size": json($0.size),
            "largestWeight": json($0.largestWeight),
            "scoreSquaredNorm": json($0.scoreSquaredNorm),
          ]
        }),
    ]
  }

  private func typicalSetsJSON(_ sets: [TypicalSet]) -> JSONValue {
    [
      "samples": JSONValue(UInt64(decisions.typicalSamples)),
      "levels": .array(
        sets.map {
          [
            "sigma": .number($0.sigma), "distance": json($0.distance),
            "typicalRate": json($0.typicalRate), "fixedPointRate": json($0.fixedPointRate),
            "arrived": .number($0.arrived),
          ]
        }),
    ]
  }

  private func growthJSON(_ levels: [GrowthLevel]) -> JSONValue {
    [
      "trajectories": JSONValue(UInt64(decisions.typicalSamples)),
      "levels": .array(
        levels.map {
          [
            "sigma": .number($0.sigma), "growth": json($0.growth), "rate": json($0.rate),
            "smallestExponent": json($0.exponents?.smallest),
            "largestExponent": json($0.exponents?.largest),
          ]
        }),
    ]
  }

  private func regimesJSON(_ regimes: DynamicalRegimes) -> JSONValue {
    [
      "speciation": JSONValue(regimes.speciation),
      "entropyCollapse": JSONValue(regimes.entropyCollapse),
      "kernelWidth": JSONValue(regimes.kernelWidth), "collapse": json(regimes.collapse),
      "halfWeight": json(regimes.halfWeight),
      "definitions": [
        "speciation": "square root of the largest eigenvalue of the data's covariance",
        "entropyCollapse":
          "where sum 1/2 log(1 + eigenvalue/sigma^2) equals the entropy of the points",
        "kernelWidth":
          "of the Gaussian kernel density estimate of largest leave-one-out likelihood",
        "collapse": .string(
          "below it the points' entropy rate is less than \(1 - DynamicalRegimes.tolerance) of that "
            + "estimate's"),
        "halfWeight": "where the mean largest posterior weight is 1/2",
      ],
    ]
  }

  private func peaksJSON(_ peaks: InformationPeaks) -> JSONValue {
    .object(
      InformationPeaks.Quantity.allCases.map { quantity in
        JSONMember(
          key: quantity.rawValue,
          value: peaks[quantity].map { ["sigma": json($0.sigma), "value": json($0.value)] } ?? .null
        )
      })
  }

  /// Peaks and regimes in words.
  var decisionLines: [String] {
    var lines: [String] = []
    if let exact = decisions.exactPeaks { lines += peakLines("The data decide", exact) }
    if let learned = decisions.learnedPeaks { lines += peakLines("The network decides", learned) }
    guard let regimes = decisions.regimes else { return lines }
    func number(_ value: Double) -> String { formatNumber(value, significant: 3) }
    let levels = [
      regimes.speciation.map { "speciation at \(number($0))" },
      regimes.collapse.map { "the smooth fit left for the points at \(text($0, digits: 3))" },
      regimes.halfWeight.map { "one point half certain at \(text($0, digits: 3))" },
      regimes.entropyCollapse.map { "the Gaussian fit's entropy criterion at \(number($0))" },
    ].compactMap(\.self)
    if !levels.isEmpty {
      lines.append("Noise levels of the regimes: \(levels.joined(separator: ", ")).")
    }
    return lines
  }

  private func peakLines(_ who: String, _ peaks: InformationPeaks) -> [String] {
    func list(_ names: [(InformationPeaks.Quantity, String)]) -> [String] {
      names.compactMap { quantity, name in
        peaks[quantity].map { "\(text($0.sigma, digits: 4)) \(name)" }
      }
    }
    let rates = list([
      (.rateInVariance, "per unit of σ²"), (.rateInSigma, "of σ"), (.rateInLogSigma, "of ln σ"),
    ])
    let variances = list([
      (.posteriorEntropyVariance, "by posterior entropy"), (.surprisalVariance, "by surprisal"),
    ])
    return [
      rates.isEmpty ? nil : "\(who) fastest at σ = \(rates.joined(separator: ", "))",
      variances.isEmpty
        ? nil : "\(who) most unevenly at σ = \(variances.joined(separator: ", "))",
    ].compactMap { $0.map { $0 + "." } }
  }
}
