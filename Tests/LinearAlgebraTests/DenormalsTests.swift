import LinearAlgebra
import Testing

@Suite("Denormal numbers")
struct DenormalsTests {
  /// Computed at run time, on this thread.
  @inline(never) private func product(_ a: Float, _ b: Float) -> Float { a * b }

  @Test("Products below the smallest normal number are 0 inside, and numbers again outside")
  func flush() {
    let (a, b) = (Float.leastNormalMagnitude, Float(0.25))
    #expect(product(a, b) > 0)
    #expect(flushingDenormals { product(a, b) } == 0)
    #expect(flushingDenormals { product(a, 2) } == 2 * a)
    #expect(product(a, b) > 0)
  }
}
