internal import Glibc
public import LinearAlgebra

extension PointsLaw {
  /// The kernel width h of the Gaussian kernel density estimate of these points that makes each
  /// most likely from the others (leave-one-out likelihood: Habbema, Hermans and van den Broek
  /// 1974; Duin 1976); nil for fewer than two points.
  ///
  /// Maximises `Σ_i w_i log Σ_{j≠i} w_j N(y_i; y_j, h²)` over h, over all points i or as many,
  /// evenly spaced, as make four million pairs. Equal points of a data set have merged into one:
  /// they would draw h to 0.
  public func leaveOneOutKernelWidth(workers: Workers) -> Double? {
    guard weights.count > 1 else { return nil }
    let pairs = LeaveOneOut(self, workers: workers)
    return pairs.bestWidth(workers: workers)
  }

  /// The entropy rate `C(σ)` of the kernel density estimate of kernel width h from that of the
  /// points alone at `σ′ = √(σ² + h²)`, in nats per unit of ln σ: `D − (σ²/σ′²)(D − C_N(σ′))`.
  ///
  /// The estimate noised to σ is the points noised to σ′, so both have the score s of that density,
  /// and `C = D − σ² E‖s‖²` (after Equation 14) for either. As σ → 0 it goes to D.
  public static func smoothedRate(
    sigma: Double, kernelWidth: Double, rateOfPoints: Double, dimension: Int
  ) -> Double {
    let (d, ratio) = (Double(dimension), sigma / hypot(sigma, kernelWidth))
    return d - ratio * ratio * (d - rateOfPoints)
  }
}

/// The squared distances from points of a law to all others.
private struct LeaveOneOut {
  /// Squared distances kept: 32 MB.
  private static let mostPairs = 1 << 22
  private static let rowsPerTask = 64

  private let law: PointsLaw
  /// The points i, and for each block of them the squared distances to all other points, in order.
  private let rows: [[Int]]
  private let squares: [[Double]]

  init(_ law: PointsLaw, workers: Workers) {
    let total = law.weights.count
    let count = min(total, max(16, Self.mostPairs / total))
    let chosen = (0..<count).map { $0 * total / count }
    let rows = blocks(of: count, Self.rowsPerTask).map { Array(chosen[$0]) }
    squares = workers.map(rows.count) { block in
      var result = [Double](repeating: 0, count: rows[block].count * total)
      var (place, current) = (-1, -1)
      PairDistances(law: law).visit(rows: rows[block]) { row, column, square in
        if row != current {
          current = row
          place = rows[block].firstIndex(of: row) ?? 0
        }
        result[place * total + column] = square
      }
      return result
    }
    (self.law, self.rows) = (law, rows)
  }

  /// The likelihood's highest top on a grid of widths, refined by bisection of its slope.
  ///
  /// Between `d_min/2√D`, where every point's neighbours are four variances too far, and `2
  /// d_max/√D`, where all are four times too near, the slope goes from positive to negative.
  func bestWidth(workers: Workers) -> Double? {
    let d = Double(law.dimension)
    var (nearest, farthest) = (Double.infinity, 0.0)
    for block in squares {
      for square in block where square > 0 {
        nearest = min(nearest, square)
        farthest = max(farthest, square)
      }
    }
    guard nearest.isFinite, farthest > 0 else { return nil }
    let (low, high) = (log(nearest / d) / 2 - log(2), log(farthest / d) / 2 + log(2))
    let count = max(12, Int(2 * (high - low)))
    let grid = (0...count).map { low + (high - low) * Double($0) / Double(count) }
    let values = grid.map { likelihood(exp($0), workers: workers).value }
    guard let top = values.indices.max(by: { values[$0] < values[$1] }) else { return nil }
    var (left, right) = (grid[max(0, top - 1)], grid[min(count, top + 1)])
    for _ in 0..<20 {
      let middle = (left + right) / 2
      if likelihood(exp(middle), workers: workers).slope > 0 {
        left = middle
      } else {
        right = middle
      }
    }
    return exp((left + right) / 2)
  }

  /// The mean leave-one-out log likelihood at kernel width h, but for a constant, and its
  /// derivative by ln h: `E_i[Σ_j q_j ‖y_i − y_j‖²/h²] − D`, `q_j` the weight of j's kernel at
  /// `y_i`.
  private func likelihood(_ h: Double, workers: Workers) -> (value: Double, slope: Double) {
    let total = law.weights.count
    let parts = workers.map(rows.count) { block -> [Double] in
      var (value, slope, mass) = (0.0, 0.0, 0.0)
      for (place, row) in rows[block].enumerated() {
        var (largest, sum, first) = (-Double.infinity, 0.0, 0.0)
        for j in 0..<total where j != row {
          let square = squares[block][place * total + j] / h / h
          largest = max(largest, law.logWeights[j] - square / 2)
        }
        for j in 0..<total where j != row {
          let square = squares[block][place * total + j] / h / h
          let exponent = law.logWeights[j] - square / 2 - largest
          guard exponent > -40 else { continue }
          let e = exp(exponent)
          sum += e
          first += e * square
        }
        value += law.weights[row] * (largest + log(sum))
        slope += law.weights[row] * first / sum
        mass += law.weights[row]
      }
      return [value, slope, mass]
    }
    let sums = (0..<3).map { k in parts.reduce(0) { $0 + $1[k] } }
    let d = Double(law.dimension)
    return (sums[0] / sums[2] - d * log(h), sums[1] / sums[2] - d)
  }
}
