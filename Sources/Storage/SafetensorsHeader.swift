internal import JSONText

/// What the header of a safetensors file says: where which tensor is, and the texts.
struct SafetensorsHeader {
  /// The tensors in the order of their data.
  let entries: [Entry]
  /// All texts but the hash.
  let metadata: [String: String]

  /// The name of the member that holds the texts.
  static let metadataName = "__metadata__"

  /// The type of a tensor's elements.
  enum ElementType: String {
    case single = "F32"
    case double = "F64"

    var size: Int { self == .single ? 4 : 8 }
  }

  /// What the header says about a tensor.
  struct Description {
    let name: String
    let type: ElementType
    let shape: [Int]
    /// The number of bytes.
    let size: Int
  }

  /// A tensor with its place in the data.
  struct Entry {
    let tensor: Description
    let range: Range<Int>
  }

  /// The one header for these tensors and texts; nil if their sizes overflow.
  init?(_ tensors: [Description], metadata: [String: String]) {
    // The larger elements first, so that each begins at a multiple of its size.
    let ordered = tensors.sorted { left, right in
      left.type == right.type
        ? left.name.utf8.lexicographicallyPrecedes(right.name.utf8)
        : left.type.size > right.type.size
    }
    var entries: [Entry] = []
    var end = 0
    for tensor in ordered {
      let (next, overflow) = end.addingReportingOverflow(tensor.size)
      if overflow { return nil }
      entries.append(Entry(tensor: tensor, range: end..<next))
      end = next
    }
    self.entries = entries
    self.metadata = metadata
  }

  /// The length of the data.
  var dataSize: Int { entries.last?.range.upperBound ?? 0 }

  /// The bytes of a file before the data, with the hash `sha256` of what follows.
  func encoded(sha256: String) -> [UInt8] {
    var texts = metadata
    texts[SafetensorsFile.MetadataKey.sha256.rawValue] = sha256
    let members = entries.map { entry in
      JSONMember(
        key: entry.tensor.name,
        value: [
          "dtype": .string(entry.tensor.type.rawValue),
          "shape": JSONValue(entry.tensor.shape.map(Double.init)),
          "data_offsets": JSONValue([
            Double(entry.range.lowerBound), Double(entry.range.upperBound),
          ]),
        ])
    }
    let metadata = JSONMember(
      key: Self.metadataName,
      value: .object(texts.map { JSONMember(key: $0.key, value: .string($0.value)) }))
    var text = Array(JSONValue.object([metadata] + members).canonicalText.utf8)
    let length = (8 + text.count + 63) / 64 * 64 - 8
    text.append(contentsOf: repeatElement(UInt8(ascii: " "), count: length - text.count))
    var bytes: [UInt8] = []
    bytes.append(littleEndian: UInt64(length))
    return bytes + text
  }

  /// The hash of the tensors in `data` and of the texts: the value of `sha256`.
  ///
  /// It is the SHA-256 of these fields, each preceded by its length in bytes as 8 bytes,
  /// little-endian: the number of tensors in decimal; for each tensor in the order of the data its
  /// name, its type and shape such as `F32[2,3]`, and its bytes; for each text but `sha256`, in the
  /// order of the UTF-8 bytes of the keys, its key and itself. So no two contents have the same
  /// fields, and nothing in a file is without cover.
  func digest(of data: RawSpan) -> String {
    var hash = SHA256()
    hash.update(field: String(entries.count))
    for entry in entries {
      let shape = entry.tensor.shape.map(String.init).joined(separator: ",")
      hash.update(field: entry.tensor.name)
      hash.update(field: "\(entry.tensor.type.rawValue)[\(shape)]")
      hash.update(field: data.extracting(entry.range))
    }
    for (key, text) in metadata.sorted(by: { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }) {
      hash.update(field: key)
      hash.update(field: text)
    }
    return hash.hexDigest()
  }
}

extension SHA256 {
  fileprivate mutating func update(field bytes: RawSpan) {
    var length: [UInt8] = []
    length.append(littleEndian: UInt64(bytes.byteCount))
    update(length.span.bytes)
    update(bytes)
  }

  fileprivate mutating func update(field text: String) {
    update(field: Array(text.utf8).span.bytes)
  }
}

// MARK: - Writing

extension SafetensorsFile {
  /// The bytes of the file: a function of the content alone.
  public var encoded: [UInt8] {
    let header = header
    var data: [UInt8] = []
    data.reserveCapacity(header.dataSize)
    for entry in header.entries {
      switch tensors[entry.tensor.name]?.values {
      case .single(let elements):
        for element in elements { data.append(littleEndian: element.bitPattern) }
      case .double(let elements):
        for element in elements { data.append(littleEndian: element.bitPattern) }
      case nil: preconditionFailure("a header lists the tensors of its file")
      }
    }
    return header.encoded(sha256: header.digest(of: data.span.bytes)) + data
  }

  /// Writes the file, durably.
  public func write(to path: String) throws(StorageError) {
    try writeDurably(encoded, to: path)
  }

  private var header: SafetensorsHeader {
    var texts = metadata
    texts[MetadataKey.format.rawValue] = Self.format
    texts[MetadataKey.version.rawValue] = Self.version
    let descriptions = tensors.map { name, tensor in
      let (type, count): (SafetensorsHeader.ElementType, Int) =
        switch tensor.values {
        case .single(let elements): (.single, elements.count)
        case .double(let elements): (.double, elements.count)
        }
      return SafetensorsHeader.Description(
        name: name, type: type, shape: tensor.shape, size: count * type.size)
    }
    guard let header = SafetensorsHeader(descriptions, metadata: texts) else {
      preconditionFailure("tensors in memory have sizes that an integer counts")
    }
    return header
  }
}
