public import Distributions
public import ForwardProcess
internal import LinearAlgebra
internal import Randomness
internal import Statistics

/// A score to be measured with the law of the data it was learned from.
public struct LearnedScore: Sendable {
  /// The score: a trained network, say.
  public let score: any ScoreFunction
  /// The law of its data, whose score is exact.
  public let law: any Law
  /// The noise levels that it was trained on.
  public let range: NoiseRange

  /// A learned score; dimensions must agree.
  public init(score: any ScoreFunction, law: any Law, range: NoiseRange) {
    precondition(score.dimension == law.dimension)
    self.score = score
    self.law = law
    self.range = range
  }
}

/// What samples say about a learned score at one noise level.
///
/// Everything here must hold for any network, however badly trained, so a deviation is an error of
/// the program.
struct NetworkMeasurement: Sendable {
  let dimension: Int
  let sigma: Double
  /// The exact `C(σ)`.
  let optimalLoss: Measured
  private let z: Matrix<Double>
  private let guess: Matrix<Double>
  private let best: Matrix<Double>
  private let divergence: [Double]

  /// Measures at the level of the range where the exact rate is next to half of its maximum.
  init(_ learned: LearnedScore, samples: Int, seed: UInt64, workers: Workers) {
    let law = learned.law
    let stream = RandomStream(
      seed: seed, step: RandomStream.evaluationSteps + Self.step, purpose: .data)
    let curve = law.informationCurve(
      at: learned.range.levels(9),
      sampling: CurveSampling(samples: 1024, seed: seed, workers: workers))
    let half = (curve.map(\.entropyRate.value).max() ?? 0) / 2
    sigma =
      curve.min { abs($0.entropyRate.value - half) < abs($1.entropyRate.value - half) }?.sigma
      ?? learned.range.maximum
    dimension = law.dimension
    // Jacobians in many dimensions take time.
    let wanted = min(max(samples / dimension, 512), samples / 4)
    let count = law.affordableSamples(wanted)
    optimalLoss = Measured(
      law.informationCurve(
        at: [sigma], sampling: CurveSampling(samples: 4 * wanted, seed: seed, workers: workers))[0]
        .entropyRate)
    let noise = stream.with(.noise).normals(count, dimension)
    let x = perturbed(law.samples(count, stream: stream), noise: noise, sigma: sigma)
    z = noise
    (guess, best) = (
      Self.inBlocks(x, workers) { [sigma] in
        learned.score.predictedNoise(at: $0, sigma: sigma).elements
      }, Self.inBlocks(x, workers) { [sigma] in law.predictedNoise(at: $0, sigma: sigma).elements }
    )
    divergence =
      Self.inBlocks(x, workers) { [sigma] in learned.score.divergence(at: $0, sigma: sigma) }
      .elements
  }

  /// The step of its random streams, beyond those of all equations.
  private static let step: UInt32 = 1000

  /// The values of `body` at blocks of the rows of `x`, joined, as many columns as it gives a row.
  private static func inBlocks(
    _ x: Matrix<Double>, _ workers: Workers,
    _ body: @Sendable (Matrix<Double>) -> [Double]
  ) -> Matrix<Double> {
    let size = 256
    let parts = workers.map((x.rows + size - 1) / size) { block in
      body(x.rows(block * size..<min(x.rows, (block + 1) * size)))
    }
    let elements = Array(parts.joined())
    return Matrix(rows: x.rows, columns: elements.count / x.rows, elements: elements)
  }

  /// What a note says of the measurement.
  var summary: String {
    let loss = decomposition()
    return
      "Network: at σ = \(short(sigma)), loss \(short(loss.right)), C = \(short(optimalLoss.value))."
  }

  private func sum(_ term: (Int) -> Double) -> Double {
    (0..<dimension).reduce(0) { $0 + term($1) }
  }

  private func compare(_ sides: (Int) -> (Double, Double)) -> EquationComparison {
    EquationComparison(paired: z.rows, sides)
  }

  /// `‖z − ẑ‖²` of a sample.
  private func loss(_ i: Int) -> Double {
    sum { (z[i, $0] - guess[i, $0]) * (z[i, $0] - guess[i, $0]) }
  }

  /// `‖ẑ* − ẑ‖²` of a sample, `ẑ*` the exact prediction.
  private func mismatch(_ i: Int) -> Double {
    sum { (best[i, $0] - guess[i, $0]) * (best[i, $0] - guess[i, $0]) }
  }

  /// `δ + C` against the denoising loss, C exact (Equations 9 and 18).
  func decomposition() -> EquationComparison {
    EquationComparison(compare { (mismatch($0), loss($0)) }, addingLeft: optimalLoss)
  }

  /// `δ` against the loss less that of the exact score on the same samples (Equation 9).
  func pairedDecomposition() -> EquationComparison {
    compare { i in
      (mismatch(i), loss(i) - sum { (z[i, $0] - best[i, $0]) * (z[i, $0] - best[i, $0]) })
    }
  }

  /// The slopes of `δ` and of the loss in the scale of the prediction (after Equation 9).
  func slopes() -> EquationComparison {
    compare { i in
      (
        sum { 2 * (guess[i, $0] - z[i, $0]) * guess[i, $0] },
        sum { 2 * (guess[i, $0] - best[i, $0]) * guess[i, $0] }
      )
    }
  }

  /// The trace of the Jacobian against Stein's identity: `offset + scale · E[∇·ŝ]` and
  /// `offset − scale · E[z·ẑ]/σ²`.
  func divergence(scale: Double = 1, offset: Double = 0) -> EquationComparison {
    compare { i in
      let stein = -sum { z[i, $0] * guess[i, $0] } / (sigma * sigma)
      return (offset + scale * divergence[i], offset + scale * stein)
    }
  }

  /// The mean of the loss and the score-norm route, `(L + D − B)/2`, against the divergence route
  /// `D + σ² E[∇·ŝ]`, times `scale` (Equation 37).
  func routes(scale: Double) -> EquationComparison {
    let d = Double(dimension)
    return compare { i in
      let norm = d - sum { guess[i, $0] * guess[i, $0] }
      return (
        scale * (loss(i) + norm) / 2, scale * (d + sigma * sigma * divergence[i])
      )
    }
  }
}
