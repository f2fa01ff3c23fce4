public import ForwardProcess
internal import Glibc
public import LinearAlgebra

extension FixedPointSearch {
  /// The search for the fixed points of the exact score of weighted points, `(K, D)`.
  ///
  /// Each path starts where the nearest other point has a share of e⁻¹⁸ in the posterior at the
  /// point itself.
  public init(
    points: Matrix<Double>, weights: [Double], score: any ScoreFunction,
    range: ClosedRange<Double>
  ) {
    let levels = Self.decisionScales(points, weights)
    let mean = (0..<points.columns).map { j in
      weights.indices.reduce(0) { $0 + weights[$1] * points[$1, j] }
    }
    let least = min(range.lowerBound, levels.min() ?? range.lowerBound)
    self.init(
      score: score, starts: points,
      startLevels: levels.map { min(range.upperBound, max(least, $0)) },
      mean: mean,
      range: least...range.upperBound)
  }

  /// For each point the noise level at which no other one has a share of more than `e⁻¹⁸` in the
  /// posterior there; infinite for a single point.
  static func decisionScales(_ points: Matrix<Double>, _ weights: [Double]) -> [Double] {
    let x = points.elements
    let columns = points.columns
    return weights.indices.map { i in
      var least = Double.infinity
      for k in weights.indices where k != i {
        var square = 0.0
        for j in 0..<columns {
          let difference = x[i * columns + j] - x[k * columns + j]
          square += difference * difference
        }
        least = min(least, square / (2 * (18 + max(0, log(weights[k] / weights[i])))))
      }
      return least.squareRoot()
    }
  }
}
