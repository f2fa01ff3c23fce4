internal import Distributions
internal import Dynamics
internal import Estimation
internal import ForwardProcess
internal import LinearAlgebra
internal import Statistics
internal import Storage

/// When single paths of a model decide, and when its data do: what `evaluate --paths` adds.
struct DecisionFindings {
  /// Surprisals along reverse paths; nil for a single level, and where no paths are asked for.
  let pathwise: PathEnsemble?
  /// How many paths that are.
  let paths: Int
  /// How many points are still possible; nil for continuous data.
  let activeSets: [ActiveSet]?
  /// Typical points beside the fixed points they flow to, by the model's own score.
  let typicalSets: [TypicalSet]?
  /// How perturbations of the model's reverse flow grow; nil for a single level, and without paths.
  let growth: [GrowthLevel]?
  let regimes: DynamicalRegimes?
  /// Where the data decide most, and where the network does.
  let exactPeaks: InformationPeaks?
  let learnedPeaks: InformationPeaks?
  /// The samples of active sets and regimes, and those of typical sets and growth.
  let samples: Int
  let typicalSamples: Int

  /// The largest dimension in which a network's divergence is taken along paths, and any spectrum.
  private static let mostDimensions = 8
  /// The largest step of paths in ln σ, and the most steps of one.
  private static let largestStep = 0.05
  private static let mostSteps = 2000.0
  /// One typical point for so many paths.
  private static let pathsPerTypicalPoint = 16

  /// Nothing.
  static let none = DecisionFindings(
    pathwise: nil, paths: 0, activeSets: nil, typicalSets: nil, growth: nil, regimes: nil,
    exactPeaks: nil,
    learnedPeaks: nil, samples: 0, typicalSamples: 0)
}

extension DecisionFindings {
  /// What `paths` paths find at the levels of `evaluation`.
  init(
    _ model: Model, law: any Law, weights: Checkpoint.Weights, evaluation: Evaluation, paths: Int,
    sampling: CurveSampling
  ) {
    let sigmas = evaluation.levels.map(\.sigma)
    let points = law as? PointsLaw
    let network = Self.network(model, weights)
    let score = network ?? law
    // The score of a law that is neither a network's nor a sum over points is a quadrature.
    let isDear = network == nil && points == nil
    let count = max(2, isDear ? paths / 4 : law.affordableSamples(paths))
    let typical = max(2, count / Self.pathsPerTypicalPoint)
    let few = CurveSampling(
      samples: max(2, paths), seed: sampling.seed, workers: sampling.workers)
    let pathwise = Self.pathwise(
      score, law, isNetwork: network != nil, at: sigmas, count: count, sampling)
    let exactPeaks = Self.peaks(of: law, evaluation, sampling: sampling)
    self.init(
      pathwise: pathwise, paths: count,
      activeSets: points?.activeSets(at: sigmas, sampling: few),
      typicalSets: TypicalSet.at(
        sigmas, score: score, source: law, count: typical, seed: sampling.seed,
        workers: sampling.workers),
      growth: Self.growth(score, law, at: sigmas, count: typical, sampling),
      regimes: DynamicalRegimes(law, sampling: few), exactPeaks: exactPeaks,
      learnedPeaks: network == nil
        ? nil : Self.learnedPeaks(evaluation, pathwise, exact: exactPeaks),
      samples: points.map { $0.affordableSamples(few.samples) } ?? 0, typicalSamples: typical)
  }

  /// The learned score of a model, or nil.
  private static func network(
    _ model: Model, _ weights: Checkpoint.Weights
  ) -> (any ScoreFunction)? {
    guard case .network(let checkpoint, _) = model else { return nil }
    return checkpoint.score(weights)
  }

  private static func pathwise(
    _ score: any ScoreFunction, _ law: any Law, isNetwork: Bool, at sigmas: [Double], count: Int,
    _ sampling: CurveSampling
  ) -> PathEnsemble? {
    guard sigmas.count > 1 else { return nil }
    return PathwiseEntropy(
      score: score, source: law, posterior: (law as? PointsLaw).map { PointsSurprisal($0) },
      rule: isNetwork && law.dimension > mostDimensions ? .leftPoint : .symmetric, count: count,
      largestStep: largestStep(sigmas), seed: sampling.seed
    ).ensemble(at: sigmas, workers: sampling.workers)
  }

  private static func growth(
    _ score: any ScoreFunction, _ law: any Law, at sigmas: [Double], count: Int,
    _ sampling: CurveSampling
  ) -> [GrowthLevel]? {
    guard sigmas.count > 1 else { return nil }
    return PerturbationGrowth(score: score).levels(
      at: sigmas, source: law, count: count, largestStep: 2 * largestStep(sigmas),
      withSpectra: law.dimension <= mostDimensions, seed: sampling.seed,
      workers: sampling.workers)
  }

  private static func largestStep(_ sigmas: [Double]) -> Double {
    guard let range = NoiseRange(minimum: sigmas[0], maximum: sigmas[sigmas.count - 1]) else {
      return largestStep
    }
    return max(largestStep, range.logWidth / mostSteps)
  }

  /// The peaks of the exact curve, from levels near enough to show them all.
  private static func peaks(
    of law: any Law, _ evaluation: Evaluation, sampling: CurveSampling
  ) -> InformationPeaks? {
    let points = evaluation.levels.compactMap(\.exact)
    guard points.count == evaluation.levels.count, evaluation.isDense else { return nil }
    return InformationPeaks(points) { law.informationCurve(at: $0, sampling: sampling) }
  }

  /// The peaks of a network's loss and of its pathwise variance, of the informed ones where the law
  /// is known.
  private static func learnedPeaks(
    _ evaluation: Evaluation, _ pathwise: PathEnsemble?, exact: InformationPeaks?
  ) -> InformationPeaks? {
    func rates(_ route: Route) -> [Estimate]? {
      let known = evaluation.levels.compactMap { evaluation.rate(route, at: $0) }
      return known.count == evaluation.levels.count ? known : nil
    }
    guard let losses = rates(.informedLoss) ?? rates(.loss), evaluation.isDense else { return nil }
    let points = evaluation.levels.compactMap(\.exact)
    let variances = pathwise.map { paths in
      evaluation.levels.indices.compactMap { k in
        informedVariance(paths, k, exact: evaluation.levels[k].exact) ?? paths.surprisalVariance(k)
      }
    }
    return InformationPeaks(
      sigmas: evaluation.levels.map(\.sigma), rates: losses, surprisalVariances: variances,
      exact: exact.flatMap { points.count == evaluation.levels.count ? (points, $0) : nil })
  }

  /// The variance of the surprisal by the score at level `k`: the exact one, and the score's excess
  /// on the paths; nil where either is not known.
  static func informedVariance(
    _ paths: PathEnsemble, _ k: Int, exact: InformationPoint?
  ) -> Estimate? {
    guard let exact = exact?.surprisalVariance, let excess = paths.surprisalVarianceExcess(k) else {
      return nil
    }
    return exact + excess
  }
}
