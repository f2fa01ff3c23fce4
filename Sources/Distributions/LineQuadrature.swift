internal import Glibc

/// Expectations over `x ~ p_σ` for points on a line, by the trapezoidal rule.
///
/// The integrands are `p_σ` times functions of the posterior. They decay like `p_σ`, and they are
/// analytic but at the zeros of `p_σ` off the real line: for two equal points `r σ` apart these lie
/// at height `π σ/r` above the middle, where `p_σ` is about `exp(−r²/8)`. A step `η σ` then errs by
/// about `r² exp(−r²/8 − 2π²/(r η))`, at most 1e-12 over all r for `η = 0.1`; unequal weights err
/// less.
struct LineQuadrature {
  /// The step in units of σ.
  private static let step = 0.1
  /// The integral runs over all x within this many σ of a point; the rest weighs 1e-18.
  private static let reach = 9.0
  /// Points farther than this many σ from x are left out: their density there is below 1e-30.
  private static let window = 12.0

  private let positions: [Double]
  private let weights: [Double]

  /// Points at `positions` with `weights`.
  init(positions: [Double], weights: [Double]) {
    let order = positions.indices.sorted { positions[$0] < positions[$1] }
    self.positions = order.map { positions[$0] }
    self.weights = order.map { weights[$0] }
  }

  /// The expectations at noise level `sigma`.
  func moments(sigma: Double) -> PosteriorMoments {
    var result = PosteriorMoments()
    let t = positions.map { $0 / sigma }
    // Beyond, doubles could not tell neighbouring nodes apart; all points are long decided.
    guard t.allSatisfy({ abs($0) < AffineFrame.resolution }) else { return result }
    let logWeights = weights.map { log($0) }
    var (low, high) = (0, 0)
    var next = -Double.infinity
    for center in t {
      // Nodes are integer multiples of the step, each visited once.
      var node = max(next, ((center - Self.reach) / Self.step).rounded(.up))
      let last = ((center + Self.reach) / Self.step).rounded(.down)
      while node <= last {
        let x = node * Self.step
        while t[low] < x - Self.window { low += 1 }
        while high < t.count && t[high] <= x + Self.window { high += 1 }
        addNode(x, t[low..<high], logWeights[low..<high], to: &result)
        node += 1
      }
      next = node
    }
    return result
  }

  /// Adds the node at `x`; positions in units of σ.
  private func addNode(
    _ x: Double, _ positions: ArraySlice<Double>, _ logWeights: ArraySlice<Double>,
    to result: inout PosteriorMoments
  ) {
    // One point alone is certain: nothing to add.
    guard positions.count > 1 else { return }
    var largest = -Double.infinity
    for k in positions.indices {
      let d = positions[k] - x
      largest = max(largest, logWeights[k] - d * d / 2)
    }
    var (sum, mean, square, first, second) = (0.0, 0.0, 0.0, 0.0, 0.0)
    for k in positions.indices {
      let d = positions[k] - x
      let a = logWeights[k] - d * d / 2 - largest
      guard a > -700 else { continue }
      let e = exp(a)
      sum += e
      mean += e * d
      square += e * d * d
      first += e * a
      second += e * a * a
    }
    let logSum = log(sum)
    mean /= sum
    first /= sum
    result.add(
      mass: Self.step * exp(largest) * sum / (2 * Double.pi).squareRoot(),
      rate: square / sum - mean * mean, entropy: logSum - first,
      squaredSurprisal: second / sum - 2 * logSum * first + logSum * logSum)
  }
}
