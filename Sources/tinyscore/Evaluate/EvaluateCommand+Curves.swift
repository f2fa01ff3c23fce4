internal import Distributions
internal import Estimation
internal import ForwardProcess
internal import LinearAlgebra

extension Evaluate {
  /// Samples at which a law's own score is put through all routes, beside its exact curve.
  private static let ownSamples = 2048
  /// Numbers that the Jacobians of one level may have: what they cost beside the scores is then
  /// little.
  private static let jacobianNumbers = 1 << 18
  private static let mostJacobians = 512

  /// What samples say of the score of a model: of a network's, or of a law's own.
  func curves(
    of model: Model, law: any Law, at sigmas: [Double], workers: Workers
  ) -> (learned: SampledCurve?, sampled: SampledCurve?) {
    switch model {
    case .network(let checkpoint, _):
      let score = checkpoint.score(weights)
      let evaluator = ScoreEvaluator(
        score: score, source: law, exact: law, samplesPerLevel: samples,
        exactSamples: law.affordableSamples(samples), jacobianSamples: jacobianSamples(of: score),
        seed: common.seed)
      return (evaluator.curve(at: sigmas, workers: workers), nil)
    case .exact:
      let count = law.affordableSamples(min(samples, Self.ownSamples))
      let evaluator = ScoreEvaluator(
        score: law, source: law, exact: nil, samplesPerLevel: count,
        jacobianSamples: min(count, jacobianSamples(of: law)), hasCheapDivergence: true,
        seed: common.seed)
      return (nil, evaluator.curve(at: sigmas, workers: workers))
    }
  }

  /// The losses of a network on its training points and on those that were held out.
  func comparison(
    of model: Model, law: any Law, heldOut: any Law, at sigmas: [Double], workers: Workers
  ) -> HeldOutComparison? {
    guard case .network(let checkpoint, _) = model else { return nil }
    return HeldOutEvaluator(
      score: checkpoint.score(weights), training: law, heldOut: heldOut,
      samplesPerLevel: samples, seed: common.seed
    ).comparison(at: sigmas, workers: workers)
  }

  /// What reverse paths of a model and its data say of when they decide.
  func decisions(
    of model: Model, law: any Law, _ evaluation: Evaluation, workers: Workers
  ) -> DecisionFindings {
    guard paths > 0 else { return .none }
    return DecisionFindings(
      model, law: law, weights: weights, evaluation: evaluation, paths: paths,
      sampling: CurveSampling(samples: samples, seed: common.seed, workers: workers))
  }

  /// The samples of a level at which the Jacobian of a score is taken: none in many dimensions.
  private func jacobianSamples(of score: some ScoreFunction) -> Int {
    let count = Self.jacobianNumbers / (score.dimension * score.dimension)
    let cost = (score as? PointsLaw).map { max(1, $0.weights.count / 1000) } ?? 1
    return count / cost < 32 ? 0 : min(samples, Self.mostJacobians, count / cost)
  }
}
