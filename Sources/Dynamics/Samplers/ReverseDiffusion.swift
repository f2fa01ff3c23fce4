public import ForwardProcess
public import LinearAlgebra
internal import Randomness

/// The stochastic reverse process `dx = −ν² s dt + ν dW`, run backwards in time.
///
/// Ambrogioni (2025), Equation 6; Anderson (1982). In the coordinate σ one step from σ to a smaller
/// σ′ has variance `σ² − σ′²`, whatever the clock.
public struct ReverseDiffusion: Sendable {
  /// The score, learned or exact.
  public let score: any ScoreFunction

  /// The reverse process of a score function.
  public init(score: any ScoreFunction) { self.score = score }

  /// Carries points `(B, D)` at noise level `sigmas[0]` down to the last of the descending levels.
  ///
  /// Euler's and Maruyama's method, of strong order one half: one evaluation of the score a step,
  /// which adds noise of variance `σ² − σ′²`. The rows are samples `firstSample ..< firstSample +
  /// B` of the seed; `firstSample · D` is a multiple of 4.
  public func eulerMaruyama(
    from x: Matrix<Double>, sigmas: [Double], seed: UInt64, firstSample: Int = 0
  ) -> Matrix<Double> {
    carried(x, sigmas, seed: seed, firstSample: firstSample) { _, _ in 1 }
  }

  /// Carries points as `eulerMaruyama` does, by ancestral sampling.
  ///
  /// The drift is the same, the noise `(σ′/σ) √(σ² − σ′²) z` (Ho, Jain and Abbeel 2020, Equation 7,
  /// in σ): a step draws from `p(x′ | x, y)` with the denoised point for y, which is exact for data
  /// in one point, at any length of step. In the limit of short ones both are the same process.
  public func ancestral(
    from x: Matrix<Double>, sigmas: [Double], seed: UInt64, firstSample: Int = 0
  ) -> Matrix<Double> {
    carried(x, sigmas, seed: seed, firstSample: firstSample) { sigma, next in next / sigma }
  }

  /// Steps of `x ← x + (σ² − σ′²) s + share(σ, σ′) √(σ² − σ′²) z`.
  private func carried(
    _ x: Matrix<Double>, _ sigmas: [Double], seed: UInt64, firstSample: Int,
    share: (Double, Double) -> Double
  ) -> Matrix<Double> {
    precondition(x.columns == score.dimension)
    var x = x
    for (index, (sigma, next)) in zip(sigmas, sigmas.dropFirst()).enumerated() {
      let variance = sigma * sigma - next * next
      precondition(variance >= 0, "levels descend")
      let drift = score.score(at: x, sigma: sigma)
      let noise = RandomStream(seed: seed, step: UInt32(index), purpose: .sampler)
        .normals(x.rows, x.columns, firstSample: firstSample)
      let spread = share(sigma, next) * variance.squareRoot()
      x = Matrix(
        rows: x.rows, columns: x.columns,
        elements: x.elements.indices.map {
          x.elements[$0] + variance * drift.elements[$0] + spread * noise.elements[$0]
        })
    }
    return x
  }
}
