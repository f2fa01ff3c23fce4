internal import Estimation
internal import ForwardProcess
internal import JSONText
internal import LinearAlgebra
internal import ScoreNetwork
internal import Training

extension Checkpoint {
  /// The checkpoint in the file `path`, every field checked against the others.
  public init(path: String) throws(StorageError) {
    try self.init(SafetensorsFile(path: path), path: path)
  }

  /// The checkpoint that a file holds; `path` is its name in messages.
  public init(_ file: SafetensorsFile, path: String) throws(StorageError) {
    let reader = CheckpointReader(file: file, path: path)
    let configuration = try reader.parse("config") { value throws(JSONError) in
      try TrainingConfiguration(value)
    }
    let step = try reader.step(seed: configuration.seed, batch: configuration.batch)
    let ledger = try reader.ledger(range: configuration.range)
    let hasOptimizerState = file.tensors.keys.contains { $0.hasPrefix("optimizer.") }
    let state = try reader.state(
      configuration, hasOptimizer: hasOptimizerState, bandCount: ledger.bandCount)
    self.init(
      configuration: configuration,
      dataset: try reader.parse("dataset") { value throws(JSONError) in
        try PointFileReference.check(record: value)
        return value
      },
      state: state, hasOptimizerState: hasOptimizerState, ledger: ledger,
      history: try reader.history(step: step), step: step,
      provenance: try reader.parse("provenance") { value throws(JSONError) in
        try Provenance(value)
      })
    try checkState(path: path)
  }
}

/// Takes the parts of a checkpoint out of its file, with an error that names the part.
struct CheckpointReader {
  let file: SafetensorsFile
  let path: String

  func malformed(_ place: String, _ expected: String, _ found: String) -> StorageError {
    .malformed(file: path, place: place, expected: expected, found: found)
  }

  /// The JSON text `key` of the metadata.
  func parse<Value>(
    _ key: String, _ body: (JSONValue) throws(JSONError) -> Value
  ) throws(StorageError) -> Value {
    guard let text = file.metadata[key] else {
      throw malformed("metadata '\(key)'", "a JSON text", "nothing")
    }
    do throws(JSONError) {
      return try body(JSONValue(reading: text))
    } catch {
      throw malformed("metadata '\(key)', \(error.place)", error.expected, error.found)
    }
  }

  /// The steps done, checked against the state of the generator.
  func step(seed: UInt64, batch: Int) throws(StorageError) -> Int {
    try parse("progress") { value throws(JSONError) in
      var reader = try JSONObjectReader(value)
      let step = try reader.integer("step")
      let seen = try reader.integer("samplesSeen")
      var generator = try reader.object("generator")
      let kind = try generator.string("kind")
      let generatorSeed = try generator.unsigned("seed")
      let generatorStep = try generator.integer("step")
      try generator.finish()
      try reader.finish()
      guard step >= 0 && step <= Int(UInt32.max) && seen == step * batch else {
        throw .unexpected(
          path: "samplesSeen", expected: "step × batch", found: "\(seen) at step \(step)")
      }
      guard kind == "philox4x32-10" && generatorSeed == seed && generatorStep == step else {
        throw .unexpected(
          path: "generator", expected: "the run's seed and step", found: "another state")
      }
      return step
    }
  }

  /// The networks and what the optimiser remembers of them, fresh if the file has nothing of that.
  func state(
    _ configuration: TrainingConfiguration, hasOptimizer: Bool, bandCount: Int
  ) throws(StorageError) -> TrainingState {
    let (embedding, preconditioning) = try inputs()
    let shape = NetworkShape(
      dimension: preconditioning.mean.count, frequencyCount: embedding.frequencies.count,
      width: configuration.width, depth: configuration.depth, activation: configuration.activation)
    let names = ["network", "ema"] + (hasOptimizer ? ["optimizer.first", "optimizer.second"] : [])
    try expectParameters(names, shape: shape)
    let (network, average) = (
      NetworkParameters<Float>(shape: shape), NetworkParameters<Float>(shape: shape)
    )
    let optimizer = OptimizerState(configuration.optimizer, shape: shape, bandCount: bandCount)
    let others = hasOptimizer ? try read(optimizer) : []
    for (name, parameters) in zip(names, [network, average, optimizer.first, optimizer.second]) {
      try read(name, into: parameters)
    }
    try expectNoOther(sets: names, shape: shape, others: others)
    return TrainingState(
      network: network, average: average, optimizer: optimizer, embedding: embedding,
      preconditioning: preconditioning)
  }

  /// How noise levels and points enter the network.
  private func inputs() throws(StorageError) -> (NoiseEmbedding<Float>, Preconditioning) {
    let mean = try floats("data.mean", shape: nil)
    let scale = try floats("data.scale", shape: [1])
    let frequencies = try floats("embedding.frequencies", shape: nil)
    guard let scale = scale.first, scale > 0, !mean.isEmpty, !frequencies.isEmpty else {
      throw malformed("tensor 'data.scale'", "a positive data scale", "another number")
    }
    return (
      NoiseEmbedding(frequencies: frequencies.map { Double($0) }),
      Preconditioning(mean: mean.map { Double($0) }, scale: Double(scale))
    )
  }

  /// The finite single-precision numbers of a tensor, of the given shape or any vector.
  func floats(_ name: String, shape: [Int]?) throws(StorageError) -> [Float] {
    guard let tensor = file.tensors[name], case .single(let values) = tensor.values else {
      throw malformed("tensor '\(name)'", "an F32 tensor", "none")
    }
    guard shape.map({ $0 == tensor.shape }) ?? (tensor.shape.count == 1) else {
      throw malformed(
        "tensor '\(name)'", shape.map { "shape \($0)" } ?? "a vector", "shape \(tensor.shape)")
    }
    if let index = values.firstIndex(where: { !$0.isFinite }) {
      throw malformed("tensor '\(name)', element \(index)", "a finite number", "\(values[index])")
    }
    return values
  }

  /// Throws unless the file has weights and biases of these shapes in all of the sets; before
  /// memory is taken for them.
  func expectParameters(_ sets: [String], shape: NetworkShape) throws(StorageError) {
    for set in sets {
      for (index, layer) in shape.layerShapes.enumerated() {
        _ = try floats("\(set).layers.\(index).weight", shape: [layer.output, layer.input])
        _ = try floats("\(set).layers.\(index).bias", shape: [layer.output])
      }
    }
  }

  /// Fills one set of weights and biases.
  func read(_ set: String, into parameters: NetworkParameters<Float>) throws(StorageError) {
    for (index, layer) in parameters.layers.enumerated() {
      layer.weight.copy(
        from: try floats(
          "\(set).layers.\(index).weight", shape: [layer.weight.rows, layer.weight.columns]))
      layer.bias.copy(from: try floats("\(set).layers.\(index).bias", shape: [layer.bias.count]))
    }
  }

  /// Fills what the optimiser remembers beside its moments; the names of the tensors it came from.
  func read(_ optimizer: OptimizerState) throws(StorageError) -> Set<String> {
    let name = "optimizer.levels"
    guard let tensor = file.tensors[name], case .double(let losses) = tensor.values,
      tensor.shape == [optimizer.levelLosses.count]
    else {
      throw malformed(
        "tensor '\(name)'", "F64 of shape [\(optimizer.levelLosses.count)]",
        file.tensors[name].map { "shape \($0.shape)" } ?? "none")
    }
    if let index = losses.firstIndex(where: { !($0 >= 0 && $0.isFinite) }) {
      throw malformed(
        "tensor '\(name)', element \(index)", "a loss, finite and not below 0",
        "\(losses[index])")
    }
    optimizer.levelLosses.copy(from: losses)
    let matrices = optimizer.matrices
    for (name, matrix) in matrices {
      matrix.copy(from: try floats(name, shape: [matrix.rows, matrix.columns]))
    }
    return Set(matrices.map(\.name) + [name])
  }

  func ledger(range: NoiseRange) throws(StorageError) -> LossLedger {
    guard let pages = file.tensors["ledger.pages"], case .double(let sums) = pages.values,
      let state = file.tensors["ledger.state"], case .double(let numbers) = state.values
    else { throw malformed("tensor 'ledger.pages'", "an F64 tensor", "none") }
    guard pages.shape.count == 3, pages.shape[0] == 2, pages.shape[2] == LossLedger.bandSize,
      pages.shape[1] >= 1
    else {
      throw malformed(
        "tensor 'ledger.pages'", "F64 of shape [2, bands, \(LossLedger.bandSize)]",
        "shape \(pages.shape)")
    }
    if let index = sums.firstIndex(where: { !$0.isFinite }) {
      throw malformed("tensor 'ledger.pages', element \(index)", "a finite sum", "\(sums[index])")
    }
    guard numbers.count == 4, numbers.allSatisfy({ $0 >= 0 && $0.isFinite }),
      let pageSteps = Int(exactly: numbers[0]), 1...1 << 50 ~= pageSteps,
      let stepsOnPage = Int(exactly: numbers[1]), stepsOnPage <= pageSteps, numbers[3] > 0
    else {
      throw malformed(
        "tensor 'ledger.state'",
        "steps of a page, steps on the current one (whole), total variance and data scale",
        "\(numbers.prefix(4))")
    }
    return LossLedger(
      range: range, totalVariance: numbers[2], dataScale: numbers[3], bandCount: pages.shape[1],
      pageSteps: pageSteps, stepsOnPage: stepsOnPage,
      pages: [Array(sums.prefix(sums.count / 2)), Array(sums.suffix(sums.count / 2))])
  }

  /// Throws if the file has a tensor or a text that no checkpoint has.
  func expectNoOther(
    sets: [String], shape: NetworkShape, others: Set<String>
  ) throws(StorageError) {
    var known = others.union([
      "data.mean", "data.scale", "embedding.frequencies", "ledger.pages", "ledger.state",
      "ledger.history",
    ])
    for set in sets {
      for layer in 0...shape.depth {
        known.insert("\(set).layers.\(layer).weight")
        known.insert("\(set).layers.\(layer).bias")
      }
    }
    if let other = file.tensors.keys.filter({ !known.contains($0) }).min() {
      throw malformed("tensor \(excerpt(other))", "no such tensor", "it")
    }
    let texts: Set = ["config", "dataset", "progress", "provenance"]
    if let other = file.metadata.keys.filter({ !texts.contains($0) }).min() {
      throw malformed("metadata \(excerpt(other))", "no such text", "it")
    }
  }
}

extension Provenance {
  fileprivate init(_ value: JSONValue) throws(JSONError) {
    var reader = try JSONObjectReader(value)
    self.init(
      version: try reader.string("version"), openBLAS: try reader.string("openBLAS"),
      coreType: try reader.string("coreType"))
    try reader.finish()
  }
}

extension TrainingConfiguration {
  /// The configuration that a checkpoint records.
  fileprivate init(_ value: JSONValue) throws(JSONError) {
    var reader = try JSONObjectReader(value)
    func name<Kind: RawRepresentable<String>>(_ key: String) throws(JSONError) -> Kind {
      let text = try reader.string(key)
      guard let kind = Kind(rawValue: text) else {
        throw .unexpected(path: key, expected: "a known name", found: "\(excerpt(text))")
      }
      return kind
    }
    let (steps, batch, width, depth) = (
      try reader.integer("steps"), try reader.integer("batch"), try reader.integer("width"),
      try reader.integer("depth")
    )
    let (minimum, maximum) = (try reader.number("sigma-min"), try reader.number("sigma-max"))
    guard let range = NoiseRange(minimum: minimum, maximum: maximum) else {
      throw .unexpected(
        path: "sigma-min", expected: "0 < sigma-min < sigma-max", found: "\(minimum), \(maximum)")
    }
    let totals = try reader.optionalNumbers("extended-from") ?? []
    guard totals.allSatisfy({ Int(exactly: $0) != nil }) else {
      throw .unexpected(path: "extended-from", expected: "numbers of steps", found: "\(totals)")
    }
    self.init(
      steps: steps, batch: batch, width: width, depth: depth, activation: try name("activation"),
      optimizer: try name("optimizer"), learningRate: try reader.number("learning-rate"),
      averageDecay: try reader.number("ema"), range: range, seed: try reader.unsigned("seed"),
      holdout: try reader.number("holdout"), extendedFrom: totals.compactMap(Int.init(exactly:)))
    try reader.finish()
    if let problem {
      throw .unexpected(path: problem.option, expected: problem.expected, found: problem.found)
    }
  }
}
