import JSONText
import Testing

@testable import Storage

extension ReaderTrials {
  /// How many files each of the three trials below forges: 10 000 and a million in all.
  private static func count(small: Int) -> Int { isLarge ? 100 * small : small }

  /// Counts what was taken and what was refused, so that a generator of nothing but garbage shows.
  private func expectBoth(
    _ what: String, taken: Int, of count: Int, least: Double,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let fraction = Double(taken) / Double(count)
    #expect(fraction > least && fraction < 0.9, sourceLocation: sourceLocation)
    Self.report("\(count) mutations of \(what): \(taken) read, \(count - taken) refused, no trap")
  }

  @Test("Laws whose JSON was tampered with are read or refused, and never trap")
  func lawMutations() throws {
    let documents = try Self.seeds(.law).map {
      try JSONValue(reading: $0.bytes, options: .init(allowingComments: true))
    }
    var generator = SplitMix(state: 1)
    let count = Self.count(small: 5000)
    var taken = 0
    for _ in 0..<count {
      var law = MutatedJSON(documents[Int.random(in: 0..<documents.count, using: &generator)])
      for _ in 0..<([1, 1, 2, 4].randomElement(using: &generator) ?? 1) {
        law.mutate(using: &generator)
      }
      do {
        taken += try CheckedReader.law.takes(Array(law.text.utf8)) ? 1 : 0
      } catch {
        Issue.record("\(error), of \(law.text.prefix(1000))")
      }
    }
    expectBoth("laws", taken: taken, of: count, least: 0.05)
  }

  @Test("Headers of checkpoints that were tampered with are refused, or, with a new hash, read")
  func headerMutations() throws {
    let files = try Self.seeds(.checkpoint).map(\.bytes)
    var generator = SplitMix(state: 2)
    let count = Self.count(small: 2500)
    var taken = 0
    for index in 0..<count {
      let bytes = files[Int.random(in: 0..<files.count, using: &generator)]
      let changed =
        try index % 2 == 0
        ? mutatingHeader(of: bytes, using: &generator)
        : mutatingContent(of: bytes, using: &generator)
      for file in [changed, forgedCheckpoint(changed) ?? []] {
        do {
          let isTaken = try CheckedReader.checkpoint.takes(file)
          if file == changed && changed != bytes && index % 2 == 0 {
            #expect(!isTaken, "nothing but the content may change a file")
          }
          taken += isTaken ? 1 : 0
        } catch {
          Issue.record("\(error), of file \(index)")
        }
      }
    }
    expectBoth("checkpoints", taken: taken, of: 2 * count, least: 0.02)
  }

  /// The file with another header, whatever that says.
  private func mutatingHeader(
    of bytes: [UInt8], using generator: inout SplitMix
  ) throws -> [UInt8] {
    let length = Int(bytes.span.bytes.integer(at: 0, as: UInt64.self))
    var header = MutatedJSON(try JSONValue(reading: bytes[8..<8 + length]))
    for _ in 0..<Int.random(in: 1...2, using: &generator) { header.mutate(using: &generator) }
    var text = Array(header.text.utf8)
    text += repeatElement(0x20, count: (64 - (8 + text.count) % 64) % 64)
    var changed: [UInt8] = []
    changed.append(littleEndian: UInt64(text.count))
    return changed + text + bytes[(8 + length)...]
  }

  /// The file that a writer of checkpoints makes of another content.
  private func mutatingContent(
    of bytes: [UInt8], using generator: inout SplitMix
  ) throws -> [UInt8] {
    let file = try SafetensorsFile(FileContents(bytes, name: "seed"))
    var (texts, tensors) = (file.metadata, file.tensors)
    if tensors.isEmpty || Bool.random(using: &generator) {
      let key = texts.keys.sorted()[Int.random(in: 0..<texts.count, using: &generator)]
      var text = MutatedJSON(try JSONValue(reading: try #require(texts[key])))
      text.mutate(using: &generator)
      texts[key] = text.text
    } else {
      let name = tensors.keys.sorted()[Int.random(in: 0..<tensors.count, using: &generator)]
      let tensor = try #require(tensors[name])
      tensors[name] = nil
      if let changed = mutating(tensor, using: &generator) { tensors[name] = changed }
      if Int.random(in: 0..<8, using: &generator) == 0 { tensors["\(name)2"] = tensor }
    }
    return SafetensorsFile(metadata: texts, tensors: tensors).encoded
  }

  /// The tensor with another element, type or shape; nil if it goes.
  private func mutating(_ tensor: Tensor, using generator: inout SplitMix) -> Tensor? {
    var elements =
      switch tensor.values {
      case .single(let values): values.map(Double.init)
      case .double(let values): values
      }
    var (shape, isSingle) = (tensor.shape, tensor.elementSize == 4)
    switch Int.random(in: 0..<8, using: &generator) {
    case 0: return nil
    case 1: isSingle.toggle()
    case 2: shape = [elements.count]
    case 3: shape.append(1)
    case 4: shape.reverse()
    case 5:
      elements += elements
      shape = shape.isEmpty ? [2] : [2 * shape[0]] + shape.dropFirst()
    default:
      let value =
        [
          Double.nan, .infinity, -.infinity, 0, -1, 1, 0.5, 3e38, 1e300, 1e-45, 1e15,
        ].randomElement(using: &generator) ?? 0
      if let index = elements.indices.randomElement(using: &generator) { elements[index] = value }
    }
    return isSingle
      ? Tensor(elements.map { Float($0) }, shape: shape) : Tensor(elements, shape: shape)
  }

  @Test("Headers of arrays that were tampered with are read or refused, and never trap")
  func numpyMutations() throws {
    let files = try Self.seeds(.numpy).map(\.bytes)
    var generator = SplitMix(state: 3)
    let count = Self.count(small: 2500)
    var taken = 0
    for _ in 0..<count {
      let bytes = files[Int.random(in: 0..<files.count, using: &generator)]
      let changed = mutatingArray(bytes, using: &generator)
      do {
        taken += try CheckedReader.numpy.takes(changed) ? 1 : 0
      } catch {
        Issue.record("\(error), of \(String(decoding: changed, as: UTF8.self))")
      }
    }
    expectBoth("arrays", taken: taken, of: count, least: 0.05)
  }

  /// The array with another header: of words that could stand there, or of those and others in
  /// disorder, and sometimes with another version or length.
  private func mutatingArray(_ bytes: [UInt8], using generator: inout SplitMix) -> [UInt8] {
    func any(_ words: [String]) -> String { words.randomElement(using: &generator) ?? "" }
    func isOne(in count: Int) -> Bool { Int.random(in: 0..<count, using: &generator) == 0 }
    let end = (bytes.lastIndex(of: UInt8(ascii: "\n")) ?? 0) + 1
    var words = [
      "{", "'descr':", any(Self.types), "'fortran_order':", any(["False,", "True,"]), "'shape':",
      any(Self.shapes), "}",
    ]
    if isOne(in: 2) {
      let i = Int.random(in: 0..<words.count, using: &generator)
      switch Int.random(in: 0..<4, using: &generator) {
      case 0: words.remove(at: i)
      case 1: words.insert(words[i], at: Int.random(in: 0...words.count, using: &generator))
      case 2: words.swapAt(i, Int.random(in: 0..<words.count, using: &generator))
      default: words[i] = any(Self.otherWords)
      }
    }
    let text = Array((words.joined(separator: " ") + "\n").utf8)
    let version = isOne(in: 8) ? UInt8.random(in: 0...5, using: &generator) : bytes[6]
    let length = isOne(in: 16) ? Int(generator.next() >> 40) : text.count
    let lengthBytes = (0..<(version == 1 ? 2 : 4)).map {
      UInt8(truncatingIfNeeded: length >> (8 * $0))
    }
    return Array(bytes[..<6]) + [version, 0] + lengthBytes + text + bytes[end...]
  }

  private static let types = [
    "'<f8',", "'>f8',", "'<f4',", "'|u1',", "'>u2',", "'<i8',", "'<f2',", "'=i4',", "'u1',",
  ]

  private static let shapes = [
    "(1, 6),", "(6,),", "(3, 2),", "(2, 3),", "(2,),", "(3,),", "(12,),", "(6, 1),", "(24, 1),",
    "(2, 1),", "(48,),", "(16,),", "(4, 3),",
  ]

  private static let otherWords = [
    "", "(", ")", ",", "'|b1',", "'|O',", "'<c16',", "'<M8[s]',", "[('a', '<f8')],", "'x': 1,",
    "(),", "(0, 5),", "(1, 1, 6),", "(9223372036854775807, 2),", "(4611686018427387904, 4),",
    "(99999999999999999999,),", "(-1, 2),", "(1.5,),", "((((((((", "\"", "\u{0}", "}}", "None,",
    "(" + String(repeating: "1, ", count: 20_000) + "),",
  ]
}
