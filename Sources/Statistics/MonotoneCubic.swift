/// The piecewise cubic through values at ascending places that rises and falls only where they do.
///
/// So it never leaves the range of neighbouring values, however uneven the places: a curve through
/// values that are not negative is not negative. Fritsch and Carlson (1980) with the slopes of Fritsch
/// and Butland (1984): the weighted harmonic mean of the neighbouring secants, 0 where they differ in
/// sign. On smooth values its error falls with the fourth power of the step, with the third next to a
/// turn.
public struct MonotoneCubic: Sendable {
  /// Where the values are, ascending, `(n)`.
  public let places: [Double]
  private let values: [Double]
  private let slopes: [Double]

  /// The curve through at least two `values` at strictly ascending `places`.
  public init(places: [Double], values: [Double]) {
    precondition(places.count == values.count && places.count >= 2)
    precondition(zip(places, places.dropFirst()).allSatisfy { $0 < $1 })
    (self.places, self.values) = (places, values)
    let steps = zip(places, places.dropFirst()).map { $1 - $0 }
    let secants = steps.indices.map { (values[$0 + 1] - values[$0]) / steps[$0] }
    guard secants.count > 1 else {
      slopes = [secants[0], secants[0]]
      return
    }
    let last = secants.count - 1
    slopes =
      [Self.endSlope(secants[0], secants[1], steps[0], steps[1])]
      + (1...last).map {
        Self.slope(secants[$0 - 1], secants[$0], steps[$0 - 1], steps[$0])
      }
      + [Self.endSlope(secants[last], secants[last - 1], steps[last], steps[last - 1])]
  }

  /// The value at `place`, which lies in the piece from `places[piece]` to the next.
  public func value(at place: Double, piece: Int) -> Double {
    let step = places[piece + 1] - places[piece]
    let t = (place - places[piece]) / step
    let (left, right) = (values[piece], values[piece + 1])
    let (rise, fall) = (step * slopes[piece], step * slopes[piece + 1])
    // Hermite's form, gathered by powers of t.
    let square = 3 * (right - left) - 2 * rise - fall
    let cube = rise + fall - 2 * (right - left)
    return left + t * (rise + t * (square + t * cube))
  }

  /// The slope between two secants over these steps.
  private static func slope(
    _ left: Double, _ right: Double, _ leftStep: Double, _ rightStep: Double
  ) -> Double {
    guard left * right > 0 else { return 0 }
    let (a, b) = (leftStep + 2 * rightStep, 2 * leftStep + rightStep)
    return (a + b) / (a / left + b / right)
  }

  /// The slope at an end, that of the parabola through three values, kept from turning inside
  /// (Moler 2004, Section 3.6).
  private static func endSlope(
    _ near: Double, _ far: Double, _ nearStep: Double, _ farStep: Double
  ) -> Double {
    let slope = ((2 * nearStep + farStep) * near - nearStep * far) / (nearStep + farStep)
    if slope * near <= 0 { return 0 }
    return near * far <= 0 && abs(slope) > 3 * abs(near) ? 3 * near : slope
  }
}
