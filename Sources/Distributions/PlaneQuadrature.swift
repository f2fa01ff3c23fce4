internal import Glibc
internal import LinearAlgebra

/// Expectations over `x ~ p_σ` for points in a plane, by the trapezoidal rule on a square grid.
///
/// As on a line (`LineQuadrature`), a step `η σ` errs by about `r² exp(−r²/8 − 2π²/(r η))`, at most
/// 1e-7 for the step `η = 0.2` used here (3e-11 measured on pairs of points). The grid is cut into
/// tiles of 25 × 25 nodes. Gaussians in the plane are products, so the density on a tile, and every
/// sum over points that the posterior needs, is a matrix product of one factor along either axis.
/// Tiles that only one point reaches add nothing and are passed over.
struct PlaneQuadrature {
  /// Nodes along the side of a tile.
  fileprivate static let nodes = 25
  /// The step in units of σ.
  fileprivate static let step = 0.2
  /// The side of a tile in units of σ.
  fileprivate static let side = step * Double(nodes)
  /// A tile matters if two points are within this many σ of it: else it weighs below 1e-12.
  private static let reach = 7.5
  /// Points farther than this many σ from a tile are left out of it.
  private static let window = 8.5

  let u: [Double]
  let v: [Double]
  let weights: [Double]

  /// A tile by its column and row.
  private struct Tile: Hashable, Comparable {
    let column: Int
    let row: Int

    static func < (left: Tile, right: Tile) -> Bool {
      (left.row, left.column) < (right.row, right.column)
    }

    /// The squared distance of a point from the tile.
    func squaredDistance(_ u: Double, _ v: Double) -> Double {
      func gap(_ x: Double, _ index: Int) -> Double {
        let low = Double(index) * side
        return max(0, low - x, x - low - side)
      }
      let (du, dv) = (gap(u, column), gap(v, row))
      return du * du + dv * dv
    }

    /// The tiles at most two columns and rows away: all within `2 side` of any point of this one.
    var neighbourhood: [Tile] {
      (-2...2).flatMap { dr in (-2...2).map { Tile(column: column + $0, row: row + dr) } }
    }
  }

  /// The expectations at noise level `sigma`.
  func moments(sigma: Double) -> PosteriorMoments {
    let (u, v) = (u.map { $0 / sigma }, v.map { $0 / sigma })
    var result = PosteriorMoments()
    // Beyond, doubles could not tell neighbouring nodes apart; all points are long decided.
    let isResolved = { (x: Double) in abs(x) < AffineFrame.resolution }
    guard u.allSatisfy(isResolved) && v.allSatisfy(isResolved) else { return result }
    var occupants: [Tile: [Int]] = [:]
    for k in u.indices {
      let tile = Tile(
        column: Int((u[k] / Self.side).rounded(.down)), row: Int((v[k] / Self.side).rounded(.down)))
      occupants[tile, default: []].append(k)
    }
    var candidates: Set<Tile> = []
    for tile in occupants.keys { candidates.formUnion(tile.neighbourhood) }
    let workspace = TileWorkspace(weights: weights)
    // Sorted, because the order of a set differs from run to run and the sums must not.
    for tile in candidates.sorted() {
      let near = tile.neighbourhood.flatMap { occupants[$0] ?? [] }.filter {
        tile.squaredDistance(u[$0], v[$0]) <= Self.window * Self.window
      }
      let reaching = near.count { tile.squaredDistance(u[$0], v[$0]) <= Self.reach * Self.reach }
      guard reaching > 1 else { continue }
      let center = (Self.center(tile.column), Self.center(tile.row))
      workspace.sum(
        near.map { ($0, u[$0] - center.0, v[$0] - center.1) })
      workspace.addNodes(to: &result)
    }
    return result
  }

  /// The middle of a tile's nodes along one axis: its lower edge carries the first of them.
  private static func center(_ index: Int) -> Double {
    Double(index) * side + Double(nodes / 2) * step
  }
}

/// The sums over points on the nodes of one tile.
private struct TileWorkspace {
  private static let pointBlock = 256
  private static let n = PlaneQuadrature.nodes
  /// The coordinates of the nodes about the tile's centre.
  private static let coordinates = (0..<n).map { Double($0 - n / 2) * PlaneQuadrature.step }

  let weights: [Double]
  private let logWeights: [Double]
  private let arena: Arena<Double>
  /// Blocks of n rows, over the points k: `e, e a, e a², e A, e A²`, where `e = exp(A)`,
  /// `A = log w − (x − a)²/2`.
  private let left: MatrixView<Double>
  /// The same along the other axis, without the weights: `f, f b, f b², f B, f B²`.
  private let right: MatrixView<Double>
  /// `Σ_k` of the left blocks times `f`, `(5n, n)`.
  private let leftSums: MatrixView<Double>
  /// `Σ_k e` times the right blocks but the first, `(n, 4n)`.
  private let rightSums: MatrixView<Double>
  /// `Σ_k e A f B`, `(n, n)`.
  private let crossSums: MatrixView<Double>

  init(weights: [Double]) {
    let (n, block) = (Self.n, min(Self.pointBlock, weights.count))
    arena = Arena(
      capacity: Arena<Double>.capacity(for: [
        5 * n * block, 5 * n * block, 5 * n * n, 4 * n * n, n * n,
      ]))
    self.weights = weights
    logWeights = weights.map { log($0) }
    left = arena.matrix(5 * n, block)
    right = arena.matrix(5 * n, block)
    leftSums = arena.matrix(5 * n, n)
    rightSums = arena.matrix(n, 4 * n)
    crossSums = arena.matrix(n, n)
  }

  /// Overwrites the sums with those over `points`: index and coordinates about the tile's centre.
  func sum(_ points: [(index: Int, u: Double, v: Double)]) {
    let n = Self.n
    for range in blocks(of: points.count, left.columns) {
      for (k, point) in points[range].enumerated() {
        Self.fill(left, column: k, position: point.u, logWeight: logWeights[point.index])
        Self.fill(right, column: k, position: point.v, logWeight: 0)
      }
      let left = left.columns(0..<range.count)
      let right = right.columns(0..<range.count)
      let kept: Double = range.lowerBound > 0 ? 1 : 0
      leftSums.setProduct(.plain(left), .transposed(right.rows(0..<n)), keeping: kept)
      rightSums.setProduct(
        .plain(left.rows(0..<n)), .transposed(right.rows(n..<5 * n)), keeping: kept)
      crossSums.setProduct(
        .plain(left.rows(3 * n..<4 * n)), .transposed(right.rows(3 * n..<4 * n)), keeping: kept)
    }
  }

  private static func fill(
    _ factors: MatrixView<Double>, column: Int, position: Double, logWeight: Double
  ) {
    for (i, x) in coordinates.enumerated() {
      let logarithm = logWeight - (x - position) * (x - position) / 2
      let e = exp(logarithm)
      factors[i, column] = e
      factors[n + i, column] = e * position
      factors[2 * n + i, column] = e * position * position
      factors[3 * n + i, column] = e * logarithm
      factors[4 * n + i, column] = e * logarithm * logarithm
    }
  }

  /// Adds the nodes of the tile to the expectations.
  func addNodes(to result: inout PosteriorMoments) {
    let n = Self.n
    let mass = PlaneQuadrature.step * PlaneQuadrature.step / (2 * Double.pi)
    for i in 0..<n {
      for j in 0..<n {
        let p = leftSums[i, j]
        guard p > 1e-200 else { continue }
        let (a, b) = (leftSums[n + i, j] / p, rightSums[i, j] / p)
        let square = (leftSums[2 * n + i, j] + rightSums[i, n + j]) / p
        // The mean and mean square of log(w e f), the logarithm of the joint density.
        let first = (leftSums[3 * n + i, j] + rightSums[i, 2 * n + j]) / p
        let second =
          (leftSums[4 * n + i, j] + 2 * crossSums[i, j] + rightSums[i, 3 * n + j]) / p
        let logDensity = log(p)
        result.add(
          mass: mass * p, rate: square - a * a - b * b, entropy: logDensity - first,
          squaredSurprisal: second - 2 * logDensity * first + logDensity * logDensity)
      }
    }
  }
}
