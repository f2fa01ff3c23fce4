import Distributions
import Estimation
import ForwardProcess
import LinearAlgebra
import Randomness
import ScoreNetwork
import Testing
import Training

/// The linear field `s(x) = J x`, which need not be a gradient: its Jacobian is known.
struct LinearField: ScoreFunction {
  let matrix: Matrix<Double>

  var dimension: Int { matrix.rows }

  func score(at x: Matrix<Double>, sigma: Double) -> Matrix<Double> {
    .product(x, matrix, transposingRight: true)
  }

  func jacobian(at x: Matrix<Double>, sigma: Double) -> Matrix<Double> {
    Matrix(
      rows: x.rows, columns: dimension * dimension,
      elements: Array(repeatElement(matrix.elements, count: x.rows).joined()))
  }

  /// The field of a matrix of standard normals.
  static func random(_ dimension: Int, seed: UInt64) -> LinearField {
    LinearField(
      matrix: RandomStream(seed: seed, step: 0, purpose: .test).normals(dimension, dimension))
  }

  /// `2 Σ_{i≠j} S_ij²` with the symmetric part S: the variance of one probe of the trace.
  var probeVariance: Double {
    var sum = 0.0
    for i in 0..<dimension {
      for j in 0..<dimension where i != j {
        let mean = (matrix[i, j] + matrix[j, i]) / 2
        sum += 2 * mean * mean
      }
    }
    return sum
  }
}

/// A score, the law of the samples that it is looked at with, and a name for the report.
struct Example: CustomTestStringConvertible, Sendable {
  let testDescription: String
  let law: any Law
  let score: any ScoreFunction

  init(_ name: String, _ law: any Law, score: (any ScoreFunction)? = nil) {
    (testDescription, self.law, self.score) = (name, law, score ?? law)
  }

  /// One law of every kind, and a network before and after a little training.
  static let all: [Example] = laws + networks

  static let laws: [Example] = make {
    [
      Example("points", try PointsLaw(points: Matrix([[1, 0, 2], [0, 1, 1], [-1, 0.2, 0]]))),
      Example("gaussian", try gaussian),
      Example("mixture", try mixture),
      Example("sphere", try HypersphereLaw(dimension: 4, radius: 1)),
      Example("box", try BoxLaw(lower: [0, -1], upper: [1, 0.5])),
      Example("checkerboard", try CheckerboardLaw(cells: 4, width: 0.5)),
      Example("curve", try CurveLaw(shape: .twoMoons)),
    ]
  }

  private static let networks: [Example] = make {
    let law = try mixture
    let state = TrainingState(
      configuration: configuration(law, seed: 4), moments: law.moments, bandCount: 1)
    let last = state.network.layers[2].weight
    last.copy(
      from: RandomStream(seed: 4, step: 0, purpose: .test).normals(3, 24).elements.map { Float($0) }
    )
    let random = ScoreNetwork(
      parameters: state.network.copy(as: Double.self),
      embedding: NoiseEmbedding(frequencies: state.embedding.frequencies),
      preconditioning: state.preconditioning)
    return [
      Example("random network", law, score: random),
      Example("trained network", law, score: try trained(law)),
    ]
  }

  static var gaussian: GaussianLaw {
    get throws {
      try GaussianLaw(
        mean: [1, -2, 0], covariance: Matrix([[2, 0.5, 0], [0.5, 1, 0], [0, 0, 0]]))
    }
  }

  static var mixture: GaussianMixtureLaw {
    get throws {
      try GaussianMixtureLaw(
        components: [
          GaussianLaw(
            mean: [1, 0, -1], covariance: Matrix([[1, 0.2, 0], [0.2, 0.6, 0.1], [0, 0.1, 0.4]])),
          GaussianLaw(mean: [-1, 1, 0], standardDeviations: [0.5, 0.1, 1.5]),
        ], weights: [0.6, 0.4])
    }
  }

  private static func configuration(_ law: any Law, seed: UInt64) -> TrainingConfiguration {
    TrainingConfiguration(
      steps: 200, batch: 128, width: 24, depth: 2, activation: .silu, optimizer: .adam,
      learningRate: 0.01, averageDecay: 0.9, range: law.noiseRange, seed: seed, holdout: 0)
  }

  /// A network after two hundred steps.
  private static func trained(_ law: any Law) throws -> ScoreNetwork<Float> {
    let trainer = Trainer(
      configuration: configuration(law, seed: 3), source: law, workers: Workers(count: 2))
    for _ in 0..<200 { try trainer.advance() }
    return ScoreNetwork(
      parameters: trainer.state.average, embedding: trainer.state.embedding,
      preconditioning: trainer.state.preconditioning)
  }

  /// What `make` makes of parameters that are known to be right.
  private static func make(_ make: () throws -> [Example]) -> [Example] {
    guard let examples = try? make() else { preconditionFailure("an example is invalid") }
    return examples
  }

  /// `count` noised samples and their noise, `(count, D)`.
  func noised(_ count: Int, sigma: Double, seed: UInt64) -> (x: Matrix<Double>, z: Matrix<Double>) {
    let stream = RandomStream(seed: seed, step: 0, purpose: .test)
    let z = stream.with(.noise).normals(count, law.dimension)
    return (perturbed(law.samples(count, stream: stream), noise: z, sigma: sigma), z)
  }
}
