/// Sums over samples drawn in pairs, two to a stratum, of target quantities and of control variates
/// of expectation 0.
public struct PairedMoments: Sendable, Equatable {
  /// The number of target quantities T.
  public let targets: Int
  /// The number of control variates C.
  public let controls: Int
  /// The number of pairs.
  public private(set) var pairs = 0.0
  /// The sums of the T + C quantities over all samples.
  private var sums: [Double]
  /// The sums of products `(i, j ≤ i)` of the differences, row by row.
  private var products: [Double]

  /// No samples yet.
  public init(targets: Int, controls: Int) {
    precondition(targets >= 1 && controls >= 0)
    (self.targets, self.controls) = (targets, controls)
    let n = targets + controls
    sums = Array(repeating: 0, count: n)
    products = Array(repeating: 0, count: n * (n + 1) / 2)
  }

  /// Adds a pair of samples, of whose quantities `targets` and `controls` are the places.
  public mutating func add(
    _ pair: (ArraySlice<Double>, ArraySlice<Double>), targets: Range<Int>, controls: Range<Int>
  ) {
    precondition(targets.count == self.targets && controls.count == self.controls)
    pairs += 1
    let (first, second) = (pair.0.startIndex, pair.1.startIndex)
    let n = targets.count + controls.count
    func place(_ i: Int) -> Int {
      i < targets.count ? targets.lowerBound + i : controls.lowerBound + i - targets.count
    }
    var at = 0
    for i in 0..<n {
      let (a, b) = (pair.0[first + place(i)], pair.1[second + place(i)])
      sums[i] += a + b
      let difference = a - b
      for j in 0...i {
        products[at] += difference * (pair.0[first + place(j)] - pair.1[second + place(j)])
        at += 1
      }
    }
  }

  /// Adds all samples of `other`.
  public mutating func merge(_ other: PairedMoments) {
    precondition(other.targets == targets && other.controls == controls)
    pairs += other.pairs
    for i in sums.indices { sums[i] += other.sums[i] }
    for i in products.indices { products[i] += other.products[i] }
  }

  private func mean(_ index: Int) -> Double { sums[index] / (2 * pairs) }

  private func product(_ i: Int, _ j: Int) -> Double {
    let (i, j) = (max(i, j), min(i, j))
    return products[i * (i + 1) / 2 + j]
  }

  /// The mean of target `target` without the controls, with its standard error.
  public func plainMean(_ target: Int) -> Estimate {
    guard pairs > 0 else { return Estimate(.nan, standardError: .infinity) }
    return Estimate(
      mean(target), standardError: product(target, target).squareRoot() / (2 * pairs))
  }

  /// The slopes of the targets on the controls, `(T, C)`, and the distance `c̄ᵀ S⁻¹ c̄` of the
  /// controls' means from 0, S being the sums of products of their differences.
  func regression() -> (slopes: [[Double]], leverage: Double) {
    let factor = PivotedCholesky(size: controls) { product(targets + $0, targets + $1) }
    let means = (0..<controls).map { mean(targets + $0) }
    let slopes = (0..<targets).map { t in
      factor.solve((0..<controls).map { product(targets + $0, t) })
    }
    let leverage = zip(factor.solve(means), means).reduce(0) { $0 + $1.0 * $1.1 }
    return (slopes, leverage)
  }

  /// The mean of target `t` corrected with the given slopes.
  func mean(_ t: Int, slopes: [Double]) -> Double {
    (0..<controls).reduce(mean(t)) { $0 - slopes[$1] * mean(targets + $1) }
  }

  /// The sums of products of the residuals of the targets' differences, `(T, T)`, row by row.
  func residuals(slopes: [[Double]]) -> [Double] {
    (0..<targets * targets).map { at in
      let (t, u) = (at / targets, at % targets)
      var sum = product(t, u)
      for c in 0..<controls {
        sum -= slopes[t][c] * product(targets + c, u) + slopes[u][c] * product(targets + c, t)
        for d in 0..<controls {
          sum += slopes[t][c] * slopes[u][d] * product(targets + c, targets + d)
        }
      }
      return sum
    }
  }
}
