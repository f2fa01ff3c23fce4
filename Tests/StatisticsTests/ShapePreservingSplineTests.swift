import Glibc
import Statistics
import Testing

@Suite struct ShapePreservingSplineTests {
  /// The curve's values at `count` places spread over every piece.
  private func values(_ curve: ShapePreservingSpline, _ count: Int) -> [[Double]] {
    (0..<curve.places.count - 1).map { piece in
      (0...count).map { k in
        let step = curve.places[piece + 1] - curve.places[piece]
        return curve.value(
          at: curve.places[piece] + step * Double(k) / Double(count), piece: piece)
      }
    }
  }

  @Test("The curve passes through its values, is never negative, and keeps between rising ones")
  func shape() {
    // A step, a needle, a gap and a plateau, at uneven places: what makes a spline swing.
    let places = [0, 0.1, 1, 1.5, 1.6, 4, 4.5, 5, 5.1, 9]
    let heights = [0, 0, 1, 1, 9, 0, 0, 0.001, 5, 5]
    let pieces = values(ShapePreservingSpline(places: places, values: heights), 50)
    for (piece, inside) in pieces.enumerated() {
      #expect(abs(inside[0] - heights[piece]) < 1e-14)
      #expect(abs(inside[50] - heights[piece + 1]) < 1e-12)
      #expect(inside.allSatisfy { $0 >= -1e-14 })
      // Neighbours that go on in the same direction on both sides bound a piece.
      guard piece > 0 && piece + 2 < heights.count else { continue }
      let secants = (piece - 1...piece + 1).map { heights[$0 + 1] - heights[$0] }
      guard secants.allSatisfy({ $0 > 0 }) || secants.allSatisfy({ $0 < 0 }) else { continue }
      let isRising = secants[1] > 0
      #expect(zip(inside, inside.dropFirst()).allSatisfy { isRising ? $0 <= $1 : $0 >= $1 })
    }
  }

  @Test("On a smooth peak the error falls with the fourth power of the step")
  func order() {
    func error(_ count: Int) -> Double {
      let places = (0...count).map { -3 + 6.2 * Double($0) / Double(count) }
      let curve = ShapePreservingSpline(places: places, values: places.map { exp(-$0 * $0 / 2) })
      return values(curve, 8).enumerated().reduce(0) { worst, piece in
        piece.element.enumerated().reduce(worst) { worst, value in
          let step = 6.2 / Double(count)
          let place = places[piece.offset] + step * Double(value.offset) / 8
          return max(worst, abs(value.element - exp(-place * place / 2)))
        }
      }
    }
    #expect(abs(log2(error(64) / error(128)) - 4) < 0.3)
  }

  @Test("Two values are joined by a line")
  func line() {
    let curve = ShapePreservingSpline(places: [1, 3], values: [2, 4])
    #expect(curve.value(at: 2.5, piece: 0) == 3.5)
  }
}
