extension RawSpan {
  /// The integer whose bytes, in the given order, begin at `offset`, checked.
  @inline(__always)
  func integer<Bits: FixedWidthInteger & BitwiseCopyable>(
    at offset: Int, as type: Bits.Type = Bits.self, bigEndian: Bool = false
  ) -> Bits {
    // Safe: the span checks its bounds, and every pattern of bits is an integer.
    let bits = unsafeLoadUnaligned(fromByteOffset: offset, as: Bits.self)
    return bigEndian ? Bits(bigEndian: bits) : Bits(littleEndian: bits)
  }
}

extension [UInt8] {
  /// Appends the bytes of `integer`, the least significant first.
  mutating func append(littleEndian integer: some FixedWidthInteger & BitwiseCopyable) {
    Swift.withUnsafeBytes(of: integer.littleEndian) { append(contentsOf: $0) }
  }
}
