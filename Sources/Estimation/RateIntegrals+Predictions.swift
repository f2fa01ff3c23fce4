internal import ForwardProcess
internal import Statistics

extension RateIntegrals {
  /// The integrals with weights in `ln σ`, over levels that share their samples or have their own.
  init(
    _ fits: [PredictionFit], _ estimates: [NoiseLevelEstimate], weights: [Double], dimension: Int,
    data: DataMoments, sharesSamples: Bool
  ) {
    let unseen =
      sharesSamples
      ? Self.sharedAllowance(fits, weights: weights, data: data)
      : Self.independentAllowance(fits, estimates, weights: weights, data: data)
    let spent =
      sharesSamples
      ? fits[0].rates.coefficients : fits.reduce(0) { $0 + $1.rates.coefficients }
    /// The integral of `α L + β (D − A)`, the factors by level.
    func integral(_ factors: (PredictionFit) -> [Double]) -> Estimate {
      var value = 0.0
      var contributions: [Double] = []
      for (fit, weight) in zip(fits, weights) {
        let factors = factors(fit).map { weight * $0 }
        value += zip(factors, fit.rates.means).reduce(0) { $0 + $1.0 * $1.1 }
        let new = fit.rates.contributions(to: factors)
        if sharesSamples && !contributions.isEmpty {
          for index in new.indices { contributions[index] += new[index] }
        } else {
          contributions += new
        }
      }
      return Estimate(value, contributions: contributions, spent: spent).widened(by: unseen)
    }
    loss = integral { _ in [1, 0] }
    divergence = integral { _ in [0, 1] }
    scoreNorm = integral { _ in [-1, 2] }
    // To first order about each level's own ratio, as in `NoiseLevelEstimate`.
    let bound = integral { fit in
      let ratio = scalingRatio(
        loss: fit.rates.means[0], along: fit.rates.means[1], dimension: Double(dimension))
      return [ratio * ratio, 2 * ratio * (1 - ratio)]
    }
    let gain = zip(estimates, weights).reduce(0) { $0 + $1.0.scalingGain * $1.1 }
    upperBound = Estimate(
      loss.value - max(0, gain), standardError: bound.standardError, freedom: bound.freedom)
    scoreMatchingLoss = nil
    restsOnRareEvents = unseen > 0
  }

  /// What an unseen event at each level that rests on rare ones may add to the integral: levels
  /// with samples of their own miss theirs independently.
  private static func independentAllowance(
    _ fits: [PredictionFit], _ estimates: [NoiseLevelEstimate], weights: [Double], data: DataMoments
  ) -> Double {
    let squares = zip(zip(fits, estimates), weights).map { level, weight in
      let event = level.1.restsOnRareEvents ? weight * level.0.unseen(data) : 0
      return event * event
    }
    return errorFrom(variance: squares.reduce(0, +))
  }

  /// What one more sample may add to the integral, at all levels at once, if few make up the
  /// integral.
  ///
  /// A sample that is rare at one level is not at another: the samples' own integrals may be known
  /// well where the rates of most levels are not, and a sum over these would allow for what cannot
  /// be.
  private static func sharedAllowance(
    _ fits: [PredictionFit], weights: [Double], data: DataMoments
  ) -> Double {
    let integrals = fits[0].rowLosses.indices.map { row in
      zip(fits, weights).reduce(0) { $0 + $1.1 * $1.0.rowLosses[row] }
    }
    guard integrals.reduce(into: RareEvents(), { $0.add($1) }).areFew else { return 0 }
    return zip(fits, weights).reduce(0) { $0 + $1.1 * $1.0.unseen(data) }
  }
}
