/// The Cholesky factor of a covariance matrix with pivoting; directions without variance drop out.
struct PivotedCholesky {
  private let size: Int
  private var order: [Int]
  private var factor: [[Double]] = []

  /// Factors the symmetric matrix `entry(i, j)`, positive semi-definite but for rounding.
  init(size: Int, entry: (Int, Int) -> Double) {
    self.size = size
    order = Array(0..<size)
    var diagonal = (0..<size).map { entry($0, $0) }
    let scale = diagonal
    for k in 0..<size {
      // The next pivot: the direction with most of its own variance left unexplained.
      func left(_ index: Int) -> Double {
        scale[order[index]] > 0 ? diagonal[order[index]] / scale[order[index]] : 0
      }
      guard let pivot = (k..<size).max(by: { left($0) < left($1) }), left(pivot) > 1e-10 else {
        break
      }
      order.swapAt(k, pivot)
      for row in factor.indices where pivot != k { factor[row].swapAt(k, pivot) }
      let root = diagonal[order[k]].squareRoot()
      var column = Array(repeating: 0.0, count: size)
      column[k] = root
      for i in k + 1..<max(size, k + 1) {
        var value = entry(order[i], order[k])
        for previous in factor { value -= previous[i] * previous[k] }
        column[i] = value / root
        diagonal[order[i]] -= column[i] * column[i]
      }
      factor.append(column)
    }
  }

  /// The solution of the system with right-hand side `b`, zero along dropped directions.
  func solve(_ b: [Double]) -> [Double] {
    var y = Array(repeating: 0.0, count: factor.count)
    for k in factor.indices {
      var value = b[order[k]]
      for j in 0..<k { value -= factor[j][k] * y[j] }
      y[k] = value / factor[k][k]
    }
    var x = Array(repeating: 0.0, count: size)
    for k in factor.indices.reversed() {
      var value = y[k]
      for i in k + 1..<max(factor.count, k + 1) { value -= factor[k][i] * x[order[i]] }
      x[order[k]] = value / factor[k][k]
    }
    return x
  }
}
