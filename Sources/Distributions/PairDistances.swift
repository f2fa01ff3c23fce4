internal import LinearAlgebra

/// Distances between the points of a law, by blocked matrix products.
///
/// `‖a − b‖² = ‖a‖² + ‖b‖² − 2 a·b` loses `log10(‖a‖²/‖a − b‖²)` digits: where more than six would
/// go, the difference is taken coordinate by coordinate instead.
struct PairDistances {
  private static let rowBlock = 128
  private static let pointBlock = 1024
  let law: PointsLaw

  /// Calls `visit(row, column, d²)` for each of `rows`, in order, with every other point.
  func visit(rows: [Int], _ visit: (Int, Int, Double) -> Void) {
    let (K, D) = (law.points.rows, law.dimension)
    let sizes = [D, Self.rowBlock * D, Self.pointBlock * D, Self.rowBlock * Self.pointBlock]
    let arena = Arena<Double>(capacity: Arena<Double>.capacity(for: sizes))
    let negatedMean = arena.vector(D)
    negatedMean.copy(from: law.moments.mean.map { -$0 })
    let left = arena.matrix(Self.rowBlock, D)
    let right = arena.matrix(Self.pointBlock, D)
    let products = arena.matrix(Self.rowBlock, Self.pointBlock)
    law.points.withReadOnlyView { points in
      for range in blocks(of: rows.count, Self.rowBlock) {
        for (k, row) in rows[range].enumerated() { left.row(k).copy(from: points.row(row)) }
        left.prefix(range.count).addToRows(negatedMean)
        for columns in blocks(of: K, Self.pointBlock) {
          let block = right.prefix(columns.count)
          block.vector.copy(from: points.rows(columns).vector)
          block.addToRows(negatedMean)
          let products = products.prefix(range.count).columns(0..<columns.count)
          products.setProduct(.plain(left.prefix(range.count)), .transposed(block))
          for (k, row) in rows[range].enumerated() {
            for (l, column) in columns.enumerated() where column != row {
              let sum = law.squares[row] + law.squares[column]
              let expanded = sum - 2 * products[k, l]
              let squared =
                expanded > 1e-6 * sum
                ? expanded : points.row(row).squaredDistance(to: points.row(column))
              visit(row, column, squared)
            }
          }
        }
      }
    }
  }
}
