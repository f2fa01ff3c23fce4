public import ForwardProcess
internal import Glibc
public import Statistics

/// The ways to an entropy rate, by the names they have in results.
public enum Route: String, Sendable, CaseIterable {
  /// The exact rate `C(σ)` of a law.
  case exact
  /// The denoising loss from fresh samples (Equation 18 corrected), *blind*: an upper bound.
  case loss
  /// `C + δ`: the exact rate plus the sampled score-matching loss, the same bound known far better.
  case informedLoss
  /// The denoising loss from the training ledger, of the weights at the end of training.
  case trainingLoss
  /// The divergence route `D + σ² E[∇·s]` (Equation 37).
  case divergence
  /// The score-norm route `D − σ² E‖s‖²` (after Equation 14).
  case scoreNorm
  /// The scaled bound `D − A²/B`.
  case upperBound

  /// The routes of a learned score, the surest first.
  public static let learned: [Route] = [
    .informedLoss, .loss, .trainingLoss, .divergence, .scoreNorm, .upperBound,
  ]
}

/// What is known of a score function over a range of noise levels: each route's entropy rate at
/// each level beside the exact one, and their integrals.
public struct Evaluation: Sendable {
  /// One noise level.
  public struct Level: Sendable {
    /// The noise level σ.
    public let sigma: Double
    /// The exact quantities, where the law is known.
    public let exact: InformationPoint?
    /// What samples say of the learned score; nil when the model is the law itself.
    public let learned: NoiseLevelEstimate?
    /// The loss by the training ledger, where there is one that covers this level.
    public let trainingLoss: Estimate?
  }

  /// The dimension D of the space.
  public let dimension: Int
  /// The data scale `√(tr Cov/D)`, 1 where that is 0.
  public let dataScale: Double
  /// The levels, ascending.
  public let levels: [Level]
  /// What samples say of the law's own score, where that is the model; nil otherwise.
  public let sampled: SampledCurve?
  /// The Jacobian of the model's score at each level; nil where it was not taken.
  public let geometry: [LevelGeometry]?
  let integrals: RateIntegrals?
  private let ledger: LossLedger?
  let rule: LogIntegral

  /// Puts together what was computed at the same ascending `sigmas`; nil for a side that is
  /// unknown.
  public init(
    sigmas: [Double], moments: DataMoments, exact: [InformationPoint]?,
    learned: SampledCurve?, ledger: LossLedger?, sampled: SampledCurve? = nil
  ) {
    precondition(exact.map { $0.count == sigmas.count } ?? true)
    precondition(learned.map { $0.levels.count == sigmas.count } ?? true)
    dimension = moments.mean.count
    dataScale = moments.scale
    self.sampled = sampled
    geometry = (learned ?? sampled)?.geometry
    integrals = learned?.integrals
    self.ledger = ledger
    rule = LogIntegral(sigmas: sigmas)
    levels = sigmas.indices.map { index in
      Level(
        sigma: sigmas[index], exact: exact?[index], learned: learned?.levels[index],
        trainingLoss: ledger?.loss(at: sigmas[index]))
    }
  }

  /// The entropy rate of a level by a route, in nats per unit of `ln σ`; nil where it is not known.
  public func rate(_ route: Route, at level: Level) -> Estimate? {
    switch route {
    case .exact: level.exact?.entropyRate
    case .loss: level.learned?.loss
    case .trainingLoss: level.trainingLoss
    case .divergence: level.learned?.divergence
    case .scoreNorm: level.learned?.scoreNorm
    case .upperBound: level.learned?.upperBound
    case .informedLoss:
      if let exact = level.exact, let mismatch = level.learned?.scoreMatchingLoss {
        exact.entropyRate + mismatch
      } else {
        nil
      }
    }
  }

  /// The total entropy over the levels by a route, in nats: the integral of the rate over `ln σ`.
  ///
  /// nil where the rate is not known at every level, or there is only one.
  public func entropy(_ route: Route) -> Estimate? {
    guard levels.count > 1 else { return nil }
    switch route {
    case .exact:
      let rates = levels.compactMap { $0.exact?.entropyRate }
      return rates.count == levels.count ? rule.integral(rates) : nil
    case .loss: return integrals?.loss
    case .divergence: return integrals?.divergence
    case .scoreNorm: return integrals?.scoreNorm
    case .upperBound: return integrals?.upperBound
    case .informedLoss:
      guard let exact = entropy(.exact), let mismatch = integrals?.scoreMatchingLoss else {
        return nil
      }
      return exact + mismatch
    case .trainingLoss:
      // Levels share bands of the ledger: the error is that of the bands, each counted once.
      return ledger?.integral(sigmas: levels.map(\.sigma), weights: rule.weights)
    }
  }

  /// `Ĉ − C`, what a learned route is off by at a level, in nats per unit of `ln σ`; nil without an
  /// exact side.
  ///
  /// The informed loss has the exact rate in it: its error is that of δ alone. Of the others the
  /// error of an exact rate that is sampled itself adds up.
  public func error(_ route: Route, at level: Level) -> Estimate? {
    guard let exact = level.exact?.entropyRate else { return nil }
    if route == .informedLoss { return level.learned?.scoreMatchingLoss }
    return rate(route, at: level).map { $0 + exact.scaled(by: -1) }
  }

  /// `max over σ of |b̂ − b|`, the largest error of the bandwidth fraction of a learned route; nil
  /// without an exact side.
  public func maximumBandwidthError(_ route: Route) -> Double? {
    let errors = levels.compactMap { error(route, at: $0).map { abs($0.value) } }
    return errors.count == levels.count ? errors.max().map { $0 / Double(dimension) } : nil
  }

  /// The noise level at which a route's rate per `ln σ` is largest: the vertex of the parabola
  /// through the largest value and its neighbours, or the level itself at an end.
  public func peakSigma(_ route: Route) -> Double? {
    let rates = levels.compactMap { rate(route, at: $0)?.value }
    guard rates.count == levels.count, let top = rates.indices.max(by: { rates[$0] < rates[$1] })
    else { return nil }
    guard top > 0 && top + 1 < levels.count else { return levels[top].sigma }
    let x = (top - 1...top + 1).map { log(levels[$0].sigma) }
    let (left, right) = (x[1] - x[0], x[2] - x[1])
    let (rise, fall) = (rates[top] - rates[top - 1], rates[top] - rates[top + 1])
    let curvature = rise * right + fall * left
    guard curvature > 0 else { return levels[top].sigma }
    return exp(x[1] + (rise * right * right - fall * left * left) / (2 * curvature))
  }
}
