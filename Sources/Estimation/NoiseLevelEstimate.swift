internal import ForwardProcess
public import Statistics

/// What samples at one noise level say about a score function, in nats per unit of `ln σ`.
///
/// With `A = E[z·ẑ]` and `B = E‖ẑ‖²` of the predicted noise `ẑ = −σ s`, every route is a function
/// of the two (MATHEMATICS, "Three estimates"); all are taken from the same samples with the same
/// control variates, so `(loss + scoreNorm)/2 = divergence` to rounding.
public struct NoiseLevelEstimate: Sendable {
  /// The noise level σ.
  public let sigma: Double
  /// The denoising loss `L = E‖z − ẑ‖² = D − 2A + B` of Equation 10.
  ///
  /// The entropy rate by Equation 18 corrected, never below it. *Blind*: nothing of the law is used
  /// but its samples, mean and variance.
  public let loss: Estimate
  /// The divergence route `D + σ² E[∇·s] = D − A`, by Stein's identity (Equation 37).
  public let divergence: Estimate
  /// The score-norm route `D − σ² E‖s‖² = D − B` (after Equation 14).
  public let scoreNorm: Estimate
  /// The loss after the best rescaling of the prediction, `D − A²/B`: never above the loss.
  public let upperBound: Estimate
  /// By how much rescaling lowers the loss, `(B − A)²/B` without its sampling bias: below 0 by
  /// chance.
  let scalingGain: Double
  /// `L − (D − B) = 2(B − A)`: 0 for the exact score.
  public let miscalibration: Estimate
  /// The score-matching loss `δ = E‖ẑ* − ẑ‖²` against the exact prediction ẑ* (Equation 8), where
  /// known.
  public let scoreMatchingLoss: Estimate?
  /// Whether the loss consists of so few large terms that its standard error says little.
  public let restsOnRareEvents: Bool
}

extension NoiseLevelEstimate {
  /// The estimates that follow from the fit of a level, for data with these moments.
  init(sigma: Double, fit: RateFit, data: DataMoments, wideNoise: WideNoise?) {
    self.init(
      sigma: sigma, dimension: fit.dimension, mismatch: fit.mismatch,
      isRare: fit.losses.matter(
        sigma: sigma, dataScale: data.scale,
        tailWeight: wideNoise?.tailWeight(samples: fit.losses.count) ?? 1),
      rates: { fit.rates.combination(0, [$0, $1, 0]) },
      widened: {
        fit.losses.widened($0, sigma: sigma, totalVariance: data.totalVariance)
      })
  }

  /// The estimates that follow from the means of L and `D − A`, of which `rates(α, β)` tells
  /// `α L + β (D − A)` with its standard error, `widened` where rare events matter.
  init(
    sigma: Double, dimension d: Double, mismatch: Estimate?, isRare: Bool,
    rates: (Double, Double) -> Estimate, widened: (Estimate) -> Estimate
  ) {
    func combination(_ alpha: Double, _ beta: Double) -> Estimate {
      isRare ? widened(rates(alpha, beta)) : rates(alpha, beta)
    }
    self.sigma = sigma
    loss = combination(1, 0)
    divergence = combination(0, 1)
    scoreNorm = combination(-1, 2)
    miscalibration = combination(2, -2)
    // D − A²/B = L − (B − A)²/B, and (B − A)² exceeds the true square by the variance on average.
    let (l, along) = (loss.value, divergence.value)
    let distance = rates(1, -1)
    let square = distance.value * distance.value - distance.standardError * distance.standardError
    let norm = d - 2 * along + l
    scalingGain = norm > 0 && square.isFinite ? min(square / norm, max(0, l)) : 0
    // The bound's gradient by (A, B) is (−2r, r²), r = A/B: its error to first order.
    let ratio = scalingRatio(loss: l, along: along, dimension: d)
    let slope = combination(ratio * ratio, 2 * ratio * (1 - ratio))
    upperBound = Estimate(
      loss.value - max(0, scalingGain), standardError: slope.standardError, freedom: slope.freedom)
    scoreMatchingLoss = mismatch
    restsOnRareEvents = isRare
  }
}
