internal import Glibc

/// The polynomial through values at a few places, by Lagrange's formula.
package struct LagrangePolynomial: Sendable {
  private let places: [Double]
  private let values: [Double]

  /// The polynomial of degree `n − 1` through n values at places that differ.
  package init(places: [Double], values: [Double]) {
    precondition(places.count == values.count && !places.isEmpty)
    (self.places, self.values) = (places, values)
  }

  /// Chebyshev's `count` places in (−1, 1), ascending, between which a polynomial swings least.
  package static func chebyshevPlaces(_ count: Int) -> [Double] {
    (0..<count).map { -cos(Double.pi * (Double($0) + 0.5) / Double(count)) }
  }

  /// The weights with which the values enter at `place`; their sum is 1.
  package func weights(_ place: Double) -> [Double] {
    places.indices.map { k in
      places.indices.reduce(1.0) {
        $1 == k ? $0 : $0 * (place - places[$1]) / (places[k] - places[$1])
      }
    }
  }

  /// The value at `place`.
  package func value(_ place: Double) -> Double {
    zip(weights(place), values).reduce(0) { $0 + $1.0 * $1.1 }
  }

  /// The first derivative at `place`.
  package func slope(_ place: Double) -> Double {
    zip(slopeWeights(place), values).reduce(0) { $0 + $1.0 * $1.1 }
  }

  /// The weights with which the values enter the derivative at `place`; their sum is 0.
  private func slopeWeights(_ place: Double) -> [Double] {
    places.indices.map { k in
      places.indices.reduce(0.0) { sum, l in
        guard l != k else { return sum }
        let product = places.indices.reduce(1.0) {
          $1 == k || $1 == l ? $0 : $0 * (place - places[$1]) / (places[k] - places[$1])
        }
        return sum + product / (places[k] - places[l])
      }
    }
  }

  /// The local maximum nearest to the middle of the places, up to a quarter of their width beyond
  /// them, by bisection of the derivative; the end to which the polynomial rises from the middle if
  /// there is none.
  package var maximum: Double {
    let middle = (places[0] + places[places.count - 1]) / 2
    let reach = 0.75 * (places[places.count - 1] - places[0])
    let steps = 64
    let marks = (0...steps).map { middle + reach * (2 * Double($0) / Double(steps) - 1) }
    let slopes = marks.map(slope)
    let falls = (0..<steps).filter { slopes[$0] > 0 && slopes[$0 + 1] <= 0 }
    guard let fall = falls.min(by: { abs(marks[$0] - middle) < abs(marks[$1] - middle) }) else {
      return slopes[steps / 2] > 0 ? marks[steps] : marks[0]
    }
    var (low, high) = (marks[fall], marks[fall + 1])
    for _ in 0..<60 {
      let half = (low + high) / 2
      if slope(half) > 0 { low = half } else { high = half }
    }
    return (low + high) / 2
  }
}
