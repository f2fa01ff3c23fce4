internal import Glibc

/// Means of several target quantities, corrected by control variates of expectation 0, from samples
/// drawn in pairs: two to a stratum.
///
/// Slopes and errors come from the differences within pairs, so that what differs between strata,
/// and is no error, counts neither for the slopes nor for the errors (Cochran 1977, 5A.12). With pairs of
/// independent samples these are the usual ones. A regression by least squares removes from the means
/// what the controls reveal of their error (Owen 2013, chapter 8); slopes estimated from the same samples
/// bias a mean by `O(controls/pairs)` of its standard deviation, far below the standard error. All
/// targets are corrected alike, so linear relations between them survive to rounding.
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

  /// Adds a pair of samples: the targets, then the controls, of each.
  public mutating func add(_ first: ArraySlice<Double>, _ second: ArraySlice<Double>) {
    let n = targets + controls
    precondition(first.count == n && second.count == n)
    pairs += 1
    let (a, b) = (first.startIndex, second.startIndex)
    var at = 0
    for i in 0..<n {
      sums[i] += first[a + i] + second[b + i]
      let difference = first[a + i] - second[b + i]
      for j in 0...i {
        products[at] += difference * (first[a + j] - second[b + j])
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

  /// The mean of each target, corrected by the controls, and the covariance matrix of the errors.
  ///
  /// The covariance is that of the regression's residuals over the pairs left after its slopes, row
  /// by row `(T, T)`. Infinite errors when there are too few pairs.
  public func controlledMeans() -> (means: [Double], covariance: [Double]) {
    let freedom = pairs - Double(controls)
    guard freedom > 0 else {
      return (
        (0..<targets).map { pairs > 0 ? mean($0) : .nan },
        Array(repeating: .infinity, count: targets * targets)
      )
    }
    let factor = PivotedCholesky(size: controls) { product(targets + $0, targets + $1) }
    let controlMeans = (0..<controls).map { mean(targets + $0) }
    let slopes = (0..<targets).map { t in
      factor.solve((0..<controls).map { product(targets + $0, t) })
    }
    let means = (0..<targets).map { t in
      mean(t) - zip(slopes[t], controlMeans).reduce(0) { $0 + $1.0 * $1.1 }
    }
    // The mean is that of a regression at controls 0: the distance of their sample mean from 0 adds.
    let leverage = zip(factor.solve(controlMeans), controlMeans).reduce(0) { $0 + $1.0 * $1.1 }
    var errors = Array(repeating: 0.0, count: targets * targets)
    for t in 0..<targets {
      for u in 0..<targets {
        var residual = product(t, u)
        for c in 0..<controls { residual -= slopes[t][c] * product(targets + c, u) }
        errors[t * targets + u] = residual / freedom * (1 / (4 * pairs) + leverage)
      }
    }
    return (means, errors)
  }

  /// The mean of target `target`, corrected by the controls, with its standard error.
  public func controlledMean(_ target: Int) -> Estimate {
    let (means, errors) = controlledMeans()
    return Estimate(
      means[target], standardError: errorFrom(variance: errors[target * targets + target]))
  }
}
