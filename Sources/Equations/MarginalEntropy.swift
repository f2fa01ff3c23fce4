internal import Distributions
internal import Glibc
internal import LinearAlgebra

/// The entropy `H[x] = −∫ p log p` of noised points in three dimensions, on a grid.
struct MarginalEntropy {
  let law: PointsLaw
  let workers: Workers

  /// The error of the values for the law of the equations, against a spacing of σ/4 to 8 σ: 2e-10
  /// at its moment.
  static let error = 1e-9

  /// The value at noise level `sigma`, in nats, by the trapezoidal rule at a spacing of σ/2 to 6.5
  /// σ beyond the points.
  func value(sigma: Double) -> Double {
    let spacing = sigma / 2
    let lines = (0..<3).map { j in
      let positions = law.weights.indices.map { law.points[$0, j] }
      let low = (positions.min() ?? 0) - 6.5 * sigma
      let count = Int((((positions.max() ?? 0) - low + 6.5 * sigma) / spacing).rounded(.up))
      return (0...count).map { low + spacing * Double($0) }
    }
    let planes = workers.map(lines[0].count) { index in
      let x = lines[1].flatMap { second in lines[2].map { [lines[0][index], second, $0] } }
      return law.logDensity(at: Matrix(x), sigma: sigma).reduce(0) { $0 - exp($1) * $1 }
    }
    return planes.reduce(0, +) * spacing * spacing * spacing
  }
}
