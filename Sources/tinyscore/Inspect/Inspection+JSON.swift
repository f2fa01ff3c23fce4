internal import Estimation
internal import JSONText
internal import ScoreNetwork
internal import Statistics
internal import Storage
internal import Training

extension Inspection {
  /// What `inspect --json` prints, schema `tinyscore.inspection.v1`.
  var json: JSONValue {
    let shape = checkpoint.state.network.shape
    let made = checkpoint.provenance
    return [
      "schema": "tinyscore.inspection.v1", "path": .string(path), "sha256": .string(sha256),
      "fileBytes": integer(fileBytes), "config": checkpoint.configuration.json,
      "dataset": checkpoint.dataset, "dimension": integer(shape.dimension),
      "dataScale": .number(checkpoint.state.preconditioning.scale),
      "progress": [
        "step": integer(checkpoint.step), "samplesSeen": integer(checkpoint.samplesSeen),
        "finished": .bool(checkpoint.step == checkpoint.configuration.steps),
      ],
      "provenance": [
        "version": .string(made.version), "openBLAS": .string(made.openBLAS),
        "coreType": .string(made.coreType),
      ],
      "parameters": integer(shape.parameterCount),
      "weightsOnly": .bool(!checkpoint.hasOptimizerState),
      "layers": .array(namedStages.map(stageJSON)),
      "multiplyAdds": integer(shape.stages.reduce(0) { $0 + $1.multiplyAdds }),
      "operationsPerTrainingSample": integer(shape.trainingFLOPsPerRow),
      "dataEntropy": JSONValue(dataEntropy?.value),
      "ledgerEntropy": json(checkpoint.ledger.integral), "ledger": ledgerJSON,
      "tensors": .array(tensors.map { tensorJSON($0.name, $0.tensor) }),
    ]
  }

  private func stageJSON(_ name: String, _ stage: NetworkStage) -> JSONValue {
    var (kind, inputs, activation): (JSONValue, JSONValue, JSONValue) = (
      .string(name), .null, .null
    )
    if case .linear(let count, let function) = stage.kind {
      (kind, inputs) = ("linear", integer(count))
      activation = function.map { .string($0.rawValue) } ?? .null
    }
    return [
      "name": .string(name), "kind": kind, "inputs": inputs, "outputs": integer(stage.outputs),
      "activation": activation, "parameters": integer(stage.parameters),
      "multiplyAdds": integer(stage.multiplyAdds),
    ]
  }

  /// The bands of the ledger; a loss is null where fewer than 16 samples fell.
  private var ledgerJSON: JSONValue {
    let ledger = checkpoint.ledger
    return .array(
      (0..<ledger.bandCount).map { band in
        let loss = ledger.loss(band: band)
        return [
          "sigma": .number(ledger.middle(band: band)), "loss": JSONValue(loss?.value),
          "standardError": JSONValue(loss?.standardError),
        ]
      })
  }

  private func tensorJSON(_ name: String, _ tensor: Tensor) -> JSONValue {
    let of = ElementStatistics(tensor.doubles)
    return [
      "name": .string(name), "dtype": .string(tensor.typeName),
      "shape": JSONValue(tensor.shape.map(Double.init)), "min": JSONValue(of.minimum),
      "max": JSONValue(of.maximum), "mean": JSONValue(of.mean),
      "standardDeviation": JSONValue(of.standardDeviation), "norm": JSONValue(of.norm),
      "zeros": integer(of.zeros), "nans": integer(of.notNumbers),
      "infinities": integer(of.infinities), "histogram": JSONValue(of.histogram.map(Double.init)),
    ]
  }

  private func json(_ estimate: Estimate?) -> JSONValue {
    estimate.map {
      ["value": .number($0.value), "standardError": .number($0.standardError)]
    } ?? .null
  }

  private func integer(_ value: Int) -> JSONValue { .number(Double(value)) }
}
