import Glibc
import LinearAlgebra

/// The nearest of `points` to each row of `x`, counted.
func nearestCounts(_ x: Matrix<Double>, _ points: Matrix<Double>) -> [Int] {
  var counts = Array(repeating: 0, count: points.rows)
  for row in 0..<x.rows {
    let distances = (0..<points.rows).map { distance(x.row(row), points.row($0)) }
    counts[distances.indices.min { distances[$0] < distances[$1] } ?? 0] += 1
  }
  return counts
}

/// Pearson's `Σ (n_k − n w_k)²/(n w_k)`.
func chiSquare(_ counts: [Int], weights: [Double]) -> Double {
  let total = Double(counts.reduce(0, +))
  return zip(counts, weights).reduce(0) {
    let expected = total * $1.1
    return $0 + (Double($1.0) - expected) * (Double($1.0) - expected) / expected
  }
}

/// The distance between two rows.
func distance(_ x: ArraySlice<Double>, _ y: ArraySlice<Double>) -> Double {
  zip(x, y).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
}

/// The energy statistic `2 E|X − Y| − E|X − X′| − E|Y − Y′|` of two samples of equal size,
/// unbiased, and its standard deviation under the hypothesis of one law, from `shuffles` splits of
/// the pooled rows.
func energyTest(
  _ x: Matrix<Double>, _ y: Matrix<Double>, shuffles: [[Int]]
) -> (statistic: Double, deviation: Double) {
  let n = x.rows
  let pooled = (0..<2 * n).map { $0 < n ? x.row($0) : y.row($0 - n) }
  var distances = Matrix<Double>(rows: 2 * n, columns: 2 * n)
  for i in 0..<2 * n { for j in 0..<i { distances[i, j] = distance(pooled[i], pooled[j]) } }
  func statistic(_ order: [Int]) -> Double {
    var (within, between) = (0.0, 0.0)
    for a in 0..<2 * n {
      for b in 0..<a {
        let value = distances[max(order[a], order[b]), min(order[a], order[b])]
        if (a < n) == (b < n) { within += value } else { between += value }
      }
    }
    let pairs = Double(n) * Double(n - 1) / 2
    return 2 * between / Double(n * n) - within / pairs
  }
  let shuffled = shuffles.map(statistic)
  let square = shuffled.reduce(0) { $0 + $1 * $1 } / Double(shuffled.count)
  return (statistic(Array(0..<2 * n)), square.squareRoot())
}
