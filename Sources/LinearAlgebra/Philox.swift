internal import CVectorMath

/// The four words of one Philox4x32-10 block (Salmon, Moraes, Dror and Shaw 2011).
///
/// The counter is `(block, block >> 32, position, domain)`.
package func philoxBlock(
  key: UInt64, block: UInt64, position: UInt32, domain: UInt32
) -> (UInt32, UInt32, UInt32, UInt32) {
  var words: (UInt32, UInt32, UInt32, UInt32) = (0, 0, 0, 0)
  withUnsafeMutableBytes(of: &words) { bytes in
    if let base = bytes.baseAddress {
      ts_philox(
        ts_stream(key: key, position: position, domain: domain), block,
        base.assumingMemoryBound(to: UInt32.self))
    }
  }
  return words
}
