/// A vector in memory that an `Arena` owns: a pointer with a length.
///
/// Copying a view copies the reference, not the elements. Valid while its arena lives.
public struct VectorView<Element: Scalar>: @unchecked Sendable {
  // Sendable: a pointer and a length; who may write through it when is `Workers.run`'s contract.
  @usableFromInline let base: UnsafeMutablePointer<Element>
  /// The number of elements.
  public let count: Int

  init(base: UnsafeMutablePointer<Element>, count: Int) {
    self.base = base
    self.count = count
  }

  /// The element at `index`, checked.
  @inlinable public subscript(index: Int) -> Element {
    get {
      precondition(index >= 0 && index < count)
      return base[index]
    }
    nonmutating set {
      precondition(index >= 0 && index < count)
      base[index] = newValue
    }
  }

  /// The elements of `range` as a view of their own.
  public subscript(range: Range<Int>) -> VectorView {
    precondition(range.lowerBound >= 0 && range.upperBound <= count)
    return VectorView(base: base + range.lowerBound, count: range.count)
  }

  /// Overwrites the elements with those of `values`, of the same length.
  public func copy(from values: [Element]) {
    precondition(values.count == count)
    values.withUnsafeBufferPointer {
      if let source = $0.baseAddress { base.update(from: source, count: count) }
    }
  }

  /// Overwrites the elements with those of `other`, of the same length.
  public func copy(from other: VectorView) {
    precondition(other.count == count)
    base.update(from: other.base, count: count)
  }

  /// Overwrites the elements with those of `values`, of the same length, rounded.
  public func copy(converting values: some Collection<Double>) {
    precondition(values.count == count)
    let done: Void? = values.withContiguousStorageIfAvailable {
      if let source = $0.baseAddress { Element.library.routines.fromDouble(count, source, base) }
    }
    if done == nil { copy(converting: Array(values)) }
  }

  /// The elements in double precision.
  public var doubles: [Double] {
    [Double](unsafeUninitializedCapacity: count) { buffer, initialized in
      if let target = buffer.baseAddress { Element.library.routines.toDouble(count, base, target) }
      initialized = count
    }
  }

  /// Overwrites `target`, of the same length, with the elements in double precision.
  public func copy(convertedInto target: VectorView<Double>) {
    precondition(target.count == count)
    Element.library.routines.toDouble(count, base, target.base)
  }

  /// Sets every element to `value`.
  public func fill(_ value: Element) { base.update(repeating: value, count: count) }

  /// The elements as an array.
  public var elements: [Element] { Array(UnsafeBufferPointer(start: base, count: count)) }
}
