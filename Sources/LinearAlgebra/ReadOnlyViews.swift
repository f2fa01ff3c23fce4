extension Matrix {
  /// Calls `body` with a view of the elements that is valid, and may only be read, during the call.
  ///
  /// For factors of products and sources of copies: nothing is copied, however many share the
  /// matrix.
  public func withReadOnlyView<Result>(
    _ body: (MatrixView<Element>) throws -> Result
  ) rethrows -> Result {
    try storage.withUnsafeBufferPointer { buffer in
      // Invariant: the view is not written to, so making the pointer mutable changes nothing; an
      // empty matrix has no memory, and a placeholder that is never read stands for it.
      guard let base = buffer.baseAddress else {
        var empty = self
        return try empty.withView(body)
      }
      return try body(
        MatrixView(
          base: UnsafeMutablePointer(mutating: base), rows: rows, columns: columns, stride: columns)
      )
    }
  }
}

extension VectorView {
  /// Overwrites the elements with those of `other`, of the same length, converted.
  public func copy(converting other: VectorView<Double>) {
    precondition(other.count == count)
    Element.library.routines.fromDouble(count, other.base, base)
  }

  /// Overwrites the elements with `other − shift`, all of one length, converted after the
  /// difference.
  public func copy(converting other: VectorView<Double>, minus shift: VectorView<Double>) {
    precondition(other.count == count && shift.count == count)
    Element.library.routines.differenceFromDouble(count, other.base, shift.base, base)
  }

  /// A number that equal vectors share and others seldom do; −0 counts as 0.
  @inlinable public var fingerprint: UInt64 {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for i in 0..<count {
      // FNV-1a (Fowler, Noll and Vo) by words, the high bits folded back since products only rise.
      hash = (hash ^ Double(base[i] + 0).bitPattern) &* 0x100_0000_01B3
      hash ^= hash >> 32
    }
    return hash
  }

  /// Whether all elements equal those of `other`, of the same length; −0 equals 0.
  @inlinable public func isEqual(to other: VectorView) -> Bool {
    precondition(other.count == count)
    for i in 0..<count where base[i] != other.base[i] { return false }
    return true
  }

  /// The inner product with `other`, of the same length.
  @inlinable public func dot(_ other: VectorView) -> Element {
    precondition(other.count == count)
    // Four sums side by side: the additions of one sum would wait for each other.
    var (a, b, c, d) = (Element(0), Element(0), Element(0), Element(0))
    var i = 0
    while i + 4 <= count {
      a += base[i] * other.base[i]
      b += base[i + 1] * other.base[i + 1]
      c += base[i + 2] * other.base[i + 2]
      d += base[i + 3] * other.base[i + 3]
      i += 4
    }
    while i < count {
      a += base[i] * other.base[i]
      i += 1
    }
    return (a + b) + (c + d)
  }

  /// The squared distance `Σ (a − b)²` to `other`, of the same length.
  @inlinable public func squaredDistance(to other: VectorView) -> Element {
    precondition(other.count == count)
    var (even, odd) = (Element(0), Element(0))
    var i = 0
    while i + 2 <= count {
      let (p, q) = (base[i] - other.base[i], base[i + 1] - other.base[i + 1])
      even += p * p
      odd += q * q
      i += 2
    }
    if i < count { even += (base[i] - other.base[i]) * (base[i] - other.base[i]) }
    return even + odd
  }

  /// Multiplies the elements by `scale` and adds `factor · other`, of the same length.
  @inlinable public func update(scale: Element = 1, adding factor: Element, times other: VectorView)
  {
    precondition(other.count == count)
    for i in 0..<count { base[i] = scale * base[i] + factor * other.base[i] }
  }
}
