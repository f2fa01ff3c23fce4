internal import JSONText
internal import Statistics
internal import Storage

/// In what two checkpoints differ.
struct Comparison {
  /// A tensor that is not the same in both.
  struct TensorDifference {
    let name: String
    /// The tensor in each file; nil where there is none.
    let left: Tensor?
    let right: Tensor?
    /// How far they are apart; nil unless both are there with one shape.
    let distance: ElementDistance?
  }

  /// The two checkpoints.
  let left: Inspection
  let right: Inspection
  /// The options that differ, with both values.
  let options: [(name: String, left: String, right: String)]
  /// The tensors that differ, in the order of the data.
  let tensors: [TensorDifference]
  /// How far the learned functions are apart; nil for files that are the same.
  private(set) var functions: FunctionComparison?

  init(_ left: Inspection, _ right: Inspection) {
    (self.left, self.right) = (left, right)
    options = Self.differences(
      left.checkpoint.configuration.json, right.checkpoint.configuration.json)
    tensors = Self.tensorDifferences(left.file, right.file)
  }

  /// Compares the functions too, unless the files are the same.
  mutating func compareFunctions(_ common: CommonOptions) {
    guard !areEqual else { return }
    functions = FunctionComparison(
      left, right, seed: common.seed, workers: common.makeWorkers())
  }

  /// Whether the two are the same file: equal content is equal bytes.
  var areEqual: Bool { left.sha256 == right.sha256 }

  var isSameDataset: Bool {
    left.checkpoint.dataset.canonicalText == right.checkpoint.dataset.canonicalText
  }

  var isSameStep: Bool { left.checkpoint.step == right.checkpoint.step }

  var isSameProvenance: Bool { left.checkpoint.provenance == right.checkpoint.provenance }

  /// The tensors that both files have in one shape and that differ.
  var comparable: [(name: String, left: Tensor, right: Tensor, distance: ElementDistance)] {
    tensors.compactMap { tensor in
      guard let a = tensor.left, let b = tensor.right, let distance = tensor.distance else {
        return nil
      }
      return (tensor.name, a, b, distance)
    }
  }

  /// The members of two objects that have another value in one than in the other, or none there.
  static func differences(
    _ left: JSONValue, _ right: JSONValue
  ) -> [(name: String, left: String, right: String)] {
    guard case .object(let members) = left, case .object(let others) = right else { return [] }
    let added = others.map(\.key).filter { left[$0] == nil }
    return (members.map(\.key) + added).compactMap { key in
      let (value, other) = (left[key] ?? .null, right[key] ?? .null)
      return other == value ? nil : (key, value.canonicalText, other.canonicalText)
    }
  }

  private static func tensorDifferences(
    _ left: SafetensorsFile, _ right: SafetensorsFile
  ) -> [TensorDifference] {
    // As one file with the tensors of both would have them.
    let all = SafetensorsFile(
      metadata: [:], tensors: left.tensors.merging(right.tensors) { first, _ in first })
    return all.orderedTensors.compactMap { name, _ in
      let (a, b) = (left.tensors[name], right.tensors[name])
      guard let a, let b, a.shape == b.shape, a.elementSize == b.elementSize else {
        return TensorDifference(name: name, left: a, right: b, distance: nil)
      }
      let distance = ElementDistance(a.doubles, b.doubles)
      return distance.firstDifference == nil
        ? nil : TensorDifference(name: name, left: a, right: b, distance: distance)
    }
  }
}
