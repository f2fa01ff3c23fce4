internal import ForwardProcess
public import Statistics

/// What samples say about a score function at several noise levels, and about its integrals.
public struct SampledCurve: Sendable {
  /// The estimates at each noise level, ascending.
  public let levels: [NoiseLevelEstimate]
  /// The integrals over the levels; nil for fewer than two.
  public let integrals: RateIntegrals?

  /// The estimates that follow from the sums of all samples.
  init(
    _ sums: CurveSums, sigmas: [Double], rule: LogIntegral, source: some SampleSource,
    design: SamplingDesign
  ) {
    let data = source.moments
    var fits = sums.levels.map { RateFit($0, dimension: source.dimension) }
    var total = RateFit(sums.total, dimension: source.dimension)
    if design.sharesSamples {
      Self.reconcile(&fits, with: total, weights: rule.weights)
    } else {
      total = RateFit(independent: fits, weights: rule.weights)
    }
    levels = zip(sigmas, zip(sums.levels, fits)).map { sigma, level in
      NoiseLevelEstimate(sigma: sigma, sums: level.0, fit: level.1, data: data)
    }
    integrals =
      sigmas.count > 1
      ? RateIntegrals(
        total, bounds: levels.map(\.upperBound.value), rule: rule,
        mismatch: sums.total.checkedMismatch) : nil
  }

  /// Moves the means of the levels so that their integrals are those of the total.
  ///
  /// The total is known better than what the levels add up to, as its samples' errors at different levels
  /// cancel. What is missing falls to each level in proportion to its part of the variance: the
  /// regression of the levels on the sum's error, a small part of each one's standard error.
  private static func reconcile(_ fits: inout [RateFit], with total: RateFit, weights: [Double]) {
    let shares = zip(fits, weights).map { $0.variance([-2, 1, 0]) * $1 }
    let sum = zip(shares, weights).reduce(0) { $0 + $1.0 * $1.1 }
    guard sum > 0 && sum.isFinite else { return }
    for target in 0..<2 {
      let gap =
        total.means[target]
        - zip(fits, weights).reduce(0) { $0 + $1.0.means[target] * $1.1 }
      for level in fits.indices { fits[level].means[target] += gap * shares[level] / sum }
    }
  }
}

/// The integrals of the routes over `ln σ`, in nats, from samples that the levels share.
public struct RateIntegrals: Sendable {
  /// The integral of the denoising loss, at least the entropy.
  public let loss: Estimate
  /// That of the divergence route.
  public let divergence: Estimate
  /// That of the score-norm route.
  public let scoreNorm: Estimate
  /// That of the scaled bound.
  public let upperBound: Estimate
  /// That of the score-matching loss, where it is known at every level.
  public let scoreMatchingLoss: Estimate?

  init(_ total: RateFit, bounds: [Double], rule: LogIntegral, mismatch: Estimate?) {
    let width = rule.weights.reduce(0, +)
    let d = total.dimension * width
    loss = total.combination(d, [-2, 1, 0])
    divergence = total.combination(d, [-1, 0, 0])
    scoreNorm = total.combination(d, [0, -1, 0])
    upperBound = Estimate(
      zip(rule.weights, bounds).reduce(0) { $0 + $1.0 * $1.1 },
      standardError: total.combination(0, [0, 0, 1]).standardError)
    scoreMatchingLoss = mismatch
  }
}
