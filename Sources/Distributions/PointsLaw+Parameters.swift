internal import LinearAlgebra

/// What a law of points checks and prepares once.
extension PointsLaw {
  /// Indices of points are kept in 32 bits.
  private static let maximumCount = Int(Int32.max)

  /// The weights to use, one a point and normalised, or what is wrong with the parameters.
  static func validated(
    points: Matrix<Double>, weights: [Double]?
  ) throws -> [Double] {
    guard points.rows > 0 && points.columns > 0 else {
      throw LawError.invalid(
        key: "points", expected: "at least one point of at least one coordinate",
        found: "shape (\(points.rows), \(points.columns))")
    }
    guard points.rows < maximumCount else {
      throw LawError.invalid(
        key: "points", expected: "fewer than \(maximumCount) points", found: "\(points.rows)")
    }
    if let index = points.elements.firstIndex(where: { !$0.isFinite }) {
      throw LawError.invalid(
        key: "points", expected: "finite coordinates",
        found: "\(points.elements[index]) in row \(index / points.columns)"
          + ", column \(index % points.columns)")
    }
    guard let weights else {
      return Array(repeating: 1 / Double(points.rows), count: points.rows)
    }
    guard weights.count == points.rows else {
      throw LawError.invalid(
        key: "weights", expected: "\(points.rows) weights, one a point", found: "\(weights.count)")
    }
    if let index = weights.firstIndex(where: { !($0 >= 0 && $0.isFinite) }) {
      throw LawError.invalid(
        key: "weights", expected: "finite weights that are not negative",
        found: "\(weights[index]) at index \(index)")
    }
    let sum = weights.reduce(0, +)
    guard abs(sum - 1) <= 1e-6 else {
      throw LawError.invalid(key: "weights", expected: "a sum of 1 to 1e-6", found: "\(sum)")
    }
    return weights.map { $0 / sum }
  }

  /// Merges equal rows into the first of them, with the sum of their weights, and drops rows of
  /// weight 0.
  static func merge(_ points: inout Matrix<Double>, _ weights: inout [Double]) {
    addWeightsOfEqualRows(points, &weights)
    guard weights.contains(0) else { return }
    points.keepRows { weights[$0] > 0 }
    weights.removeAll { $0 == 0 }
  }

  /// Moves the weight of each row that repeats an earlier one of positive weight to that one.
  private static func addWeightsOfEqualRows(_ points: Matrix<Double>, _ weights: inout [Double]) {
    // An open hash table (Knuth, volume 3, 6.4, algorithm L) of the rows so far: at most 16 bytes a
    // row, where a dictionary of lists would cost more than a short row itself.
    let bits = Int.bitWidth - (2 * points.rows - 1).leadingZeroBitCount
    var table = [Int32](repeating: -1, count: 1 << bits)
    points.withReadOnlyView { points in
      for row in 0..<points.rows where weights[row] > 0 {
        // The high bits of the product depend on all bits of the fingerprint.
        let hash = points.row(row).fingerprint &* 0x9E37_79B9_7F4A_7C15
        var slot = Int(hash >> UInt64(UInt64.bitWidth - bits))
        while table[slot] >= 0 && !points.row(Int(table[slot])).isEqual(to: points.row(row)) {
          slot = (slot + 1) & (table.count - 1)
        }
        if table[slot] < 0 {
          table[slot] = Int32(row)
        } else {
          weights[Int(table[slot])] += weights[row]
          weights[row] = 0
        }
      }
    }
  }

  /// The weighted mean of the rows, `(1, D)`.
  static func mean(_ points: Matrix<Double>, _ weights: [Double]) -> Matrix<Double> {
    // Centred at the first point, so that points far from the origin lose no digits.
    var mean = Matrix<Double>(rows: 1, columns: points.columns)
    mean.withView { mean in
      points.withReadOnlyView { points in
        for row in 0..<points.rows {
          mean.row(0).update(adding: weights[row], times: points.row(row))
          mean.row(0).update(adding: -weights[row], times: points.row(0))
        }
        mean.row(0).update(adding: 1, times: points.row(0))
      }
    }
    return mean
  }

  /// The squared distances of the rows from `center`, `(1, D)`.
  static func squaredDistances(
    of points: Matrix<Double>, from center: Matrix<Double>
  ) -> [Double] {
    center.withReadOnlyView { center in
      points.withReadOnlyView { points in
        (0..<points.rows).map { points.row($0).squaredDistance(to: center.row(0)) }
      }
    }
  }
}
