internal import Estimation
public import JSONText
internal import LinearAlgebra
internal import ScoreNetwork
public import Training

extension Checkpoint {
  /// Writes the checkpoint durably, without the optimiser's memory if asked for weights only; the
  /// old file stays beside it, see `RunFiles`, if asked to.
  public func write(
    to path: String, weightsOnly: Bool = false, keepingPrevious: Bool = false
  ) throws(StorageError) {
    try writeDurably(
      file(weightsOnly: weightsOnly).encoded, to: path, keepingPrevious: keepingPrevious)
  }

  /// The content of the checkpoint's file.
  public func file(weightsOnly: Bool = false) -> SafetensorsFile {
    var tensors: [String: Tensor] = [:]
    func add(_ parameters: NetworkParameters<Float>, _ prefix: String) {
      for (index, layer) in parameters.layers.enumerated() {
        tensors["\(prefix).layers.\(index).weight"] = Tensor(
          layer.weight.elements, shape: [layer.weight.rows, layer.weight.columns])
        tensors["\(prefix).layers.\(index).bias"] = Tensor(layer.bias.elements)
      }
    }
    add(state.network, "network")
    add(state.average, "ema")
    if hasOptimizerState && !weightsOnly {
      add(state.optimizer.first, "optimizer.first")
      add(state.optimizer.second, "optimizer.second")
      tensors["optimizer.levels"] = Tensor(state.optimizer.levelLosses.elements)
      for (name, matrix) in state.optimizer.matrices {
        tensors[name] = Tensor(matrix.elements, shape: [matrix.rows, matrix.columns])
      }
    }
    tensors["data.mean"] = Tensor(state.preconditioning.mean.map { Float($0) })
    tensors["data.scale"] = Tensor([Float(state.preconditioning.scale)])
    tensors["embedding.frequencies"] = Tensor(state.embedding.frequencies.map { Float($0) })
    tensors["ledger.pages"] = Tensor(
      ledger.pages[0] + ledger.pages[1], shape: [2, ledger.bandCount, LossLedger.bandSize])
    tensors["ledger.state"] = Tensor([
      Double(ledger.pageSteps), Double(ledger.stepsOnPage), ledger.totalVariance,
      ledger.dataScale,
    ])
    if !history.rows.isEmpty { tensors["ledger.history"] = history.tensor }
    return SafetensorsFile(
      metadata: [
        "config": configuration.json.canonicalText, "dataset": dataset.canonicalText,
        "progress": progress.canonicalText, "provenance": provenance.json.canonicalText,
      ], tensors: tensors)
  }

  /// Where the run stands; the generator is counter-based, so its state is the seed and the step.
  private var progress: JSONValue {
    [
      "step": JSONValue(UInt64(step)), "samplesSeen": JSONValue(UInt64(samplesSeen)),
      "generator": [
        "kind": "philox4x32-10", "seed": JSONValue(configuration.seed),
        "step": JSONValue(UInt64(step)),
      ],
    ]
  }
}

extension Provenance {
  var json: JSONValue {
    [
      "version": .string(version), "openBLAS": .string(openBLAS), "coreType": .string(coreType),
    ]
  }
}

extension TrainingConfiguration {
  /// The options under the names they have on the command line.
  ///
  /// An extended run says so in `extended-from`: the numbers of steps it was made for before.
  public var json: JSONValue {
    let options: JSONValue = [
      "steps": JSONValue(UInt64(steps)), "batch": JSONValue(UInt64(batch)),
      "width": JSONValue(UInt64(width)), "depth": JSONValue(UInt64(depth)),
      "activation": .string(activation.rawValue), "optimizer": .string(optimizer.rawValue),
      "learning-rate": .number(learningRate), "ema": .number(averageDecay),
      "sigma-min": .number(range.minimum), "sigma-max": .number(range.maximum),
      "holdout": .number(holdout), "seed": JSONValue(seed),
    ]
    guard !extendedFrom.isEmpty, case .object(let members) = options else { return options }
    let totals = JSONValue(extendedFrom.map(Double.init))
    return .object(members + [JSONMember(key: "extended-from", value: totals)])
  }
}

extension OptimizerState {
  /// The factors and bases under the names they have in a file.
  var matrices: [(name: String, matrix: MatrixView<Float>)] {
    bases.enumerated().flatMap { index, layer in
      [("left", layer.left), ("right", layer.right)].flatMap { name, side in
        side.map {
          [
            ("optimizer.bases.\(index).\(name).factor", $0.factor),
            ("optimizer.bases.\(index).\(name).basis", $0.basis),
          ]
        } ?? []
      }
    }
  }
}
