import JSONText

@testable import Storage

/// The file that somebody makes of these bytes who knows how checkpoints are written: the header as
/// tinyscore encodes it, as much data as its tensors have, and the hash of all that.
///
/// Nil where the bytes do not have tensors and texts in a header of JSON.
func forgedCheckpoint(_ bytes: [UInt8]) -> [UInt8]? {
  guard bytes.count >= 8 else { return nil }
  let length = bytes.span.bytes.integer(at: 0, as: UInt64.self)
  guard length <= bytes.count - 8 else { return nil }
  let start = 8 + Int(length)
  guard let document = try? JSONValue(reading: bytes[8..<start]),
    case .object(let members) = document,
    case .object(var texts)? = document[SafetensorsHeader.metadataName]
  else { return nil }
  texts.removeAll { $0.key == SafetensorsFile.MetadataKey.sha256.rawValue }
  var tensors: [SafetensorsHeader.Description] = []
  for member in members where member.key != SafetensorsHeader.metadataName {
    guard let tensor = description(member) else { return nil }
    tensors.append(tensor)
  }
  var metadata: [String: String] = [:]
  for text in texts {
    guard case .string(let value) = text.value else { return nil }
    metadata[text.key] = value
  }
  // More data than this make no better forgeries.
  guard let header = SafetensorsHeader(tensors, metadata: metadata), header.dataSize <= 1 << 20
  else { return nil }
  var data = Array(bytes[start...].prefix(header.dataSize))
  data += repeatElement(0, count: header.dataSize - data.count)
  return header.encoded(sha256: header.digest(of: data.span.bytes)) + data
}

private func description(_ member: JSONMember) -> SafetensorsHeader.Description? {
  guard case .string(let name)? = member.value["dtype"],
    let type = SafetensorsHeader.ElementType(rawValue: name),
    case .array(let lengths)? = member.value["shape"]
  else { return nil }
  var (shape, size): ([Int], Int) = ([], type.size)
  for length in lengths {
    guard case .number(let number) = length, let length = Int(exactly: number), length >= 0 else {
      return nil
    }
    let (product, overflow) = size.multipliedReportingOverflow(by: length)
    guard !overflow else { return nil }
    (shape, size) = (shape + [length], product)
  }
  return .init(name: member.key, type: type, shape: shape, size: size)
}
