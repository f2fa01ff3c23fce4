/// Sums over samples of a few target quantities and of control variates: quantities whose mean is
/// exactly zero.
///
/// Regressing the targets on the controls removes from their means the error that the controls
/// reveal (Owen 2013, Monte Carlo theory, chapter 8). Estimating the coefficients from the same
/// samples biases the mean by `O(controls/samples)` of its standard deviation, far below the
/// standard error. All targets are corrected with the same samples and controls, so linear
/// relations between targets survive the correction to rounding.
public struct ControlledMoments: Sendable, Equatable {
  /// The number of target quantities T.
  public let targets: Int
  /// The number of control variates.
  public let controls: Int
  /// How many samples were added, then the sums of the T + C quantities, then the sums of their
  /// products `(i, j ≤ i)` row by row.
  public private(set) var sums: [Double]

  /// How many sums there are for so many quantities: a count, the sums, the products.
  public static func size(targets: Int, controls: Int) -> Int {
    let n = targets + controls
    return 1 + n + n * (n + 1) / 2
  }

  /// No samples yet.
  public init(targets: Int, controls: Int) {
    self.init(
      targets: targets, controls: controls,
      sums: Array(repeating: 0, count: Self.size(targets: targets, controls: controls)))
  }

  /// Sums as another instance had them.
  public init(targets: Int, controls: Int, sums: [Double]) {
    precondition(targets >= 1 && controls >= 0)
    precondition(sums.count == Self.size(targets: targets, controls: controls))
    self.targets = targets
    self.controls = controls
    self.sums = sums
  }

  /// Adds one sample: the targets, then the controls.
  public mutating func add(_ quantities: [Double]) {
    let n = targets + controls
    precondition(quantities.count == n)
    sums[0] += 1
    var product = 1 + n
    for i in 0..<n {
      sums[1 + i] += quantities[i]
      for j in 0...i {
        sums[product] += quantities[i] * quantities[j]
        product += 1
      }
    }
  }

  /// Adds all samples of `other`.
  public mutating func merge(_ other: ControlledMoments) {
    precondition(other.targets == targets && other.controls == controls)
    for index in sums.indices { sums[index] += other.sums[index] }
  }

  /// The number of samples.
  public var count: Double { sums[0] }

  /// The sum of target `target` over the samples.
  public func sum(_ target: Int) -> Double { sums[1 + target] }

  /// The sum of the squares of target `target` over the samples.
  public func sumOfSquares(_ target: Int) -> Double {
    sums[1 + targets + controls + target * (target + 1) / 2 + target]
  }

  /// The plain means of the targets and controls.
  private func mean(_ index: Int) -> Double { sums[1 + index] / count }

  /// The covariance of quantities `i` and `j` over the samples.
  private func covariance(_ i: Int, _ j: Int) -> Double {
    let (i, j) = (max(i, j), min(i, j))
    let product = sums[1 + targets + controls + i * (i + 1) / 2 + j]
    return product / count - mean(i) * mean(j)
  }

  /// The mean of target `target` without the controls, with its standard error.
  public func plainMean(_ target: Int) -> Estimate {
    guard count > 1 else {
      return Estimate(count > 0 ? mean(target) : .nan, standardError: .infinity)
    }
    let variance = max(0, covariance(target, target)) / (count - 1)
    return Estimate(mean(target), standardError: variance.squareRoot())
  }

  /// The mean of each target, corrected by the controls, and the covariance matrix of the errors.
  ///
  /// The covariance is that of the regression's residuals over the samples left after its
  /// coefficients, row by row `(T, T)`. Infinite errors when there are too few samples.
  public func controlledMeans() -> (means: [Double], covariance: [Double]) {
    let freedom = count - Double(controls) - 1
    guard freedom > 0 else {
      return (
        (0..<targets).map { count > 0 ? mean($0) : .nan },
        Array(repeating: .infinity, count: targets * targets)
      )
    }
    let factor = PivotedCholesky(size: controls) { covariance(targets + $0, targets + $1) }
    let controlMeans = (0..<controls).map { mean(targets + $0) }
    let coefficients = (0..<targets).map { t in
      factor.solve((0..<controls).map { covariance(targets + $0, t) })
    }
    let means = (0..<targets).map { t in
      mean(t) - zip(coefficients[t], controlMeans).reduce(0) { $0 + $1.0 * $1.1 }
    }
    // The mean is that of a regression at controls 0: the distance of their sample mean from 0
    // adds.
    let leverage = zip(factor.solve(controlMeans), controlMeans).reduce(0) { $0 + $1.0 * $1.1 }
    var errors = Array(repeating: 0.0, count: targets * targets)
    for t in 0..<targets {
      for u in 0..<targets {
        var residual = covariance(t, u)
        for c in 0..<controls { residual -= coefficients[t][c] * covariance(targets + c, u) }
        errors[t * targets + u] = residual * (1 + leverage) / freedom
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
