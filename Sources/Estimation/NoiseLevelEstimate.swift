internal import ForwardProcess
public import Statistics

/// What samples at one noise level say about a score function, in nats per unit of `ln σ`.
///
/// With `A = E[z·ẑ]` and `B = E‖ẑ‖²` of the predicted noise `ẑ = −σ s`, every route is a function of
/// the two (MATHEMATICS, "Three estimates"); all are taken from the same samples with the same control
/// variates, so `(loss + scoreNorm)/2 = divergence` to rounding.
public struct NoiseLevelEstimate: Sendable {
  /// The noise level σ.
  public let sigma: Double
  /// The denoising loss `L = E‖z − ẑ‖² = D − 2A + B` of Equation 10.
  ///
  /// The entropy rate by Equation 18 corrected, never below it. *Blind*: nothing of the law is used but
  /// its samples, mean and variance.
  public let loss: Estimate
  /// The divergence route `D + σ² E[∇·s] = D − A`, by Stein's identity (Equation 37).
  public let divergence: Estimate
  /// The score-norm route `D − σ² E‖s‖² = D − B` (after Equation 14).
  public let scoreNorm: Estimate
  /// The loss after the best rescaling of the prediction, `D − A²/B`: never above the loss.
  public let upperBound: Estimate
  /// `L − (D − B) = 2(B − A)`: 0 for the exact score.
  public let miscalibration: Estimate
  /// The score-matching loss `δ = E‖ẑ* − ẑ‖²` against the exact prediction ẑ* (Equation 8), where known.
  public let scoreMatchingLoss: Estimate?
  /// Whether the loss consists of so few large terms that its standard error says little.
  public let restsOnRareEvents: Bool
}

/// The sums over samples from which the estimates at one noise level follow.
struct LevelSums: Sendable {
  /// Targets `z·ẑ` and `‖ẑ‖²`; controls `‖z‖² − D`, `(y − E y)·z`, `‖y − E y‖² − tr Cov y`.
  var moments = ControlledMoments(targets: 2, controls: 3)
  /// The score-matching loss of each sample, where the exact score is known.
  var mismatch = RunningMoments()
  /// How the denoising losses and the score-matching losses are spread over the samples.
  var losses = RareEvents()
  var mismatches = RareEvents()

  mutating func merge(_ other: LevelSums) {
    moments.merge(other.moments)
    mismatch.merge(other.mismatch)
    losses.merge(other.losses)
    mismatches.merge(other.mismatches)
  }

  /// The estimates, for data with these moments.
  func estimate(sigma: Double, data: DataMoments) -> NoiseLevelEstimate {
    let d = Double(data.mean.count)
    let (means, covariance) = moments.controlledMeans()
    let (a, b) = (means[0], means[1])
    let restsOnRareEvents = losses.matter(sigma: sigma, dataScale: data.scale)
    /// `offset + α a + β b` with the standard error of the correlated means.
    func combination(_ offset: Double, _ alpha: Double, _ beta: Double) -> Estimate {
      let variance =
        alpha * alpha * covariance[0] + 2 * alpha * beta * covariance[1]
        + beta * beta * covariance[3]
      let widened =
        restsOnRareEvents
        ? losses.widened(variance, sigma: sigma, totalVariance: data.totalVariance) : variance
      return Estimate(offset + alpha * a + beta * b, standardError: errorFrom(variance: widened))
    }
    let ratio = b > 0 ? a / b : 0
    return NoiseLevelEstimate(
      sigma: sigma, loss: combination(d, -2, 1), divergence: combination(d, -1, 0),
      scoreNorm: combination(d, 0, -1),
      // The gradient of D − a²/b is (−2a/b, a²/b²): the error of a ratio to first order.
      upperBound: Estimate(
        d - a * ratio, standardError: combination(0, -2 * ratio, ratio * ratio).standardError),
      miscalibration: combination(0, -2, 2),
      scoreMatchingLoss: mismatch.count > 0
        ? mismatches.checkedMismatch(mismatch.mean) : nil,
      restsOnRareEvents: restsOnRareEvents)
  }
}
