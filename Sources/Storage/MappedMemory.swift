internal import Glibc

/// A part of a file in memory, read-only, unmapped with its last owner.
final class MappedMemory: @unchecked Sendable {
  // Sendable: nothing is written after `init`. Invariant: `base` has `count` readable bytes until
  // `deinit`.
  private let base: UnsafePointer<UInt8>
  private let count: Int

  init(base: UnsafePointer<UInt8>, count: Int) {
    self.base = base
    self.count = count
  }

  deinit { munmap(UnsafeMutableRawPointer(mutating: base), count) }

  /// Calls `body` with the bytes.
  func withBytes<Result, Failure: Error>(
    _ body: (Span<UInt8>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let buffer = UnsafeBufferPointer(start: base, count: count)
    return try body(buffer.span)
  }

  /// Gives the memory of the bytes in `range`, and of the rest of their pages, back to the system,
  /// which reads them from the file again when they are asked for again.
  func release(_ range: Range<Int>) {
    precondition(range.lowerBound >= 0 && range.upperBound <= count)
    let start = range.lowerBound & ~(Int(getpagesize()) - 1)
    // Advice: where the system refuses it, the pages only stay. `base` begins a page; the pages are
    // not written to, so nothing is lost with them.
    _ = madvise(
      UnsafeMutableRawPointer(mutating: base + start), range.upperBound - start, MADV_DONTNEED)
  }
}
