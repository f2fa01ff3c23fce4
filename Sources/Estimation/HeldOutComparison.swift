public import Statistics

/// The loss of a score function on the points of its training and on points kept aside, over noise
/// levels.
///
/// The loss is the denoising loss `E‖z − ẑ‖²` of Ambrogioni (2025), Equation 10, in nats per unit
/// of `ln σ`.
public struct HeldOutComparison: Sendable {
  /// The two losses at one noise level.
  ///
  /// Standard errors are those of *points*: the spread between points counts as well as that of the
  /// noise, so they say how far the loss would be off on other points of the same origin. (The loss
  /// of `ScoreEvaluator`, of these very points, is known better.)
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

    /// How far the held-out points stand above the training points in the order of their losses, in
    /// standard deviations of what chance does to points of one kind (Mann and Whitney 1947).
    ///
    /// The gap of the means rests on the few points that are missed most; the order counts all
    /// alike.
    public let separation: Double

    /// Whether held-out points lose more than training points, by more than three standard
    /// deviations.
    public var isMemorised: Bool { separation > 3 }
  }

  /// The noise levels, ascending.
  public let levels: [Level]

  /// The onset of memorisation: the largest noise level at which held-out points lose more than
  /// training points, and below which their mean loss is always larger.
  ///
  /// "More" is by three standard deviations of the order of the points' losses (`separation`). nil
  /// if there is no such level: the two never part, or not to stay apart. A score that treats both
  /// kinds of points alike has an onset once in some hundred times, by chance. The onset is one of
  /// the levels: the truth lies between it and the next.
  public var memorisationOnset: Double? {
    levels.prefix { $0.gap.value > 0 }.last { $0.isMemorised }?.sigma
  }

  /// The integral of the loss on the points kept aside over `ln σ`, in nats.
  ///
  /// Of the law that the points come from an upper bound of the entropy between the levels; nil for a
  /// single level. All levels have the same points, so their errors add up as they are, which is the
  /// most they can.
  public var heldOutEntropy: Estimate? {
    guard levels.count > 1 else { return nil }
    let weights = LogIntegral(sigmas: levels.map(\.sigma)).weights
    return zip(levels, weights).reduce(Estimate(0)) { sum, pair in
      let (loss, weight) = (pair.0.heldOut, pair.1)
      return Estimate(
        sum.value + weight * loss.value,
        standardError: sum.standardError + abs(weight) * loss.standardError)
    }
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
  /// of n draws is `Σ_points (Σ r)²/n²` (Liang and Zeger 1986). The gap has two points to a pair,
  /// so its residuals are summed over either kind and what both sums hold is taken off (Cameron,
  /// Gelbach and Miller 2011): `(Σ_training (Σ r)² + Σ_heldOut (Σ r)² − Σ r²)/n²`, and at least `Σ
  /// r²/n²`.
  func level(sigma: Double) -> HeldOutComparison.Level {
    let gaps = zip(heldOut, training).map { $0.loss - $1.loss }
    let (mean, residuals) = Self.residuals(gaps)
    let squares = residuals.reduce(0) { $0 + $1 * $1 }
    let variance =
      Self.clustered(residuals, training) + Self.clustered(residuals, heldOut) - squares
    return HeldOutComparison.Level(
      sigma: sigma, training: Self.mean(training), heldOut: Self.mean(heldOut),
      gap: Estimate(
        mean, standardError: max(variance, squares).squareRoot() / Double(gaps.count)),
      separation: Self.separation(Self.meanLosses(heldOut), Self.meanLosses(training)))
  }

  /// The mean loss of each point that was drawn.
  private static func meanLosses(_ draws: [Draw]) -> [Double] {
    var sums: [UInt64: RunningMoments] = [:]
    for draw in draws { sums[draw.point, default: RunningMoments()].add(draw.loss) }
    return sums.values.map(\.mean.value)
  }

  /// The rank-sum statistic of `high` against `low`, standardised: `(U − nm/2)/√(nm(n + m + 1)/12)`
  /// with U the number of pairs in which the one of `high` is larger, ties counted half.
  static func separation(_ high: [Double], _ low: [Double]) -> Double {
    guard !high.isEmpty && !low.isEmpty else { return 0 }
    let low = low.sorted()
    /// How many of `low` come before the first that `isBeyond`.
    func place(_ isBeyond: (Double) -> Bool) -> Double {
      var (from, to) = (0, low.count)
      while from < to {
        let middle = (from + to) / 2
        if isBeyond(low[middle]) { to = middle } else { from = middle + 1 }
      }
      return Double(from)
    }
    let pairs = high.reduce(0.0) { sum, value in
      sum + (place { $0 >= value } + place { $0 > value }) / 2
    }
    let (n, m) = (Double(high.count), Double(low.count))
    return (pairs - n * m / 2) / (n * m * (n + m + 1) / 12).squareRoot()
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
