import Storage
import Testing

@Suite struct SafetensorsFileTests {
  private static let content = SafetensorsFile(
    metadata: ["config": #"{"steps":10}"#, "progress": "é\n"],
    tensors: [
      "b": Tensor([1, -2, .nan, .infinity] as [Float], shape: [2, 2]),
      "a.bias": Tensor([0.5] as [Float]), "z": Tensor([0.1, 0.2] as [Double]),
      "empty": Tensor([] as [Float], shape: [0, 3]), "scalar": Tensor([3] as [Double], shape: []),
    ])

  private func read(_ bytes: [UInt8]) throws -> SafetensorsFile {
    try SafetensorsFile(FileContents(bytes, name: "m.safetensors"))
  }

  /// A file with this header, padded, and this data.
  private func file(_ header: String, data: [UInt8] = []) -> [UInt8] {
    let length = (8 + header.utf8.count + 63) / 64 * 64 - 8
    let padding = String(repeating: " ", count: length - header.utf8.count)
    return (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) }
      + Array((header + padding).utf8) + data
  }

  private func text(_ bytes: [UInt8]) -> String { message { _ = try read(bytes) } }

  @Test("What is written reads back, to the bit")
  func roundTrip() throws {
    let bytes = Self.content.encoded
    let back = try read(bytes)
    #expect(back.metadata == Self.content.metadata)
    #expect(back.tensors.mapValues(\.shape) == Self.content.tensors.mapValues(\.shape))
    #expect(back.tensors["z"] == Self.content.tensors["z"])
    #expect(back.tensors["scalar"] == Self.content.tensors["scalar"])
    guard case .single(let elements) = back.tensors["b"]?.values else {
      Issue.record("another precision")
      return
    }
    let expected: [Float] = [1, -2, .nan, .infinity]
    #expect(elements.map(\.bitPattern) == expected.map(\.bitPattern))
    #expect(back.encoded == bytes)
  }

  @Test("A file on the disk is its encoding")
  func disk() throws {
    let folder = try TemporaryFolder()
    try Self.content.write(to: folder["m.safetensors"])
    #expect(try folder.bytes("m.safetensors") == Self.content.encoded)
    #expect(try SafetensorsFile(path: folder["m.safetensors"]).encoded == Self.content.encoded)
  }

  /// The hash is Python's, over the fields that `SafetensorsHeader.digest` lists.
  ///
  ///     import hashlib, struct
  ///     fields = [b"2", b"z", b"F64[1]", struct.pack("<d", 0.1),
  ///               b"a", b"F32[1,2]", struct.pack("<2f", 1, 2),
  ///               b"config", b"{}", b"format", b"tinyscore", b"version", b"1"]
  ///     print(hashlib.sha256(b"".join(struct.pack("<Q", len(f)) + f for f in fields)).hexdigest())
  @Test("The encoding of a known content is known")
  func knownBytes() throws {
    let content = SafetensorsFile(
      metadata: ["config": "{}"],
      tensors: ["a": Tensor([1, 2] as [Float], shape: [1, 2]), "z": Tensor([0.1] as [Double])])
    let header =
      #"{"__metadata__":{"config":"{}","format":"tinyscore","sha256":"HASH","version":"1"},"#
      + #""a":{"data_offsets":[8,16],"dtype":"F32","shape":[1,2]},"#
      + #""z":{"data_offsets":[0,8],"dtype":"F64","shape":[1]}}"#
    let hash = "d114e4af370ad5a2c25796e55523269f53c442572108a00b93ecc6ec69aa2931"
    let data: [UInt8] = [
      0x9A, 0x99, 0x99, 0x99, 0x99, 0x99, 0xB9, 0x3F, 0, 0, 0x80, 0x3F, 0, 0, 0, 0x40,
    ]
    let parts = header.split(separator: "HASH")
    #expect(content.encoded == file(parts.joined(separator: hash), data: data))
  }

  @Test("The data begin at a multiple of 64, whatever the header", arguments: 0..<70)
  func alignment(length: Int) throws {
    let content = SafetensorsFile(
      metadata: ["x": String(repeating: "x", count: length)], tensors: ["t": Tensor([1.0])])
    let bytes = content.encoded
    #expect((bytes.count - 8) % 64 == 0)
    #expect(try read(bytes) == content)
  }

  @Test("A file without tensors and texts reads back")
  func nothing() throws {
    let content = SafetensorsFile(metadata: [:], tensors: [:])
    #expect(try read(content.encoded) == content)
  }

  @Test("Every flip of a bit is detected")
  func bitFlips() {
    let bytes = Self.content.encoded
    for index in bytes.indices {
      for bit in 0..<8 {
        var changed = bytes
        changed[index] ^= 1 << bit
        #expect(throws: StorageError.self) { try read(changed) }
      }
    }
  }

  @Test("Every truncation is detected, and so is every byte too many")
  func truncations() {
    let bytes = Self.content.encoded
    for end in bytes.indices {
      let error = #expect(throws: StorageError.self) { try read(Array(bytes[..<end])) }
      #expect(error?.kind == .malformedData)
      if end > 8 { #expect(error?.description.contains("cut short") == true) }
    }
    #expect(text(bytes + [0]).contains("data: expected 44 bytes, found 45"))
  }

  @Test("Files of another kind, another program and another version are each said to be so")
  func foreign() {
    #expect(
      text([]).hasPrefix("m.safetensors: expected a checkpoint (.safetensors), found an empty"))
    #expect(text([1, 2, 3]).contains("found 3 bytes"))
    #expect(text([0x89] + Array("PNG\r\n\u{1A}\n and more".utf8)).contains("another kind of file"))
    #expect(text([UInt8](repeating: 0xFF, count: 100)).contains("another kind of file"))
    #expect(
      text(file(#"{"t":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#, data: [0, 0, 0, 0]))
        .contains("expected format 'tinyscore', found none: the file is another program's"))
    #expect(
      text(file(#"{"__metadata__":{"format":"pt"}}"#)).contains(
        "expected format 'tinyscore', found 'pt'"))
    #expect(
      text(file(#"{"__metadata__":{"format":"tinyscore","version":"2"}}"#)).contains(
        "expected version '1', found '2'; use the release of tinyscore that wrote the file"))
  }

  @Test(
    "A hostile header is refused, and the message names the place",
    arguments: [
      ("{", "header, line 1, column 57: expected a key in quotes"),
      ("{\"a\":", "header, line 1, column 57: expected a value"),
      ("{} x", "header, line 1, column 4: expected the end of the text"),
      ("{META,META}", "header, line 1, column 66: expected each key once"),
      ("{META}", "contents: expected the SHA-256"),
      (
        #"{"__metadata__":{"format":"tinyscore","sha256":"\u001b","version":"1"}}"#,
        #"contents: expected the SHA-256 '\u{1B}', found"#
      ),
      (#"{"__metadata__":{"format":1}}"#, "metadata 'format': expected a text"),
      (#"{"__metadata__":[]}"#, "found none"),
      (#"{"__metadata__":{"format":"tinyscore","version":"1"}}"#, "metadata: expected sha256"),
      (#"{META,"t":1}"#, "tensor 't', the document: expected an object, found 1"),
      (#"{META,"t":{}}"#, "tensor 't', dtype: expected a value"),
      (#"{META,"t":{"dtype":"F32","shape":[1]}}"#, "tensor 't', data_offsets: expected a value"),
      (
        #"{META,"t":{"dtype":"F16","shape":[],"data_offsets":[0,2]}}"#,
        "tensor 't', dtype: expected F32 or F64, found 'F16'"
      ),
      (
        #"{META,"t":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}"#,
        "tensor 't', shape[0]: expected an integer from 0 to 2⁵³, found -1"
      ),
      (
        #"{META,"t":{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}}"#,
        "tensor 't', shape[0]: expected an integer from 0 to 2⁵³, found 1.5"
      ),
      (
        #"{META,"t":{"dtype":"F32","shape":[18446744073709551615],"data_offsets":[0,4]}}"#,
        "tensor 't', shape[0]: expected an integer from 0 to 2⁵³"
      ),
      (
        #"{META,"t":{"dtype":"F32","shape":[9007199254740992,9007199254740992,0],"data_offsets":[0,0]}}"#,
        "tensor 't', shape: expected fewer than 2⁶³ bytes, found more"
      ),
      (
        #"{META,"a":{"dtype":"F32","shape":[1152921504606846976],"data_offsets":[0,4]}}"#,
        "tensor 'a', shape[0]: expected an integer from 0 to 2⁵³"
      ),
      (
        #"{META,"t":{"dtype":"F32","shape":[1],"data_offsets":[0,8]}}"#,
        "tensor 't', data_offsets: expected [0, 4], found [0, 8]"
      ),
      (
        #"{META,"t":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}"#,
        "tensor 't', data_offsets: expected [0, 4], found [4, 0]"
      ),
      (
        #"{META,"t":{"dtype":"F32","shape":[1],"data_offsets":[0,4,8]}}"#,
        "tensor 't', data_offsets: expected [0, 4], found [0, 4, 8]"
      ),
      (
        #"{META,"t":{"dtype":"F32","shape":[1,1,1,1,1,1,1,1,1],"data_offsets":[0,4]}}"#,
        "tensor 't', shape: expected at most 8 numbers, found 9"
      ),
      (
        #"{META,"t":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"x":0}}"#,
        "tensor 't', x: expected one of the keys"
      ),
      (
        #"{META,"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"#
          + #""b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#,
        "tensor 'b', data_offsets: expected [4, 8], found [0, 4]"
      ),
      (
        #"{META,"t":{"dtype":"F32","shape":[1000000000],"data_offsets":[0,4000000000]}}"#,
        "data: expected 4000000000 bytes, found only 0: the file is cut short"
      ),
    ])
  func hostile(header: String, expected: String) {
    let metadata = #""__metadata__":{"format":"tinyscore","sha256":"","version":"1"}"#
    let found = text(
      file(
        header.split(separator: "META", omittingEmptySubsequences: false)
          .joined(separator: metadata)))
    #expect(found.contains(expected), "\(found)")
  }

  @Test("Another encoding of the same content is refused")
  func canonical() {
    let bytes = Self.content.encoded
    let text = String(decoding: bytes, as: UTF8.self)
    for (old, new) in [
      (#""dtype":"F32","shape":[1]"#, #""dtype":"F32", "shape":[1]"#),
      (#""data_offsets":[24,28],"dtype":"F32""#, #""dtype":"F32","data_offsets":[24,28]"#),
      ("é", #"\u00e9"#), ("[24,28]", "[24,2.8e1]"),
    ] {
      let (old, new) = (Array(old.utf8), Array(new.utf8))
      guard let start = bytes.indices.first(where: { bytes[$0...].starts(with: old) }) else {
        Issue.record("no such text in \(text)")
        continue
      }
      // The header keeps its length: padding makes up for the difference.
      let end = bytes.indices.first { bytes[$0...].starts(with: Array("}}  ".utf8)) } ?? 0
      var changed = Array(bytes[..<start]) + new + bytes[(start + old.count)..<(end + 2)]
      let difference = new.count - old.count
      changed += bytes[(end + 2 + max(0, difference))...]
      if difference < 0 {
        changed.insert(
          contentsOf: repeatElement(0x20, count: -difference), at: end + 2 + difference)
      }
      #expect(changed.count == bytes.count)
      let found = self.text(changed)
      #expect(found.contains("header, byte"), "\(found)")
    }
  }
}
