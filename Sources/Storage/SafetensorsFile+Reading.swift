internal import JSONText

extension SafetensorsFile {
  /// Reads a file, and checks it whole: its header, that it is as tinyscore writes it, and its
  /// hash.
  public init(path: String) throws(StorageError) {
    // Copied, so that what is used is what was checked.
    try self.init(FileContents(path: path, access: .copied))
  }

  /// Reads the file in `contents`, and checks it whole.
  public init(_ contents: FileContents) throws(StorageError) {
    self = try contents.withBytes { bytes throws(StorageError) in
      try SafetensorsReader(file: contents.path).read(bytes)
    }
  }
}

/// Reads a safetensors file from the outside in; every step checks what the next one relies on.
private struct SafetensorsReader {
  let file: String

  /// The most bytes that the reference implementation allows a header.
  private static let maximumHeader: UInt64 = 100_000_000

  func read(_ bytes: Span<UInt8>) throws(StorageError) -> SafetensorsFile {
    let dataStart = try dataStart(bytes)
    let document = try document(bytes.extracting(8..<dataStart))
    let (texts, hash) = try metadata(document)
    let (header, ranges) = try header(document, texts: texts)

    let data = bytes.bytes.extracting(dataStart..<bytes.count)
    try checkRanges(header, ranges, dataSize: data.byteCount)
    try checkEncoding(header, sha256: hash, bytes.extracting(0..<dataStart))
    let found = header.digest(of: data)
    guard found == hash else {
      throw damaged(
        "contents", "the SHA-256 \(excerpt(hash, limit: SHA256.hexDigestLength))", found)
    }
    return SafetensorsFile(
      metadata: texts.filter { SafetensorsFile.MetadataKey(rawValue: $0.key) == nil },
      tensors: Dictionary(
        uniqueKeysWithValues: header.entries.map { ($0.tensor.name, tensor($0, data)) }))
  }

  // MARK: The frame

  private func dataStart(_ bytes: Span<UInt8>) throws(StorageError) -> Int {
    guard bytes.count >= 8 else {
      throw foreign(bytes.isEmpty ? "an empty file" : "\(bytes.count) bytes")
    }
    let length = bytes.bytes.integer(at: 0, as: UInt64.self)
    let rest = bytes.count - 8
    guard length <= Self.maximumHeader, rest == 0 || bytes[8] == UInt8(ascii: "{") else {
      throw foreign("another kind of file")
    }
    guard length <= rest else { throw cutShort("header", "\(length) bytes", "\(rest)") }
    return 8 + Int(length)
  }

  private func document(_ header: Span<UInt8>) throws(StorageError) -> JSONValue {
    do throws(JSONError) {
      return try JSONValue(
        reading: header.indices.map { header[$0] },
        options: JSONReadingOptions(maximumValues: 1_000_000))
    } catch {
      throw damaged("header, \(error.place)", error.expected, error.found)
    }
  }

  // MARK: Texts

  /// The texts but the hash, and the hash.
  private func metadata(
    _ document: JSONValue
  ) throws(StorageError) -> (texts: [String: String], sha256: String) {
    var texts: [String: String] = [:]
    if case .object(let members) = document[SafetensorsHeader.metadataName] {
      for member in members {
        guard case .string(let text) = member.value else {
          throw damaged("metadata \(excerpt(member.key))", "a text", "something else")
        }
        texts[member.key] = text
      }
    }
    let format = texts[SafetensorsFile.MetadataKey.format.rawValue]
    guard format == SafetensorsFile.format else {
      throw .malformed(
        file: file, place: "metadata", expected: "format '\(SafetensorsFile.format)'",
        found: format.map { excerpt($0) } ?? "none: the file is another program's",
        remedy: "use a checkpoint that 'tinyscore train' wrote")
    }
    let version = texts[SafetensorsFile.MetadataKey.version.rawValue]
    guard version == SafetensorsFile.version else {
      throw .malformed(
        file: file, place: "metadata", expected: "version '\(SafetensorsFile.version)'",
        found: version.map { excerpt($0) } ?? "none",
        remedy: "use the release of tinyscore that wrote the file, or train anew")
    }
    let key = SafetensorsFile.MetadataKey.sha256.rawValue
    guard let sha256 = texts.removeValue(forKey: key) else {
      throw damaged("metadata", "sha256", "none")
    }
    return (texts, sha256)
  }

  // MARK: Tensors

  /// The header that these tensors and texts should have, and the places that they do have.
  private func header(
    _ document: JSONValue, texts: [String: String]
  ) throws(StorageError) -> (header: SafetensorsHeader, ranges: [String: [UInt64]]) {
    guard case .object(let members) = document else {
      throw damaged("header", "an object", "another value")
    }
    var descriptions: [SafetensorsHeader.Description] = []
    var ranges: [String: [UInt64]] = [:]
    for member in members where member.key != SafetensorsHeader.metadataName {
      let place = "tensor \(excerpt(member.key, limit: 100))"
      do throws(JSONError) {
        var reader = try JSONObjectReader(member.value)
        let type = try reader.string("dtype")
        let shape = try reader.lengths("shape")
        ranges[member.key] = try reader.lengths("data_offsets")
        try reader.finish()
        descriptions.append(try description(member.key, type: type, shape: shape))
      } catch {
        throw damaged("\(place), \(error.place)", error.expected, error.found)
      }
    }
    guard let header = SafetensorsHeader(descriptions, metadata: texts) else {
      throw damaged("header", "fewer than 2⁶³ bytes of data", "more")
    }
    return (header, ranges)
  }

  private func description(
    _ name: String, type: String, shape: [UInt64]
  ) throws(JSONError) -> SafetensorsHeader.Description {
    guard let type = SafetensorsHeader.ElementType(rawValue: type) else {
      throw .unexpected(path: "dtype", expected: "F32 or F64", found: excerpt(type))
    }
    var size = type.size
    for length in shape {
      let (product, overflow) = size.multipliedReportingOverflow(by: Int(clamping: length))
      guard !overflow else {
        throw .unexpected(path: "shape", expected: "fewer than 2⁶³ bytes", found: "more")
      }
      size = product
    }
    return .init(name: name, type: type, shape: shape.map { Int(clamping: $0) }, size: size)
  }

  private func checkRanges(
    _ header: SafetensorsHeader, _ ranges: [String: [UInt64]], dataSize: Int
  ) throws(StorageError) {
    for entry in header.entries {
      let expected = [entry.range.lowerBound, entry.range.upperBound].map { UInt64($0) }
      guard let found = ranges[entry.tensor.name], found == expected else {
        throw damaged(
          "tensor \(excerpt(entry.tensor.name, limit: 100)), data_offsets", "\(expected)",
          "\(ranges[entry.tensor.name] ?? [])")
      }
    }
    guard dataSize >= header.dataSize else {
      throw cutShort("data", "\(header.dataSize) bytes", "\(dataSize)")
    }
    guard dataSize == header.dataSize else {
      throw damaged("data", "\(header.dataSize) bytes", "\(dataSize)")
    }
  }

  private func checkEncoding(
    _ header: SafetensorsHeader, sha256: String, _ found: Span<UInt8>
  ) throws(StorageError) {
    let expected = header.encoded(sha256: sha256)
    guard expected.count == found.count else {
      throw damaged("header", "\(expected.count) bytes before the data", "\(found.count)")
    }
    if let index = expected.indices.first(where: { expected[$0] != found[$0] }) {
      throw damaged("header, byte \(index)", "the canonical encoding", "another")
    }
  }

  private func tensor(_ entry: SafetensorsHeader.Entry, _ data: RawSpan) -> Tensor {
    let bytes = data.extracting(entry.range)
    let count = entry.tensor.size / entry.tensor.type.size
    switch entry.tensor.type {
    case .single:
      let elements = (0..<count).map { Float(bitPattern: bytes.integer(at: 4 * $0)) }
      return Tensor(elements, shape: entry.tensor.shape)
    case .double:
      let elements = (0..<count).map { Double(bitPattern: bytes.integer(at: 8 * $0)) }
      return Tensor(elements, shape: entry.tensor.shape)
    }
  }

  // MARK: Errors

  private func foreign(_ found: String) -> StorageError {
    .malformed(
      file: file, expected: "a checkpoint (.safetensors)", found: found,
      remedy: "use one that 'tinyscore train' wrote")
  }

  private func cutShort(_ place: String, _ expected: String, _ found: String) -> StorageError {
    .malformed(
      file: file, place: place, expected: expected, found: "only \(found): the file is cut short",
      remedy: "use another copy, or train anew")
  }

  private func damaged(_ place: String, _ expected: String, _ found: String) -> StorageError {
    .malformed(
      file: file, place: place, expected: expected, found: found,
      remedy: "the file is damaged or was changed: use another copy, or train anew")
  }
}

extension JSONObjectReader {
  /// The list `key` of lengths or offsets, not more of them than a message can show.
  fileprivate mutating func lengths(_ key: String) throws(JSONError) -> [UInt64] {
    let numbers = try numbers(key)
    guard numbers.count <= 8 else {
      throw .unexpected(
        path: path(of: key), expected: "at most 8 numbers", found: "\(numbers.count)")
    }
    return try numbers.enumerated().map { index, number throws(JSONError) in
      guard let length = UInt64(exactly: number), length <= 1 << 53 else {
        throw .unexpected(
          path: "\(path(of: key))[\(index)]", expected: "an integer from 0 to 2⁵³",
          found: shortestText(of: number))
      }
      return length
    }
  }
}
