internal import Glibc

/// One aligned allocation from which a workspace or a set of parameters takes its matrices.
///
/// Views handed out stay valid as long as the arena lives: whoever keeps a view keeps its arena too
/// (a workspace stores both). Nothing is freed before the arena is, and nothing else is allocated.
public final class Arena<Element: Scalar>: @unchecked Sendable {
  // Sendable: the arena itself is immutable after construction but for the cursor, which only the
  // constructing code moves; that two threads never write the same view at once is the duty of
  // `Workers.run`'s callers, who give each task views of its own.
  private let base: UnsafeMutablePointer<Element>
  private var used = 0
  /// How many elements the arena holds.
  public let capacity: Int

  /// Elements between the starts of two views: 64 bytes, one cache line.
  private static var alignment: Int { 64 / MemoryLayout<Element>.stride }

  /// The elements that views of these sizes take up, each rounded up to a cache line.
  public static func capacity(for sizes: [Int]) -> Int {
    sizes.reduce(0) { $0 + ($1 + alignment - 1) / alignment * alignment }
  }

  /// An arena of `capacity` elements, all zero.
  public init(capacity: Int) {
    precondition(capacity >= 0)
    self.capacity = capacity
    let bytes = UnsafeMutableRawPointer.allocate(
      byteCount: max(capacity, 1) * MemoryLayout<Element>.stride, alignment: 64)
    // Zero is all bits zero for floats and doubles; element by element a generic loop would take
    // long.
    memset(bytes, 0, max(capacity, 1) * MemoryLayout<Element>.stride)
    base = bytes.bindMemory(to: Element.self, capacity: max(capacity, 1))
  }

  deinit { base.deallocate() }

  /// The next `count` elements, starting at a cache line.
  public func vector(_ count: Int) -> VectorView<Element> {
    precondition(count >= 0 && used + count <= capacity, "arena: out of elements")
    defer { used += Self.capacity(for: [count]) }
    return VectorView(base: base + used, count: count)
  }

  /// The next `rows × columns` elements as a row-major matrix, starting at a cache line.
  public func matrix(_ rows: Int, _ columns: Int) -> MatrixView<Element> {
    MatrixView(vector(rows * columns), rows: rows, columns: columns)
  }

  /// All elements, padding included, as one vector: for passes over a whole set of parameters.
  public var all: VectorView<Element> { VectorView(base: base, count: capacity) }
}
