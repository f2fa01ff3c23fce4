internal import Estimation
internal import Glibc
internal import Report
internal import ScoreNetwork
internal import Statistics
internal import Storage
internal import Training

extension Inspection {
  /// The columns of the plot.
  private static let plotWidth = 64
  /// The columns of the labels of the summary, with the space behind them.
  private static let labelWidth = 11

  /// What `inspect` prints.
  func text(withStatistics: Bool) -> String {
    var parts = [summary]
    if let plot = ledgerPlot { parts.append(plot.text) }
    parts.append(layerTable.text)
    let statistics =
      withStatistics ? tensors.map { ElementStatistics($0.tensor.doubles) } : nil
    parts.append(tensorTable(statistics).text)
    if let statistics { parts.append(momentsTable(statistics).text) }
    return parts.joined(separator: "\n")
  }

  /// What the file is, in words.
  private var summary: String {
    let about = plainText("a score network trained on \(dataDescription)")
    let lines = facts.map { label, text in
      wrappedText(
        plainText(text), indent: String(repeating: " ", count: Self.labelWidth),
        firstIndent: label + String(repeating: " ", count: Self.labelWidth - label.count))
    }
    // The path stays whole, to be copied.
    return ([plainText(path), wrappedText(about), ""] + lines).map { $0 + "\n" }.joined()
  }

  /// The lines of the summary, each with its label.
  private var facts: [(label: String, text: String)] {
    let options = checkpoint.configuration
    let (steps, made) = (options.steps, checkpoint.provenance)
    func number(_ value: Double) -> String { formatNumber(value, significant: 4) }
    let extended =
      options.extendedFrom.isEmpty
      ? "" : " (extended from \(options.extendedFrom.map(String.init).joined(separator: ", ")))"
    let state =
      (checkpoint.step == steps
        ? "finished: \(steps) steps" : "unfinished: step \(checkpoint.step) of \(steps)")
      + extended
    return [
      ("training", "\(state), \(options.batch) samples each; \(checkpoint.samplesSeen) seen"),
      (
        "optimizer",
        "\(options.optimizer.rawValue), learning rate \(number(options.learningRate)), "
          + "average \(number(options.averageDecay)), seed \(options.seed)"
          + (checkpoint.hasOptimizerState ? "" : "; weights only")
      ),
      (
        "noise",
        "σ from \(number(options.range.minimum)) to \(number(options.range.maximum)); "
          + "data scale \(number(checkpoint.state.preconditioning.scale))"
          + (options.holdout > 0 ? "; holdout \(number(options.holdout))" : "")
      ),
      ("entropy", entropyText),
      (
        "made by",
        "tinyscore \(excerpt(made.version)), OpenBLAS \(excerpt(made.openBLAS)), "
          + excerpt(made.coreType)
      ),
      ("file", "\(fileBytes) bytes, SHA-256"), ("", sha256),
    ]
  }

  /// The data set in a few words: `ring-8: points, 8 in D = 2`.
  private var dataDescription: String {
    let dimension = checkpoint.state.network.shape.dimension
    let kind =
      if case .string(let distribution)? = checkpoint.dataset["distribution"] {
        excerpt(distribution)
      } else { "points" }
    let count = pointCount.map { "\($0) " } ?? ""
    return "\(excerpt(datasetName)): \(kind), \(count)in D = \(dimension)"
  }

  /// The entropy by the ledger, beside that of the data where it is known.
  private var entropyText: String {
    guard let entropy = checkpoint.ledger.integral else {
      return "not known: bands of the training ledger have too few samples"
    }
    let value =
      formatEstimate(entropy.value, standardError: entropy.standardError) + " nats by the ledger"
    guard let exact = dataEntropy else { return value }
    let share = entropy.scaled(by: 100 / exact.value)
    return value + ", " + formatEstimate(share.value, standardError: share.standardError)
      + " % of the data's " + (exact.evenPoints.map { "ln \($0) = " } ?? "")
      + formatNumber(exact.value, significant: 5)
  }

  private func excerpt(_ text: String) -> String { plainText(text, limit: 30) }

  /// The entropy rate over the noise level as training saw it last; nil where it saw too little.
  private var ledgerPlot: TextPlot? {
    let (ledger, range) = (checkpoint.ledger, checkpoint.configuration.range)
    let shown = range.minimum...range.maximum
    let values = TextPlot.logarithmicMiddles(Self.plotWidth, of: shown).map {
      ledger.loss(at: $0)?.value
    }
    guard values.contains(where: { $0 != nil }) else { return nil }
    return TextPlot(
      title: "entropy rate by the training ledger, in nats per unit of ln σ",
      xAxis: Figure.Axis("σ", isLogarithmic: true, range: shown), values: values)
  }

  // MARK: Tables

  private var layerTable: TextTable {
    let shape = checkpoint.state.network.shape
    var table = TextTable(columns: [
      .init("stage", alignment: .left), .init("kind", alignment: .left),
      .init("output", alignment: .left), .init("parameters"), .init("multiply-adds"),
    ])
    for (name, stage) in namedStages {
      table.append([
        name, stage.kind.text, "(B, \(stage.outputs))", "\(stage.parameters)",
        "\(stage.multiplyAdds)",
      ])
    }
    let operations = shape.stages.reduce(0) { $0 + $1.multiplyAdds }
    table.append(["total", "", "", "\(shape.parameterCount)", "\(operations)"])
    table.footer = [
      "\(shape.parameterCount * MemoryLayout<Float>.size) bytes; multiply-adds are of one sample, "
        + "forward;",
      "a training step makes \(operationsText) floating-point operations.",
    ]
    return table
  }

  private var operationsText: String {
    let perRow = checkpoint.state.network.shape.trainingFLOPsPerRow
    return formatNumber(Double(perRow) * Double(checkpoint.configuration.batch), significant: 3)
  }

  /// The names, types and shapes, and what can be counted and seen of the elements.
  private func tensorTable(_ statistics: [ElementStatistics]?) -> TextTable {
    var columns: [TextTable.Column] = [
      .init("tensor", alignment: .left), .init("type", alignment: .left), .init("shape"),
    ]
    if statistics != nil {
      columns += [
        .init("zeros"), .init("NaN"), .init("inf"), .init("histogram", alignment: .left),
      ]
    }
    var table = TextTable(columns: columns)
    for (index, (name, tensor)) in tensors.enumerated() {
      var row = [name, tensor.typeName, tensor.shapeText]
      if let of = statistics?[index] {
        row += [of.zeros, of.notNumbers, of.infinities].map { "\($0)" }
        row.append(sparkline(of.histogram.map(Double.init)))
      }
      table.append(row)
    }
    return table
  }

  /// The range, moments and norm of each tensor.
  private func momentsTable(_ statistics: [ElementStatistics]) -> TextTable {
    var table = TextTable(
      columns: [.init("tensor", alignment: .left)]
        + ["min", "max", "mean", "std", "norm"].map { .init($0) })
    for ((name, _), of) in zip(tensors, statistics) {
      table.append(
        [name]
          + [of.minimum, of.maximum, of.mean, of.standardDeviation, of.norm].map {
            $0.map { formatNumber($0, significant: 3, width: 7) } ?? "–"
          })
    }
    return table
  }

  /// The stages of the network with the names of their tensors, where they have some.
  var namedStages: [(name: String, stage: NetworkStage)] {
    var layer = 0
    return checkpoint.state.network.shape.stages.map { stage in
      switch stage.kind {
      case .scaling: return ("scaling", stage)
      case .embedding: return ("embedding", stage)
      case .prediction: return ("prediction", stage)
      case .linear:
        layer += 1
        return ("layers.\(layer - 1)", stage)
      }
    }
  }
}

extension NetworkStage.Kind {
  /// What the stage does; s is the data scale and ρ² = σ² + s².
  var text: String {
    switch self {
    case .scaling: "u = (x − mean)/ρ"
    case .embedding(let count): "cos, sin of \(count) f · ln σ/s"
    case .linear(let inputs, let activation):
      "Linear, \(inputs) in" + (activation.map { " + \($0.rawValue)" } ?? "")
    case .prediction: "ẑ = (σ u − s F)/ρ"
    }
  }
}
