internal import Distributions
internal import Dynamics
internal import ForwardProcess
internal import LinearAlgebra
internal import Randomness
internal import ScoreNetwork
internal import Storage

/// The fixed points of a model with what they were made from: what the outputs of `bifurcations`
/// show.
struct AnalyzedBranchings {
  /// The fixed points of one score.
  struct Side {
    let score: any ScoreFunction
    let diagram: FixedPointDiagram
    /// How many of the points that the search began with ended on a ridge, which has no fixed point
    /// of its own.
    let flat: Int
  }

  let model: Model
  let dataset: Dataset
  let range: NoiseRange
  let exact: Side
  /// The learned side, of a checkpoint.
  let learned: Side?
  /// What the learned side misses and invents.
  let comparison: DiagramComparison?
  let samples: Int
  let seed: UInt64
  let weights: Checkpoint.Weights
  /// The direction that figures show, of unit length: that in which the data vary most.
  let axis: [Double]

  /// Points of a law, at most, each of which has a path: the work grows with their square.
  private static let mostPoints = 5000

  /// Samples from which stable fixed points are searched, unless told.
  static let defaultSamples = 512

  /// The distance of the mean from the origin, in data scales, from which on points are centred.
  private static let farOrigin = 10.0

  /// Follows all paths; `progress` is told how many of them are done.
  init(
    _ model: Model, dataset: Dataset, weights: Checkpoint.Weights, samples: Int, seed: UInt64,
    workers: Workers, progress: (Int, Int) -> Void
  ) throws {
    self.model = model
    self.dataset = dataset
    (self.samples, self.seed, self.weights) = (samples, seed, weights)
    let law = dataset.law
    axis = Self.principalAxis(law)
    var networkRange: NoiseRange?
    if case .network(let checkpoint, _) = model { networkRange = checkpoint.configuration.range }
    range = networkRange ?? law.noiseRange
    if let points = law as? PointsLaw, points.weights.count > Self.mostPoints {
      throw Failure(
        .malformedData,
        "\(dataset.name): expected at most \(Self.mostPoints) points, each of which has a path, found "
          + "\(points.weights.count); take a part of them")
    }
    exact = Self.exactSide(
      law, range: range, samples: samples, seed: seed, workers: workers, progress: progress)
    guard case .network(let checkpoint, _) = model else {
      (learned, comparison) = (nil, nil)
      return
    }
    let side = Self.learnedSide(
      checkpoint.score(weights).pointwise(), law: law, range: range,
      samples: samples, seed: seed, workers: workers, progress: progress)
    learned = side
    comparison = DiagramComparison(exact: exact.diagram, learned: side.diagram)
  }

  /// The direction in which the data vary most; the first axis where their covariance is not known.
  private static func principalAxis(_ law: any Law) -> [Double] {
    let dimension = law.dimension
    guard dimension > 1, let covariance = law.covariance, let eigen = SymmetricEigen(covariance)
    else { return (0..<dimension).map { $0 == 0 ? 1 : 0 } }
    return Array(eigen.vectors.row(dimension - 1))
  }

  private static func exactSide(
    _ law: any Law, range: NoiseRange, samples: Int, seed: UInt64, workers: Workers,
    progress: (Int, Int) -> Void
  ) -> Side {
    if let points = law as? PointsLaw {
      return pointsSide(points, range: range, workers: workers, progress: progress)
    }
    let stream = RandomStream(seed: seed, step: 0, purpose: .sampler)
    let starts = law.samples(samples, stream: stream)
    return side(
      law, starts: starts, mean: law.moments.mean, range: levels(law, range), isLearned: false,
      workers: workers, progress: progress)
  }

  /// The fixed points of a set of points, found about their mean where the origin is so far that it
  /// would cost digits.
  private static func pointsSide(
    _ law: PointsLaw, range: NoiseRange, workers: Workers, progress: (Int, Int) -> Void
  ) -> Side {
    let count = law.weights.count
    let isFar = law.moments.mean.contains { abs($0) > Self.farOrigin * law.moments.scale }
    let mean = isFar ? law.moments.mean : law.moments.mean.map { _ in 0 }
    let centred = Matrix(
      rows: count, columns: mean.count,
      elements: (0..<count).flatMap { k in zip(law.points.row(k), mean).map { $0 - $1 } })
    // Points that differ only by what the mean's digits leave of them become one.
    guard let centredLaw = try? PointsLaw(points: centred, weights: law.weights) else {
      preconditionFailure("weights of a law are weights")
    }
    let search = FixedPointSearch(
      points: centredLaw.points, weights: centredLaw.weights, score: PointwiseScore(centredLaw),
      range: range.minimum...range.maximum)
    let diagram = search.diagram(workers: workers) { progress($0, centredLaw.weights.count) }
    return Side(score: PointwiseScore(law), diagram: diagram.shifted(by: mean), flat: 0)
  }

  /// The fixed points of a network, from the data and from samples of its own.
  private static func learnedSide(
    _ score: some ScoreFunction, law: any Law, range: NoiseRange, samples: Int, seed: UInt64,
    workers: Workers, progress: (Int, Int) -> Void
  ) -> Side {
    let (dimension, moments) = (law.dimension, law.moments)
    let stream = RandomStream(seed: seed, step: 1, purpose: .sampler)
    let baseline = GaussianBaseline(law) ?? GaussianBaseline(isotropic: moments)
    let x = baseline.samples(samples, sigma: range.maximum, stream: stream)
    let own = ProbabilityFlow(score: score).heun(
      from: x, sigmas: NoiseSchedule.karras(range, count: 33))
    let data = (law as? PointsLaw)?.points ?? law.samples(samples, stream: stream)
    let starts = Matrix(
      rows: data.rows + samples, columns: dimension, elements: data.elements + own.elements)
    return side(
      score, starts: starts, mean: moments.mean, range: levels(law, range), isLearned: true,
      workers: workers, progress: progress)
  }

  /// The noise levels of a search: of continuous data from a part of their scale on, as below
  /// nothing pulls a point to anywhere.
  private static func levels(_ law: any Law, _ range: NoiseRange) -> ClosedRange<Double> {
    guard law.entropy == nil else { return range.minimum...range.maximum }
    return max(range.minimum, min(0.05 * law.moments.scale, range.maximum / 2))...range.maximum
  }

  /// The fixed points of a score whose stable ones at small noise are to be found.
  private static func side(
    _ score: any ScoreFunction, starts: Matrix<Double>, mean: [Double],
    range: ClosedRange<Double>, isLearned: Bool, workers: Workers, progress: (Int, Int) -> Void
  ) -> Side {
    let modes = ModeSearch(
      score: score, points: starts, sigma: range.lowerBound, workers: workers)
    let search = FixedPointSearch(
      score: score, starts: modes.modes,
      startLevels: Array(repeating: range.lowerBound, count: modes.modes.rows), mean: mean,
      range: range, isLearned: isLearned)
    let count = modes.modes.rows
    return Side(
      score: score, diagram: search.diagram(workers: workers) { progress($0, count) },
      flat: modes.flat)
  }
}
