internal import ForwardProcess
internal import Glibc
internal import LinearAlgebra
internal import Randomness
public import Statistics

/// How many points of a finite law are still possible at a noise level.
public struct ActiveSet: Sendable {
  /// The noise level.
  public let sigma: Double
  /// The mean over `x ~ p_σ` of `1/Σ_j p(y_j|x)²`: the number m of Ambrogioni (2025), Equations 15
  /// and 16, where all m points have the posterior weight 1/m.
  public let size: Estimate
  /// The mean over `x ~ p_σ` of the largest posterior weight.
  public let largestWeight: Estimate
  /// The mean squared norm `E‖s‖² = (D − E tr Cov(y|x)/σ²)/σ²` of the score at the same points, in
  /// 1/length²: Equation 16 has it fall as 1/m.
  public let scoreSquaredNorm: Estimate
}

extension PointsLaw {
  /// The active sets at noise levels `sigmas`, from the same clean points and noise at every level,
  /// so that errors are alike and curves smooth.
  ///
  /// Takes as many samples of a level as `affordableSamples` allows.
  public func activeSets(at sigmas: [Double], sampling: CurveSampling) -> [ActiveSet] {
    let count = max(2, affordableSamples(sampling.samples))
    let blocks = blocks(of: count, 64)
    let squared = squaredWeights
    let stream = RandomStream(
      seed: sampling.seed, step: RandomStream.evaluationSteps, purpose: .path)
    let parts = sampling.workers.map(blocks.count * sigmas.count) { task -> [[Double]] in
      let block = blocks[task % blocks.count]
      let y = samples(block.count, stream: stream, firstSample: block.lowerBound)
      let z = stream.normals(block.count, dimension, firstSample: block.lowerBound)
      return activeSets(y, z, sigma: sigmas[task / blocks.count], squared)
    }
    return sigmas.indices.map { level in
      let rows = parts[level * blocks.count..<(level + 1) * blocks.count].flatMap(\.self)
      let (sigma, d) = (sigmas[level], Double(dimension))
      let rate = Estimate(meanOf: rows.map { $0[2] })
      return ActiveSet(
        sigma: sigma, size: Estimate(meanOf: rows.map { $0[0] }),
        largestWeight: Estimate(meanOf: rows.map { $0[1] }),
        scoreSquaredNorm: rate.scaled(by: -1 / sigma / sigma, offset: d / sigma / sigma))
    }
  }

  /// The law of the same points with weights `w²/Σ w²`, and `log Σ w²`.
  private var squaredWeights: (law: PointsLaw, logSum: Double) {
    let squares = weights.map { $0 * $0 }
    let sum = squares.reduce(0, +)
    guard let law = try? PointsLaw(points: points, weights: squares.map { $0 / sum }) else {
      preconditionFailure("the squares of weights are weights")
    }
    return (law, log(sum))
  }

  /// The sizes, largest weights and rates at `y + σ z`, one row a sample.
  ///
  /// With `Z = Σ w_j exp(−‖x − y_j‖²/2σ²)`, `Σ p_j² = Σ w_j² exp(−‖x − y_j‖²/σ²)/Z²`: the same sum
  /// of weights `w²` at noise level `σ/√2`, so both are densities, `1/Σ p_j² = (4πσ²)^{D/2}
  /// p_σ(x)²/(Σ w² · q_{σ/√2}(x))`.
  private func activeSets(
    _ y: Matrix<Double>, _ z: Matrix<Double>, sigma: Double,
    _ squared: (law: PointsLaw, logSum: Double)
  ) -> [[Double]] {
    let x = perturbed(y, noise: z, sigma: sigma)
    let posterior = posterior(at: x, sigma: sigma)
    let densities = squared.law.logDensity(at: x, sigma: sigma / 2.0.squareRoot())
    let volume = Double(dimension) / 2 * (log(4 * Double.pi) + 2 * log(sigma))
    return densities.indices.map { row in
      let size = exp(2 * posterior.logDensity[row] - densities[row] + volume - squared.logSum)
      return [size, 1 - posterior.doubt[row], posterior.totalVariance[row] / sigma / sigma]
    }
  }
}
