public import ForwardProcess
public import LinearAlgebra
internal import Randomness

/// The stochastic reverse process `dx = −ν² s dt + ν dW`, run backwards in time.
///
/// Ambrogioni (2025), Equation 6; Anderson (1982). In the coordinate σ one step from σ to a smaller σ′
/// has variance `σ² − σ′²`, whatever the clock.
public struct ReverseDiffusion: Sendable {
  /// The score, learned or exact.
  public let score: any ScoreFunction

  /// The reverse process of a score function.
  public init(score: any ScoreFunction) { self.score = score }

  /// Carries points `(B, D)` at noise level `sigmas[0]` down to the last of the descending levels.
  ///
  /// Euler's and Maruyama's method, of strong order one half: one evaluation of the score a step. The
  /// rows are samples `firstSample ..< firstSample + B` of the seed; `firstSample · D` is a multiple of
  /// 4.
  public func eulerMaruyama(
    from x: Matrix<Double>, sigmas: [Double], seed: UInt64, firstSample: Int = 0
  ) -> Matrix<Double> {
    precondition(x.columns == score.dimension)
    var x = x
    for (index, (sigma, next)) in zip(sigmas, sigmas.dropFirst()).enumerated() {
      let variance = sigma * sigma - next * next
      precondition(variance >= 0, "levels descend")
      let drift = score.score(at: x, sigma: sigma)
      let noise = RandomStream(seed: seed, step: UInt32(index), purpose: .sampler)
        .normals(x.rows, x.columns, firstSample: firstSample)
      let spread = variance.squareRoot()
      x = Matrix(
        rows: x.rows, columns: x.columns,
        elements: x.elements.indices.map {
          x.elements[$0] + variance * drift.elements[$0] + spread * noise.elements[$0]
        })
    }
    return x
  }
}
