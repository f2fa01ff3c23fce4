internal import LinearAlgebra

/// The nearest other points of each point of a law, with their distances.
struct NearestNeighbours: Sendable {
  /// The most neighbours kept of a point.
  static let most = 16
  /// Work, in multiplications, beyond which no neighbours are looked for: half a minute of one
  /// core.
  private static let budget = 1e12
  /// What a pair costs beside its D multiplications.
  private static let pairCost = 50.0
  private static let rowsPerTask = 128

  /// Neighbours kept of each point: at most 16, and 0 where the search would cost too much.
  let count: Int
  /// The indices of the neighbours, nearest first, `count` a point.
  let indices: [Int]
  /// Their distances.
  let distances: [Double]

  /// Finds the neighbours by blocked products, shared among `workers`.
  init(_ law: PointsLaw, workers: Workers) {
    let (K, D) = (law.points.rows, law.dimension)
    let work = Double(K) * Double(K) * (Double(D) + Self.pairCost)
    let kept = work <= Self.budget ? min(Self.most, K - 1) : 0
    count = kept
    let arena = Arena<Double>(capacity: Arena<Double>.capacity(for: [K * kept, K * kept]))
    let found = (indices: arena.matrix(K, kept), squares: arena.matrix(K, kept))
    let tasks = kept > 0 ? blocks(of: K, Self.rowsPerTask) : []
    workers.run(tasks.count) { task in
      for row in tasks[task] { found.squares.row(row).fill(.infinity) }
      PairDistances(law: law).visit(rows: Array(tasks[task])) { row, column, square in
        var (at, distances, columns) = (kept - 1, found.squares.row(row), found.indices.row(row))
        guard square < distances[at] else { return }
        while at > 0 && square < distances[at - 1] {
          distances[at] = distances[at - 1]
          columns[at] = columns[at - 1]
          at -= 1
        }
        distances[at] = square
        columns[at] = Double(column)
      }
    }
    indices = found.indices.vector.elements.map { Int($0) }
    distances = found.squares.vector.elements.map { $0.squareRoot() }
    withExtendedLifetime(arena) {}
  }
}
