internal import Dynamics
internal import Estimation
internal import ForwardProcess
internal import JSONText
internal import Report
internal import Statistics
internal import Storage

/// The evaluation of the outputs of anyone's network: what `evaluate --predictions` shows.
struct EvaluatedPredictions: EstimateOutput {
  let folder: PredictionFolder
  /// The data set of the exact side, where one was named.
  let dataset: Dataset?
  let curve: PredictionCurve
  let evaluation: Evaluation
  /// What the predictions look like, where it is not noise.
  let mistake: PredictionTable.Mistake?
  /// Whether rows that count as independent have the same noise.
  let repeatsNoise: Bool
  let confidence: Double

  /// The routes there are.
  static let routes: [Route] = [.loss, .divergence, .scoreNorm, .upperBound]

  /// The number of noise levels in a schedule, that of Karras and others (2022) for small images.
  private static let scheduleSteps = 18

  /// Throws if an entropy rate is not a finite number.
  func checkFinite() throws {
    for level in evaluation.levels {
      for route in [.exact] + Self.routes {
        guard let rate = evaluation.rate(route, at: level), !rate.value.isFinite else { continue }
        throw Failure(
          .notFinite,
          "\(folder.path): the entropy rate by \(EvaluatedModel.name(route)) left the finite numbers "
            + "at σ = \(level.sigma)")
      }
    }
  }

  /// The total entropy by a route, in nats; nil for a single level.
  func entropy(_ route: Route) -> Estimate? {
    guard route == .exact else { return evaluation.entropy(route) }
    let rates = evaluation.levels.compactMap { $0.exact?.entropyRate }
    return rates.count == evaluation.levels.count && rates.count > 1 ? curve.integral(rates) : nil
  }

  /// An estimate from above of the error of the trapezoid rule, in nats; nil for bands, which leave
  /// no gaps, and for levels more than an e-fold apart.
  var quadratureError: Double? { curve.hasBands ? nil : evaluation.quadratureError(.loss) }

  /// Descending noise levels at equal steps of the clock that the loss tells; nil where it tells
  /// none.
  func schedule(_ kind: EntropicTime.Kind) -> [Double]? {
    let sigmas = evaluation.levels.map(\.sigma)
    guard sigmas.count > 2,
      let range = NoiseRange(minimum: sigmas[0], maximum: sigmas[sigmas.count - 1]),
      let time = EntropicTime(
        kind, sigmas: sigmas, rates: evaluation.levels.map { $0.learned?.loss.value ?? 0 })
    else { return nil }
    return NoiseSchedule.entropic(time, over: range, count: Self.scheduleSteps)
  }

  /// The levels where loss and score norm differ by more than chance allows, over all of them.
  var miscalibrated: [NoiseLevelEstimate] { curve.sampled.miscalibrated(confidence: confidence) }

  /// The fewest and the most samples of a level.
  var samples: ClosedRange<Int> {
    let counts = curve.levels.map(\.samples)
    return (counts.min() ?? 0)...(counts.max() ?? 0)
  }

  /// What stands in `prediction.npy` and what to do about it, where it is not noise.
  var mistakeWords: String? {
    guard let mistake else { return nil }
    let (name, remedy) =
      switch mistake {
      case .negativeNoise: ("the negative noise −ẑ", "change its sign")
      case .score: ("the score −ẑ/σ", "multiply it by −σ")
      case .addedNoise: ("the added noise σ ẑ", "divide it by σ")
      case .denoised: ("denoised samples ŷ", "give ẑ = (x − ŷ)/σ")
      case .flowVelocity:
        ("the velocity ẑ − ŷ of a flow", "give ẑ = (x + v)/(1 + σ) at x = y + σ z")
      case .velocity: ("the velocity v = α ẑ − ασ ŷ", "give ẑ = α (v + σ x) at x = α (y + σ z)")
      }
    return "prediction.npy looks like \(name): expected the predicted noise ẑ; \(remedy)."
  }
}
