internal import JSONText
internal import Report
internal import Storage

/// In what two checkpoints differ.
struct Comparison {
  /// The options that differ, with both values.
  let options: [(name: String, left: String, right: String)]
  /// The tensors that differ, with the largest distance of two elements; nil for shapes that differ.
  let tensors: [(name: String, distance: Double?)]
  private let isSameDataset: Bool
  private let isSameStep: Bool
  private let paths: (String, String)

  init(_ left: Inspection, _ right: Inspection) {
    paths = (left.path, right.path)
    isSameDataset =
      left.checkpoint.dataset.canonicalText == right.checkpoint.dataset.canonicalText
    isSameStep = left.checkpoint.step == right.checkpoint.step
    options = Self.differences(
      left.checkpoint.configuration.json, right.checkpoint.configuration.json)
    let names = Set(left.file.tensors.keys).union(right.file.tensors.keys).sorted()
    tensors = names.compactMap { name in
      guard let a = left.file.tensors[name], let b = right.file.tensors[name],
        a.shape == b.shape
      else { return (name, nil) }
      let distance = zip(a.doubles, b.doubles).reduce(0) { max($0, abs($1.0 - $1.1)) }
      return distance > 0 ? (name, distance) : nil
    }
  }

  /// Whether the two hold the same run at the same step.
  var areEqual: Bool { options.isEmpty && tensors.isEmpty && isSameDataset && isSameStep }

  /// The members of `left` that have another value in `right`, or none.
  static func differences(
    _ left: JSONValue, _ right: JSONValue
  ) -> [(name: String, left: String, right: String)] {
    guard case .object(let members) = left else { return [] }
    return members.compactMap { member in
      let other = right[member.key] ?? .null
      return other == member.value
        ? nil : (member.key, member.value.canonicalText, other.canonicalText)
    }
  }

  var text: String {
    guard !areEqual else { return "\(paths.0) and \(paths.1) hold the same\n" }
    var lines: [String] = ["\(paths.0) and \(paths.1) differ"]
    if !isSameDataset { lines.append("  data set") }
    if !isSameStep { lines.append("  step") }
    for option in options {
      lines.append("  --\(option.name): \(option.left) and \(option.right)")
    }
    for tensor in tensors {
      let distance = tensor.distance.map { "by up to \(formatNumber($0, significant: 3))" }
      lines.append("  \(tensor.name): \(distance ?? "another shape, or in one file only")")
    }
    return lines.map { plainText($0) }.joined(separator: "\n") + "\n"
  }

  var json: JSONValue {
    [
      "schema": "tinyscore.comparison.v1", "left": .string(paths.0), "right": .string(paths.1),
      "equal": .bool(areEqual), "sameDataset": .bool(isSameDataset),
      "sameStep": .bool(isSameStep),
      "options": .array(
        options.map {
          ["name": .string($0.name), "left": .string($0.left), "right": .string($0.right)]
        }),
      "tensors": .array(
        tensors.map { ["name": .string($0.name), "distance": JSONValue($0.distance)] }),
    ]
  }
}
