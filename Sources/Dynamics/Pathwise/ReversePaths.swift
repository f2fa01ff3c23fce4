public import ForwardProcess
public import LinearAlgebra
internal import Randomness
public import Statistics

/// The posterior entropies that genuine reverse paths meet, which no y was given to.
///
/// Equation 6 in the coordinate `u = x/σ²` is `du = E[y|x] dλ + dB` with `λ = 1/σ²`: noise that
/// does not depend on u. Heun's method then has weak order 2 (Kloeden and Platen 1992, 15.1): `x′ =
/// r² x + (1 − r²) ½ (ŷ + ŷ′) + σ′ √(1 − r²) ξ`, `r = σ′/σ`, ŷ′ at Euler's x′ with the same ξ.
public struct ReversePaths: Sendable {
  /// The score, learned or exact.
  public let score: any ScoreFunction
  /// The data, at whose noised points paths begin.
  public let source: any SampleSource
  /// The exact posterior of the data.
  public let posterior: any PosteriorFunction
  /// The number of paths.
  public let count: Int
  /// The largest step in ln σ.
  public let largestStep: Double
  /// The seed of the paths.
  public let seed: UInt64

  /// Paths of a task: as many as a network takes at once.
  private static let blockSize = 128

  /// A measurement over `count` paths, at least two.
  public init(
    score: any ScoreFunction, source: any SampleSource, posterior: any PosteriorFunction,
    count: Int, largestStep: Double = 0.05, seed: UInt64
  ) {
    precondition(score.dimension == source.dimension && count >= 2 && largestStep > 0)
    (self.score, self.source, self.posterior) = (score, source, posterior)
    (self.count, self.largestStep, self.seed) = (count, largestStep, seed)
  }

  /// The mean and the variance over paths of the posterior entropy at each of the ascending
  /// `sigmas`, in nats and nats².
  public func posteriorEntropies(
    at sigmas: [Double], workers: Workers
  ) -> [(mean: Estimate, variance: Estimate)] {
    let blocks = stride(from: 0, to: count, by: Self.blockSize).map {
      $0..<min(count, $0 + Self.blockSize)
    }
    let parts = workers.map(blocks.count) { entropies(of: blocks[$0], at: sigmas) }
    return sigmas.indices.map { k in
      let values = parts.flatMap { $0[k] }
      return (Estimate(meanOf: values), Estimate(varianceOf: values))
    }
  }

  /// The posterior entropies of paths `range`, by level and path.
  private func entropies(of range: Range<Int>, at sigmas: [Double]) -> [[Double]] {
    let start = BridgePaths(source, range: range, sigma: sigmas[sigmas.count - 1], seed: seed)
    var (x, sigma, step) = (start.x, start.sigma, UInt32(0))
    var result: [[Double]] = Array(repeating: [], count: sigmas.count)
    for level in sigmas.indices.reversed() {
      for next in NoiseSteps.places(from: sigma, to: sigmas[level], largest: largestStep) {
        step += 1
        let stream = RandomStream(
          seed: seed, step: RandomStream.evaluationSteps + step, purpose: .path)
        let noise = stream.normals(x.rows, x.columns, firstSample: range.lowerBound)
        x = advanced(x, from: sigma, to: next, noise: noise)
        sigma = next
      }
      result[level] = posterior.information(of: nil, at: x, sigma: sigma).entropies
    }
    return result
  }

  /// One step of Heun's method.
  private func advanced(
    _ x: Matrix<Double>, from sigma: Double, to next: Double, noise: Matrix<Double>
  ) -> Matrix<Double> {
    let ratio = next / sigma
    let share = (1 - ratio) * (1 + ratio)
    func moved(towards y: Matrix<Double>) -> Matrix<Double> {
      var result = x
      result.withView { result in
        y.withReadOnlyView {
          result.vector.update(scale: ratio * ratio, adding: share, times: $0.vector)
        }
        noise.withReadOnlyView {
          result.vector.update(adding: next * share.squareRoot(), times: $0.vector)
        }
      }
      return result
    }
    let here = score.denoised(at: x, sigma: sigma)
    var mean = score.denoised(at: moved(towards: here), sigma: next)
    mean.withView { mean in
      here.withReadOnlyView { mean.vector.update(scale: 0.5, adding: 0.5, times: $0.vector) }
    }
    return moved(towards: mean)
  }
}
