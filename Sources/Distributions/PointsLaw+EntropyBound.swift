public import ForwardProcess
internal import Glibc
public import LinearAlgebra

extension PointsLaw {
  /// Work, in multiplications, that the bound may cost: some ten seconds.
  private static let budget = 1e11
  /// What a pair costs beside its D multiplications.
  private static let pairCost = 50.0
  private static let rowsPerTask = 128

  /// A bound from above on `H[y|x]` at `sigma`, in nats, from the distances of all pairs of points;
  /// nil where there are too many: `K² (D + 50) > 10¹¹`, some 30 000 points in the plane, 10 000 in
  /// 784 dimensions.
  ///
  /// `H(σ) ≤ Σ_{i≠j} √(w_i w_j) exp(−a²/8) min(c, √(2π)/a)`, `a = ‖y_i − y_j‖/σ`, `c = 0.8048`, and
  /// at most the law's entropy. Proof: `H(σ) = Σ_i w_i E_i log(1 + Σ_{j≠i} v_j)`, `v_j = w_j
  /// p_j(x)/w_i p_i(x)`, and the logarithm of a product exceeds that of a sum. Of `x = y_i + σ z`
  /// the logarithm of `p_j/p_i` is normal with mean `−a²/2` and variance a², so for `M = log v_j`,
  /// `r = log w_j/w_i`, `w_i E log(1 + v_j) = √(w_i w_j) exp(−a²/8) ∫ N(M − r; 0, a²) e^(−M/2)
  /// log(1 + e^M) dM`. The last factor is at most `max log(1 + v)/√v = 0.80474`, at `v = 3.92`,
  /// and, since the normal density is at most `1/(a √2π)` and `∫ e^(−M/2) log(1 + e^M) dM = 2π` (by
  /// parts), at most `√(2π)/a`.
  public func conditionalEntropyBound(at sigma: Double, workers: Workers) -> Double? {
    precondition(sigma > 0)
    let count = weights.count
    let work = Double(count) * Double(count) * (Double(dimension) + Self.pairCost)
    guard work <= Self.budget, let entropy else { return nil }
    let roots = weights.map { $0.squareRoot() }
    let tasks = blocks(of: count, Self.rowsPerTask)
    let sums = workers.map(tasks.count) { task in
      var sum = 0.0
      PairDistances(law: self).visit(rows: Array(tasks[task])) { row, column, square in
        let a = square.squareRoot() / sigma
        // Beyond, the exponential is 0.
        guard a < 80 else { return }
        sum += roots[row] * roots[column] * exp(-a * a / 8) * min(0.8048, Self.rootOf2Pi / a)
      }
      return sum
    }
    return min(entropy, sums.reduce(0, +))
  }

  private static let rootOf2Pi = (2 * Double.pi).squareRoot()
}

extension Law {
  /// The bounds, in nats, on the entropy that this law decides below the noise level of `point`,
  /// one of its information points: `H[y|x]` there; nil for a law that is not finite, which decides
  /// without end.
  ///
  /// Of no width where the point is exact. Else from 0 to `conditionalEntropyBound`; for more
  /// points than that can be had of, four standard errors about the sampled value, or, where that
  /// rests on rare events, up to all of the entropy.
  public func undecidedEntropy(
    below point: InformationPoint, workers: Workers
  ) -> ClosedRange<Double>? {
    guard let entropy else { return nil }
    let sampled = point.conditionalEntropy
    if let sampled, sampled.standardError == 0 {
      let value = min(max(0, sampled.value), entropy)
      return value...value
    }
    if let bound = (self as? PointsLaw)?
      .conditionalEntropyBound(at: point.sigma, workers: workers)
    {
      return 0...bound
    }
    guard let sampled, !point.restsOnRareEvents, sampled.standardError.isFinite else {
      return 0...entropy
    }
    let reach = 4 * sampled.standardError
    let lower = min(max(0, sampled.value - reach), entropy)
    return lower...min(max(lower, sampled.value + reach), entropy)
  }
}
