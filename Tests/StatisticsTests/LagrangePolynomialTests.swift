import Testing

@testable import Statistics

@Suite struct LagrangePolynomialTests {
  /// 1 + 2t − 3t² − t³, its derivative, and the place of its local maximum (−6 + √60)/6 by the
  /// quadratic formula.
  private let f = { (t: Double) in 1 + 2 * t - 3 * t * t - t * t * t }
  private let slope = { (t: Double) in 2 - 6 * t - 3 * t * t }
  private let top = (60.0.squareRoot() - 6) / 6

  @Test("Through four places of a cubic it is the cubic, with its derivative and its maximum")
  func cubic() {
    let places = LagrangePolynomial.chebyshevPlaces(4)
    let polynomial = LagrangePolynomial(places: places, values: places.map { f($0) })
    for t in [-1.3, -0.2, 0, 0.7] {
      #expect(abs(polynomial.value(t) - f(t)) < 1e-13)
      #expect(abs(polynomial.slope(t) - slope(t)) < 1e-12)
      #expect(abs(polynomial.weights(t).reduce(0, +) - 1) < 1e-13)
    }
    #expect(abs(polynomial.maximum - top) < 1e-12)
  }

  @Test("Chebyshev's places ascend, are symmetric and lie inside")
  func places() {
    let places = LagrangePolynomial.chebyshevPlaces(8)
    #expect(zip(places, places.dropFirst()).allSatisfy { $0 < $1 })
    #expect(zip(places, places.reversed()).allSatisfy { abs($0 + $1) < 1e-15 })
    // cos(π/16)
    #expect(abs(places[7] - 0.9807852804032304) < 1e-15)
  }
}
