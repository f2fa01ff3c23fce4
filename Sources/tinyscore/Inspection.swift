internal import Glibc
internal import JSONText
internal import Report
internal import ScoreNetwork
internal import Storage
internal import Training

/// What `inspect` shows of one checkpoint.
struct Inspection {
  let path: String
  let checkpoint: Checkpoint
  let file: SafetensorsFile

  init(path: String) throws {
    self.path = path
    file = try SafetensorsFile(path: path)
    checkpoint = try Checkpoint(file, path: path)
  }

  /// The name of the data set that the network was trained on.
  var datasetName: String {
    if case .string(let name)? = checkpoint.dataset["name"] { name } else { "unnamed" }
  }

  /// The tensors in the order of their names.
  var tensors: [(name: String, tensor: Tensor)] {
    file.tensors.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }

  func text(withStatistics: Bool) -> String {
    let shape = checkpoint.state.network.shape
    let configuration = checkpoint.configuration
    var lines = [
      "\(path): a score network trained on \(datasetName)",
      "  network     D = \(shape.dimension), \(shape.depth) hidden layers of \(shape.width), "
        + "\(shape.activation.rawValue), \(shape.parameterCount) parameters",
      "  training    step \(checkpoint.step) of \(configuration.steps), batch "
        + "\(configuration.batch), \(checkpoint.samplesSeen) samples, seed \(configuration.seed)",
      "  optimizer   \(configuration.optimizer.rawValue), learning rate "
        + "\(formatNumber(configuration.learningRate, significant: 3)), average "
        + "\(formatNumber(configuration.averageDecay, significant: 4))"
        + (checkpoint.hasOptimizerState ? "" : " (weights only)"),
      "  noise       σ from \(formatNumber(configuration.range.minimum, significant: 4)) to "
        + "\(formatNumber(configuration.range.maximum, significant: 4)), data scale "
        + "\(formatNumber(checkpoint.state.preconditioning.scale, significant: 4))",
    ]
    if let entropy = checkpoint.ledger.integral {
      lines.append(
        "  entropy     "
          + formatEstimate(entropy.value, standardError: entropy.standardError)
          + " nats by the training ledger")
    }
    let made = checkpoint.provenance
    lines.append(
      "  made by     tinyscore \(made.version), OpenBLAS \(made.openBLAS), \(made.coreType)")
    // Names in the file are a stranger's: they must not reach the terminal as they are.
    return lines.map { plainText($0) }.joined(separator: "\n") + "\n\n"
      + table(withStatistics: withStatistics).text
  }

  private func table(withStatistics: Bool) -> TextTable {
    var columns: [TextTable.Column] = [
      .init("tensor", alignment: .left), .init("type", alignment: .left), .init("shape"),
    ]
    if withStatistics {
      columns += ["min", "max", "mean", "norm", "zeros"].map { .init($0) }
    }
    var table = TextTable(columns: columns)
    for (name, tensor) in tensors {
      var row = [name, tensor.typeName, tensor.shape.map(String.init).joined(separator: " × ")]
      if withStatistics {
        let of = TensorStatistics(tensor)
        row += [of.minimum, of.maximum, of.mean, of.norm].map { formatNumber($0, significant: 4) }
        row.append("\(of.zeros)")
      }
      table.append(row)
    }
    return table
  }

  var json: JSONValue {
    [
      "schema": "tinyscore.inspection.v1", "path": .string(path),
      "config": checkpoint.configuration.json, "dataset": checkpoint.dataset,
      "progress": [
        "step": JSONValue(UInt64(checkpoint.step)),
        "samplesSeen": JSONValue(UInt64(checkpoint.samplesSeen)),
      ],
      "provenance": [
        "version": .string(checkpoint.provenance.version),
        "openBLAS": .string(checkpoint.provenance.openBLAS),
        "coreType": .string(checkpoint.provenance.coreType),
      ],
      "parameters": .number(Double(checkpoint.state.network.shape.parameterCount)),
      "weightsOnly": .bool(!checkpoint.hasOptimizerState),
      "ledgerEntropy": checkpoint.ledger.integral.map {
        ["value": .number($0.value), "standardError": .number($0.standardError)]
      } ?? .null,
      "tensors": .array(tensors.map { tensorJSON($0.name, $0.tensor) }),
    ]
  }

  private func tensorJSON(_ name: String, _ tensor: Tensor) -> JSONValue {
    let of = TensorStatistics(tensor)
    return [
      "name": .string(name), "dtype": .string(tensor.typeName),
      "shape": JSONValue(tensor.shape.map(Double.init)), "min": .number(of.minimum),
      "max": .number(of.maximum), "mean": .number(of.mean),
      "standardDeviation": .number(of.standardDeviation), "norm": .number(of.norm),
      "zeros": .number(Double(of.zeros)),
    ]
  }
}

extension Tensor {
  /// The name of the element type in the file.
  var typeName: String {
    switch values {
    case .single: "F32"
    case .double: "F64"
    }
  }

  /// The elements in double precision.
  var doubles: [Double] {
    switch values {
    case .single(let values): values.map(Double.init)
    case .double(let values): values
    }
  }
}

/// The range, mean and norm of a tensor's elements.
struct TensorStatistics {
  let minimum: Double
  let maximum: Double
  let mean: Double
  let standardDeviation: Double
  let norm: Double
  let zeros: Int

  init(_ tensor: Tensor) {
    let values = tensor.doubles
    let count = Double(max(1, values.count))
    minimum = values.min() ?? 0
    maximum = values.max() ?? 0
    let mean = values.reduce(0, +) / count
    self.mean = mean
    standardDeviation =
      (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count).squareRoot()
    norm = values.reduce(0) { $0 + $1 * $1 }.squareRoot()
    zeros = values.count { $0 == 0 }
  }
}
