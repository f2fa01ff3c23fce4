internal import Estimation
internal import Report
internal import Storage

extension Comparison {
  /// What `inspect A B` prints.
  var text: String {
    guard !areEqual else {
      return plainText("\(left.path) and \(right.path) are equal, byte for byte") + "\n"
    }
    var parts = [differenceLines.map { hanging($0, limit: 200) }.joined()]
    if !comparable.isEmpty { parts.append(tensorTable.text) }
    if let functions { parts.append(lines(functions).map { hanging($0) }.joined()) }
    return parts.joined(separator: "\n")
  }

  /// The line, continued below with four spaces where it is too long.
  private func hanging(_ line: String, limit: Int = .max) -> String {
    let words = line.drop { $0 == " " }
    return wrappedText(
      plainText(String(words), limit: limit), indent: "    ",
      firstIndent: String(line.prefix(line.count - words.count))) + "\n"
  }

  private var differenceLines: [String] {
    let (a, b) = (left.checkpoint, right.checkpoint)
    var lines = ["A = \(left.path) and B = \(right.path) differ"]
    if !isSameDataset {
      let (first, second) = (left.datasetName, right.datasetName)
      lines.append(
        "  data set: "
          + (first == second ? "another of the name \(first)" : "\(first) and \(second)"))
    }
    if !isSameStep { lines.append("  step: \(a.step) and \(b.step)") }
    for option in options {
      lines.append("  --\(option.name): \(option.left) and \(option.right)")
    }
    if !isSameProvenance {
      for (name, made) in [("A", a.provenance), ("B", b.provenance)] {
        lines.append(
          "  \(name) made by: tinyscore \(made.version), OpenBLAS \(made.openBLAS), \(made.coreType)"
        )
      }
    }
    lines += shapeLines
    if let first = comparable.first, let index = first.distance.firstDifference {
      let place = first.left.indices(of: index).map(String.init).joined(separator: ", ")
      lines.append(
        "  first difference: \(first.name)[\(place)], \(first.left.text(of: index)) and "
          + first.right.text(of: index))
    } else if tensors.isEmpty {
      lines.append("  every tensor is the same")
    }
    return lines
  }

  /// The tensors that only one has, and those that differ in shape: how many, and the first.
  private var shapeLines: [String] {
    var lines: [String] = []
    for (name, only) in [
      ("A", tensors.filter { $0.right == nil }), ("B", tensors.filter { $0.left == nil }),
    ] where !only.isEmpty {
      lines.append("  tensors only in \(name): \(only.count), the first \(only[0].name)")
    }
    let reshaped = tensors.compactMap { tensor -> String? in
      guard let a = tensor.left, let b = tensor.right, tensor.distance == nil else { return nil }
      return "\(tensor.name), \(a.shapeText) and \(b.shapeText)"
    }
    if let first = reshaped.first {
      lines.append("  tensors of other shapes: \(reshaped.count), the first \(first)")
    }
    return lines
  }

  private var tensorTable: TextTable {
    var table = TextTable(
      columns: [.init("tensor", alignment: .left)]
        + ["max |A − B|", "rms", "‖A − B‖/‖A‖"].map { .init($0) })
    for (name, _, _, distance) in comparable {
      table.append(
        [name]
          + [distance.largest, distance.rms, distance.relative].map {
            $0.map { formatNumber($0, significant: 3) } ?? "–"
          })
    }
    return table
  }

  private func lines(_ functions: FunctionComparison) -> [String] {
    let measured: FunctionComparison.Measured
    switch functions.result {
    case .success(let value): measured = value
    case .failure(let failure): return ["functions: not compared: \(failure.message)"]
    }
    let distance = measured.distance
    guard let bandwidth = distance.largestBandwidthDifference,
      let noise = distance.largestNoiseDistance
    else { return [] }
    func number(_ value: Double) -> String { formatNumber(value, significant: 3) }
    let difference = bandwidth.bandwidthDifference
    guard noise.noiseDistance > 0 else {
      return ["functions: the same, by the averaged weights"]
    }
    let name = plainText(measured.dataset, limit: 30)
    return [
      "functions, by the averaged weights on \(measured.samples) samples of \(name) a level:",
      "  max |Δb̂| = "
        + formatEstimate(difference.value.magnitude, standardError: difference.standardError)
        + " at σ = \(number(bandwidth.sigma)) (error at this level), b̂ of "
        + "\(difference.value < 0 ? "B" : "A") the larger",
      "  Δb̂ exceeds chance at \(distance.levelsThatDiffer) of \(distance.levels.count) levels, at "
        + "95 % for all together",
      "  max rms(ẑ_A − ẑ_B) = \(number(noise.noiseDistance)) a coordinate, at σ = "
        + number(noise.sigma),
      "  |Δb̂| over ln σ, \(number(distance.levels[0].sigma)) to "
        + "\(number(distance.levels[distance.levels.count - 1].sigma)): "
        + sparkline(distance.levels.map { $0.bandwidthDifference.value.magnitude }),
    ]
  }
}

extension Tensor {
  /// The shortest decimals that read back as the element.
  func text(of index: Int) -> String {
    switch values {
    case .single(let values): "\(values[index])"
    case .double(let values): "\(values[index])"
    }
  }
}
