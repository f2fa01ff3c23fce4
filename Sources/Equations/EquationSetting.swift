internal import Distributions
internal import ForwardProcess
internal import Glibc
internal import LinearAlgebra
internal import Randomness
internal import Statistics

/// What the equations are measured on: a law, a moment of a clock, and samples there.
///
/// Three points of unequal weights in three dimensions at `σ² = 0.592`, `ν² = 2.44`: no symmetry,
/// no dimension 1 and no unit level in which a wrong sign, factor or power could hide. The points
/// lie in a plane, so that their entropies have a quadrature.
struct EquationSetting: Sendable {
  let seed: UInt64
  let workers: Workers
  /// The score of a law: its own, unless a test damages it.
  let score: @Sendable (any Law) -> any ScoreFunction
  /// The trained network, measured.
  let network: NetworkMeasurement?

  let clock = PolynomialClock()
  let time = 0.4
  let law: PointsLaw
  let samples: NoisedSamples
  /// `dH[y|x]/dt`: central differences of the quadrature of `H[y|x]`.
  let entropyRate: Measured
  /// `dH[x]/dt`: central differences of `H[x]` on a grid.
  let marginalRate: Measured

  /// Samples of one task.
  private static let blockCount = 1 << 11

  var dimension: Int { law.dimension }
  var sigma: Double { clock.sigma(time) }
  /// `σ²` and `ν²` at the moment.
  var variance: Double { clock.variance(time) }
  var rate: Double { clock.rate(time) }

  init(
    seed: UInt64, sampleCount: Int, workers: Workers, network: NetworkMeasurement?,
    score: @escaping @Sendable (any Law) -> any ScoreFunction
  ) throws {
    let law = try EquationChecker.makeLaw()
    let (clock, time) = (clock, time)
    let sigma = clock.sigma(time)
    let stream = RandomStream(
      seed: seed, step: RandomStream.evaluationSteps, purpose: .data)
    samples = NoisedSamples(
      joining: workers.map(sampleCount / Self.blockCount) { block in
        NoisedSamples(
          law, score: score(law), sigma: sigma, stream: stream, first: block * Self.blockCount,
          count: Self.blockCount)
      })
    entropyRate = FiniteDifference.derivative(
      at: time, step: 0.05, noise: Self.quadratureError
    ) { Self.conditionalEntropy(law, sigma: clock.sigma($0), workers) }
    let marginal = MarginalEntropy(law: law, workers: workers)
    marginalRate = FiniteDifference.derivative(
      at: time, step: 0.05, noise: MarginalEntropy.error
    ) { marginal.value(sigma: clock.sigma($0)) }
    (self.seed, self.workers, self.network, self.score) = (seed, workers, network, score)
    self.law = law
  }

  /// How many samples or paths a row takes that cost `cost` times as much as one of `samples`.
  func count(cost: Int) -> Int { samples.count / cost }

  /// The error of the entropies of points in a plane (`PointsLaw.informationCurve`).
  static let quadratureError = 1e-7

  /// The three points with these weights.
  static func threePoints(weights: [Double]) throws -> PointsLaw {
    try PointsLaw(
      points: Matrix([[1.1, -0.5, 0.4], [-0.9, 0.7, -0.2], [0.2, 1.3, 1.0]]), weights: weights)
  }

  /// `H[y|x]` at a noise level, by quadrature.
  static func conditionalEntropy(_ law: any Law, sigma: Double, _ workers: Workers) -> Double {
    let sampling = CurveSampling(samples: 2, seed: 0, workers: workers)
    return law.informationCurve(at: [sigma], sampling: sampling)[0].conditionalEntropy?.value
      ?? .nan
  }

  /// `C(σ)` of a law at a noise level, by quadrature.
  func optimalLoss(_ law: any Law, sigma: Double) -> Double {
    let sampling = CurveSampling(samples: 2, seed: 0, workers: workers)
    return law.informationCurve(at: [sigma], sampling: sampling)[0].entropyRate.value
  }

  /// The random numbers of equation `equation`, apart from those of all others.
  func stream(_ equation: UInt32, _ purpose: RandomPurpose = .noise) -> RandomStream {
    RandomStream(seed: seed, step: RandomStream.evaluationSteps + equation, purpose: purpose)
  }

  /// The score of `law` that is being checked, at one point.
  func score(_ law: any Law, at x: [Double], sigma: Double) -> [Double] {
    score(law).score(at: Matrix([x]), sigma: sigma).elements
  }

  /// Its Jacobian there, `(D, D)`.
  func jacobian(_ law: any Law, at x: [Double], sigma: Double) -> Matrix<Double> {
    let elements = score(law).jacobian(at: Matrix([x]), sigma: sigma).elements
    return Matrix(rows: x.count, columns: x.count, elements: elements)
  }
}

/// `log p_σ(x)` of a law at one point.
func logDensity(_ law: any Law, at x: [Double], sigma: Double) -> Double {
  law.logDensity(at: Matrix([x]), sigma: sigma)[0]
}

/// The inner product of two vectors.
func dot(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }

/// `a + scale · b`.
func sum(_ a: [Double], _ scale: Double, _ b: [Double]) -> [Double] {
  zip(a, b).map { $0 + scale * $1 }
}

/// The product of a square matrix with a vector.
func product(_ matrix: Matrix<Double>, _ vector: [Double]) -> [Double] {
  (0..<matrix.rows).map { dot(Array(matrix.row($0)), vector) }
}
