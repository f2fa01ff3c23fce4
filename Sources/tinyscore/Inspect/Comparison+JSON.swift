internal import Estimation
internal import JSONText
internal import Storage

extension Comparison {
  /// What `inspect A B --json` prints, schema `tinyscore.comparison.v1`.
  var json: JSONValue {
    [
      "schema": "tinyscore.comparison.v1", "left": .string(left.path),
      "right": .string(right.path), "equal": .bool(areEqual),
      "sameDataset": .bool(isSameDataset), "sameStep": .bool(isSameStep),
      "sameProvenance": .bool(isSameProvenance),
      "options": .array(
        options.map {
          ["name": .string($0.name), "left": .string($0.left), "right": .string($0.right)]
        }),
      "firstDifferingTensor": firstDifference, "tensors": .array(tensors.map(tensorJSON)),
      "functions": functionsJSON, "functionsMissing": functionsMissing,
    ]
  }

  private func tensorJSON(_ tensor: TensorDifference) -> JSONValue {
    func shape(_ tensor: Tensor?) -> JSONValue {
      tensor.map { JSONValue($0.shape.map(Double.init)) } ?? .null
    }
    return [
      "name": .string(tensor.name), "distance": JSONValue(tensor.distance?.largest),
      "rms": JSONValue(tensor.distance?.rms), "relative": JSONValue(tensor.distance?.relative),
      "leftShape": shape(tensor.left), "rightShape": shape(tensor.right),
    ]
  }

  /// The first element that differs of the tensors that both have in one shape.
  private var firstDifference: JSONValue {
    guard let first = comparable.first, let index = first.distance.firstDifference else {
      return .null
    }
    return [
      "name": .string(first.name),
      "index": JSONValue(first.left.indices(of: index).map(Double.init)),
      "left": .number(first.left.doubles[index]), "right": .number(first.right.doubles[index]),
    ]
  }

  private var functionsJSON: JSONValue {
    guard case .success(let measured)? = functions?.result else { return .null }
    let distance = measured.distance
    func bandwidth(_ level: ScoreDistance.Level) -> JSONValue {
      [
        "sigma": .number(level.sigma), "value": .number(level.bandwidthDifference.value.magnitude),
        "standardError": .number(level.bandwidthDifference.standardError),
      ]
    }
    return [
      "dataset": .string(measured.dataset), "weights": "ema",
      "samplesPerLevel": .number(Double(measured.samples)), "seed": JSONValue(measured.seed),
      "maxBandwidthDifference": distance.largestBandwidthDifference.map(bandwidth) ?? .null,
      "levelsThatDiffer": .number(Double(distance.levelsThatDiffer)),
      "maxNoiseDistance": distance.largestNoiseDistance.map {
        ["sigma": .number($0.sigma), "value": .number($0.noiseDistance)]
      } ?? .null,
      "levels": .array(
        distance.levels.map {
          [
            "sigma": .number($0.sigma),
            "bandwidthDifference": [
              "value": .number($0.bandwidthDifference.value),
              "standardError": .number($0.bandwidthDifference.standardError),
            ],
            "noiseDistance": .number($0.noiseDistance),
          ]
        }),
    ]
  }

  /// Why the functions were not compared; null where they were.
  private var functionsMissing: JSONValue {
    switch functions?.result {
    case nil: "the files are equal"
    case .success?: .null
    case .failure(let failure)?: .string(failure.message)
    }
  }
}
