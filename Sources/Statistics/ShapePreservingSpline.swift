/// A piecewise cubic through values that are not negative, which is not negative either, and rises
/// and falls only where they do.
///
/// Its slopes are those of the cubic spline, whose error falls with the fourth power of the step,
/// held in where the values are too uneven for it (Hyman 1983): between two rising or two falling
/// secants within three times the flatter one, which keeps the pieces monotone (Fritsch and Carlson
/// 1980); at a turn within the steeper one. And within three times the value over either step,
/// which keeps the pieces from falling below 0 (Schmidt and Hess 1988).
public struct ShapePreservingSpline: Sendable {
  /// Where the values are, ascending, `(n)`.
  public let places: [Double]
  private let values: [Double]
  private let slopes: [Double]

  /// The curve through at least two `values`, none negative, at strictly ascending `places`.
  public init(places: [Double], values: [Double]) {
    precondition(places.count == values.count && places.count >= 2)
    precondition(zip(places, places.dropFirst()).allSatisfy { $0 < $1 })
    precondition(values.allSatisfy { $0 >= 0 })
    (self.places, self.values) = (places, values)
    let steps = zip(places, places.dropFirst()).map { $1 - $0 }
    let secants = steps.indices.map { (values[$0 + 1] - values[$0]) / steps[$0] }
    slopes = CubicSpline(places: places, values: values).slopes.enumerated().map { index, slope in
      let left = index > 0 ? index - 1 : 0
      let right = index < secants.count ? index : secants.count - 1
      return Self.held(
        slope, left: secants[left], right: secants[right],
        value: values[index], step: max(steps[left], steps[right]))
    }
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

  /// A slope held within what the secants on both sides and the value allow.
  private static func held(
    _ slope: Double, left: Double, right: Double, value: Double, step: Double
  ) -> Double {
    let most = 3 * value / step
    guard left * right > 0 else {
      let bound = min(max(abs(left), abs(right)), most)
      return min(max(slope, -bound), bound)
    }
    let bound = min(3 * min(abs(left), abs(right)), most)
    return left > 0 ? min(max(slope, 0), bound) : max(min(slope, 0), -bound)
  }
}
