import JSONText

/// A JSON document that somebody has tampered with: it may have a key twice, words that are no
/// JSON, and nesting without an end.
indirect enum MutatedJSON {
  case raw(String)
  case list([MutatedJSON])
  case object([(key: String, value: MutatedJSON)])

  /// The document as it is.
  init(_ value: JSONValue) {
    switch value {
    case .array(let elements): self = .list(elements.map { MutatedJSON($0) })
    case .object(let members): self = .object(members.map { ($0.key, MutatedJSON($0.value)) })
    default: self = .raw(value.canonicalText)
    }
  }

  /// Its text.
  var text: String {
    switch self {
    case .raw(let text): text
    case .list(let elements): "[" + elements.map(\.text).joined(separator: ",") + "]"
    case .object(let members):
      "{"
        + members.map { JSONValue.string($0.key).canonicalText + ":" + $0.value.text }
        .joined(separator: ",") + "}"
    }
  }

  /// Changes one place, chosen at random.
  mutating func mutate(using generator: inout SplitMix) {
    let children = count
    // Deeper in three cases out of four, so that the leaves get their share.
    if children > 0 && Int.random(in: 0..<4, using: &generator) > 0 {
      let index = Int.random(in: 0..<children, using: &generator)
      return change(index) { $0.mutate(using: &generator) }
    }
    switch (self, Int.random(in: 0..<8, using: &generator)) {
    case (.list, 0...4) where children > 0, (.object, 0...5) where children > 0:
      changeMembers(using: &generator)
    case (_, 6): self = .list([self])
    case (_, 7): self = .object([("mean", self)])
    case (.raw(let text), 0...3):
      // A number that is only another one.
      guard let number = Double(text) else { fallthrough }
      let factor: Double =
        [-1, 0, 0.5, 0.999, 2, 1e3, 1e-3, 1e12].randomElement(using: &generator) ?? 1
      self = .raw(JSONValue.number(number * factor).canonicalText)
    default: self = .raw(Self.replacement(using: &generator))
    }
  }

  private var count: Int {
    switch self {
    case .raw: 0
    case .list(let elements): elements.count
    case .object(let members): members.count
    }
  }

  private mutating func change(_ index: Int, _ body: (inout MutatedJSON) -> Void) {
    switch self {
    case .raw: break
    case .list(var elements):
      body(&elements[index])
      self = .list(elements)
    case .object(var members):
      body(&members[index].value)
      self = .object(members)
    }
  }

  /// Deletes, repeats, moves or renames a member, or gives one the value of another.
  private mutating func changeMembers(using generator: inout SplitMix) {
    let kind = Int.random(in: 0..<5, using: &generator)
    let (i, j) = (
      Int.random(in: 0..<count, using: &generator), Int.random(in: 0..<count, using: &generator)
    )
    switch self {
    case .raw: break
    case .list(var elements):
      switch kind {
      case 0: elements.remove(at: i)
      case 1: elements.insert(elements[i], at: j)
      case 2: elements.swapAt(i, j)
      case 3: elements[i] = elements[j]
      default: elements.removeAll()
      }
      self = .list(elements)
    case .object(var members):
      switch kind {
      case 0: members.remove(at: i)
      case 1: members.insert(members[i], at: j)
      case 2: members.swapAt(i, j)
      case 3: members[i].value = members[j].value
      default: members[i].key = Self.keys.randomElement(using: &generator) ?? ""
      }
      self = .object(members)
    }
  }

  /// Keys that mean something elsewhere, or nearly.
  private static let keys = [
    "", "Mean", "mean ", "points", "file", "weights", "dimension", "steps", "seed", "holdout",
    "shape", "dtype", "data_offsets", "__metadata__", "sha256", "e\u{301}", "\u{e9}", "\u{1b}[2J",
    String(repeating: "k", count: 300),
  ]

  private static func replacement(using generator: inout SplitMix) -> String {
    switch Int.random(in: 0..<4, using: &generator) {
    case 0: return String(Double(bitPattern: generator.next()))
    case 1: return String(Int.random(in: -3...40, using: &generator))
    case 2:
      let depth = [10, 63, 64, 65, 5000].randomElement(using: &generator) ?? 1
      return String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    default: return words.randomElement(using: &generator) ?? ""
    }
  }

  private static let words = [
    "NaN", "nan", "Infinity", "-Infinity", "-inf", "1e999", "-1e999", "1e308", "1e-320", "-0",
    "0.5", "1e15", "-1", "9007199254740993", "9223372036854775807", "18446744073709551615",
    "18446744073709551616", "0x10", "01", "1.", ".5", "+1", "1e", "null", "true", "false", "",
    "[]", "{}", "\"\"", "\"points\"", "\"curve\"", "\"swiss-roll\"", "\"soap\"", "\"adam\"",
    "\"F32\"", "\"F64\"", "\"\\ud800\"", "\"\\u0000\"", "\"\u{1}\"", "'a'", "[0,0,0,0,0,0,0,0]",
    "\"../../../../etc/passwd\"", "\"/dev/zero\"", "1" + String(repeating: "0", count: 400),
    "0." + String(repeating: "0", count: 400) + "1",
  ]
}
