/// Vectors of one length that are summed in a fixed order: the gradients of the shards.
public struct TreeSum<Element: Scalar>: @unchecked Sendable {
  // Sendable: an immutable list of pointers; tasks sum disjoint ranges of it.
  private let parts: [UnsafeMutablePointer<Element>?]
  private let count: Int

  /// The sum over `vectors`, all of one length, at least one.
  public init(_ vectors: [VectorView<Element>]) {
    precondition(!vectors.isEmpty && vectors.allSatisfy { $0.count == vectors[0].count })
    parts = vectors.map(\.base)
    count = vectors[0].count
  }

  /// Adds the vectors over `range` as a binary tree and returns the sum of squares of the result.
  ///
  /// The sum ends in the first vector; the others are overwritten.
  ///
  /// The order of additions depends on the number of vectors only, so the sum has the same bits
  /// whatever the number of threads.
  public func reduce(_ range: Range<Int>) -> Double {
    precondition(range.lowerBound >= 0 && range.upperBound <= count)
    return parts.withUnsafeBufferPointer { pointers in
      // The list of pointers as C wants it; it is not empty.
      guard let list = pointers.baseAddress else { return 0 }
      return Element.library.routines.treeSum(parts.count, list, range.lowerBound, range.count)
    }
  }
}
