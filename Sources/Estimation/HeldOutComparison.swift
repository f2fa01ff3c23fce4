public import Statistics

/// The loss of a score function on the points of its training and on points kept aside, over noise
/// levels.
///
/// The loss is the denoising loss `E‖z − ẑ‖²` of Ambrogioni (2025), Equation 10, in nats per unit of
/// `ln σ`.
public struct HeldOutComparison: Sendable {
  /// The two losses at one noise level.
  ///
  /// Standard errors are those of *points*: the spread between points counts as well as that of the
  /// noise, so they say how far the loss would be off on other points of the same origin. (The loss of
  /// `ScoreEvaluator`, of these very points, is known better.)
  public struct Level: Sendable {
    /// The noise level σ.
    public let sigma: Double
    /// The loss on the points of the training.
    public let training: Estimate
    /// The loss on the points kept aside.
    public let heldOut: Estimate
    /// The loss on the points kept aside minus that on the points of the training.
    ///
    /// Sharper than the difference of two independent estimates, as both saw the same noise.
    public let gap: Estimate

    /// Whether the loss on the points kept aside is larger by more than three standard errors.
    public var isMemorised: Bool { gap.value > 3 * gap.standardError }
  }

  /// The noise levels, ascending.
  public let levels: [Level]

  /// The onset of memorisation: the largest noise level at which the loss on held-out points exceeds
  /// that on training points by more than three standard errors, and below which it is always larger.
  ///
  /// nil if there is none: the two never part, or not to stay apart. Below the onset the sign alone is
  /// asked for, as few held-out points make the loss at the smallest levels uncertain. A score that
  /// treats both kinds of points alike has an onset once in some hundred times, by chance. The onset is
  /// one of the levels: the truth lies between it and the next.
  public var memorisationOnset: Double? {
    levels.prefix { $0.gap.value > 0 }.last { $0.isMemorised }?.sigma
  }

  init(levels: [Level]) { self.levels = levels }
}

/// What samples say of the losses at one noise level: pairs of a training and a held-out point that
/// share their noise.
struct PairedLosses: Sendable {
  /// One draw of a point and its loss.
  struct Draw: Sendable {
    /// A number that tells points apart.
    let point: UInt64
    let loss: Double
  }
  /// The draws of training and of held-out points; equal places share their noise.
  var training: [Draw] = []
  var heldOut: [Draw] = []

  /// The estimates of the level.
  ///
  /// A point drawn often is one observation, not many: with r the residuals, the variance of a mean
  /// of n draws is `Σ_points (Σ r)²/n²` (Liang and Zeger 1986). The gap has two points to a pair, so its
  /// residuals are summed over either kind and what both sums hold is taken off (Cameron, Gelbach and
  /// Miller 2011): `(Σ_training (Σ r)² + Σ_heldOut (Σ r)² − Σ r²)/n²`, and at least `Σ r²/n²`.
  func level(sigma: Double) -> HeldOutComparison.Level {
    let gaps = zip(heldOut, training).map { $0.loss - $1.loss }
    let (mean, residuals) = Self.residuals(gaps)
    let squares = residuals.reduce(0) { $0 + $1 * $1 }
    let variance =
      Self.clustered(residuals, training) + Self.clustered(residuals, heldOut) - squares
    return HeldOutComparison.Level(
      sigma: sigma, training: Self.mean(training), heldOut: Self.mean(heldOut),
      gap: Estimate(
        mean, standardError: max(variance, squares).squareRoot() / Double(gaps.count)))
  }

  /// The mean loss of some draws, each point one observation.
  private static func mean(_ draws: [Draw]) -> Estimate {
    let (mean, residuals) = residuals(draws.map(\.loss))
    return Estimate(
      mean, standardError: clustered(residuals, draws).squareRoot() / Double(draws.count))
  }

  private static func residuals(_ values: [Double]) -> (mean: Double, residuals: [Double]) {
    let mean = values.reduce(0, +) / Double(values.count)
    return (mean, values.map { $0 - mean })
  }

  /// `Σ_points (Σ r)²`, with the factor `G/(G − 1)` of a variance from G points; infinite for one.
  private static func clustered(_ residuals: [Double], _ draws: [Draw]) -> Double {
    var places: [UInt64: Int] = [:]
    // The sums in the order of their first draw, which a dictionary would not keep.
    var sums: [Double] = []
    for (residual, draw) in zip(residuals, draws) {
      if let place = places[draw.point] {
        sums[place] += residual
      } else {
        places[draw.point] = sums.count
        sums.append(residual)
      }
    }
    guard sums.count > 1 else { return .infinity }
    let factor = Double(sums.count) / Double(sums.count - 1)
    return factor * sums.reduce(0) { $0 + $1 * $1 }
  }
}
