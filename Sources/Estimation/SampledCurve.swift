internal import ForwardProcess
public import Statistics

/// What samples say about a score function at several noise levels, and about its integrals.
public struct SampledCurve: Sendable {
  /// The estimates at each noise level, ascending.
  public let levels: [NoiseLevelEstimate]
  /// The integrals over the levels; nil for fewer than two.
  public let integrals: RateIntegrals?

  /// The Jacobian at each noise level; nil where none was asked for.
  public let geometry: [LevelGeometry]?

  /// Estimates as given, without Jacobians.
  init(levels: [NoiseLevelEstimate], integrals: RateIntegrals?) {
    (self.levels, self.integrals, geometry) = (levels, integrals, nil)
  }

  /// The estimates that follow from the sums of batches of samples.
  init(
    _ batches: [CurveSums], sigmas: [Double], source: any SampleSource, wideNoise: WideNoise?,
    sharesSamples: Bool
  ) {
    let rule = LogIntegral(sigmas: sigmas)
    let geometry = sigmas.indices.map { level in
      var sum = LevelGeometry(dimension: source.dimension, sigma: sigmas[level])
      for batch in batches { sum.merge(batch.geometry[level]) }
      return sum
    }
    self.geometry = geometry.contains(where: \.isEmpty) ? nil : geometry
    levels = sigmas.indices.map { level in
      NoiseLevelEstimate(
        sigma: sigmas[level],
        fit: RateFit(batches.map { $0.levels[level] }, dimension: source.dimension),
        data: source.moments, wideNoise: wideNoise)
    }
    guard sigmas.count > 1 else {
      integrals = nil
      return
    }
    integrals =
      sharesSamples
      ? RateIntegrals(
        RateFit(batches.map(\.total), dimension: source.dimension),
        gain: rule.integral(levels.map(\.scalingGain)), rule: rule)
      : RateIntegrals(independent: levels, rule: rule)
  }
}

extension SampledCurve {
  /// The levels where loss and score norm differ by more than chance allows, with probability
  /// `confidence` that none is named by chance alone.
  public func miscalibrated(confidence: Double) -> [NoiseLevelEstimate] {
    // Bonferroni: the levels share the chance of a false alarm.
    let chance = (1 - confidence) / Double(levels.count)
    return levels.filter {
      let (lower, upper) = $0.miscalibration.interval(confidence: 1 - chance)
      return lower > 0 || upper < 0
    }
  }
}

/// The integrals of the routes over `ln σ`, in nats.
///
/// Where levels share their samples these are means of the samples' own integrals, which vary far
/// less than the rates: they are known better than the sum of the levels' estimates, and differ
/// from it by no more than its error.
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

  /// Whether the standard errors allow for rare events that went unseen.
  public let restsOnRareEvents: Bool

  /// The integrals from samples that the levels share; `gain` is by how much rescaling lowers the
  /// loss.
  init(_ total: RateFit, gain: Double, rule: LogIntegral) {
    loss = total.rates.combination(0, [1, 0, 0])
    divergence = total.rates.combination(0, [0, 1, 0])
    scoreNorm = total.rates.combination(0, [-1, 2, 0])
    let bound = total.rates.combination(0, [0, 0, 1])
    upperBound = Estimate(
      loss.value - max(0, gain), standardError: bound.standardError, freedom: bound.freedom)
    scoreMatchingLoss = total.mismatch
    restsOnRareEvents = false
  }

  /// The integrals of levels with samples of their own.
  init(independent levels: [NoiseLevelEstimate], rule: LogIntegral) {
    loss = rule.integral(levels.map(\.loss))
    divergence = rule.integral(levels.map(\.divergence))
    scoreNorm = rule.integral(levels.map(\.scoreNorm))
    let bound = rule.integral(levels.map(\.upperBound))
    let gain = max(0, rule.integral(levels.map(\.scalingGain)))
    upperBound = Estimate(
      loss.value - gain, standardError: bound.standardError, freedom: bound.freedom)
    let mismatches = levels.compactMap(\.scoreMatchingLoss)
    scoreMatchingLoss = mismatches.count == levels.count ? rule.integral(mismatches) : nil
    restsOnRareEvents = levels.contains(where: \.restsOnRareEvents)
  }
}
