internal import Distributions
internal import ForwardProcess
internal import Glibc
internal import LinearAlgebra
internal import Randomness
internal import Statistics

/// Samples of a finite law at one noise level, with the score that is being checked and, by Bayes'
/// theorem alone, what the score is to be compared with.
struct NoisedSamples: Sendable {
  let count: Int
  let dimension: Int
  let sigma: Double
  /// The noise, `(B, D)`.
  let z: Matrix<Double>
  /// The noised points, `(B, D)`.
  let x: Matrix<Double>
  /// The score being checked, `(B, D)`, and its divergence, `(B)`.
  let score: Matrix<Double>
  let divergence: [Double]
  /// `E[z|x] = (x − E[y|x])/σ` by Bayes' theorem, `(B, D)`.
  let bayesNoise: Matrix<Double>
  /// `tr Cov(y|x)` by Bayes' theorem, `(B)`.
  let posteriorVariance: [Double]
  /// `−log p(y|x)` of the point that was drawn, `(B)`.
  let surprisal: [Double]

  /// Samples `first ..< first + count` of a stream.
  init(
    _ law: PointsLaw, score: any ScoreFunction, sigma: Double, stream: RandomStream, first: Int,
    count: Int
  ) {
    let y = law.samples(count, stream: stream, firstSample: first)
    z = stream.with(.noise).normals(count, law.dimension, firstSample: first)
    x = perturbed(y, noise: z, sigma: sigma)
    self.score = score.score(at: x, sigma: sigma)
    divergence = score.divergence(at: x, sigma: sigma)
    (self.count, dimension, self.sigma) = (count, law.dimension, sigma)
    var noise = Matrix<Double>(rows: count, columns: law.dimension)
    var (variances, surprisals) = ([Double](), [Double]())
    for row in 0..<count {
      let point = Array(x.row(row))
      let posterior = BayesPosterior(law, at: point, sigma: sigma)
      for j in point.indices { noise[row, j] = (point[j] - posterior.mean[j]) / sigma }
      variances.append(posterior.totalVariance)
      let drawn = law.weights.indices.first { law.points.row($0) == y.row(row) } ?? 0
      surprisals.append(-log(posterior.probabilities[drawn]))
    }
    (bayesNoise, posteriorVariance, surprisal) = (noise, variances, surprisals)
  }

  /// The samples of several blocks as one.
  init(joining blocks: [NoisedSamples]) {
    func joined(_ part: (NoisedSamples) -> Matrix<Double>) -> Matrix<Double> {
      Matrix(
        rows: blocks.reduce(0) { $0 + $1.count }, columns: blocks[0].dimension,
        elements: Array(blocks.map { part($0).elements }.joined()))
    }
    count = blocks.reduce(0) { $0 + $1.count }
    (dimension, sigma) = (blocks[0].dimension, blocks[0].sigma)
    z = joined(\.z)
    x = joined(\.x)
    score = joined(\.score)
    bayesNoise = joined(\.bayesNoise)
    divergence = Array(blocks.map(\.divergence).joined())
    posteriorVariance = Array(blocks.map(\.posteriorVariance).joined())
    surprisal = Array(blocks.map(\.surprisal).joined())
  }

  /// A point as an array, `(D)`.
  func point(_ sample: Int) -> [Double] { Array(x.row(sample)) }

  /// The mean of a quantity over the samples.
  func mean(_ quantity: (Int) -> Double) -> Measured {
    var moments = RunningMoments()
    for sample in 0..<count { moments.add(quantity(sample)) }
    return Measured(moments.mean)
  }

  /// Two means over these samples, compared by their paired differences.
  func compare(_ sides: (Int) -> (Double, Double)) -> EquationComparison {
    EquationComparison(paired: count, sides)
  }

  /// `Σ_j term(j)` over the coordinates.
  func sum(_ term: (Int) -> Double) -> Double { (0..<dimension).reduce(0) { $0 + term($1) } }

  /// `‖s‖²` of a sample.
  func scoreNorm(_ i: Int) -> Double { sum { score[i, $0] * score[i, $0] } }

  /// Coordinate `j` of a noise prediction that is far from the best one, as a poor network's.
  func guess(_ i: Int, _ j: Int) -> Double { 0.8 * bayesNoise[i, j] + 0.3 * cos(x[i, j]) }
}
