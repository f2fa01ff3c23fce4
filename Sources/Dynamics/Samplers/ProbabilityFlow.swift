public import ForwardProcess
public import LinearAlgebra

/// The deterministic reverse flow `dx/dσ = −σ s(x, σ)`, whose marginals are those of the diffusion.
///
/// Song and others (2021), Equation 13, in the coordinate σ (Karras and others 2022, Equation 1).
public struct ProbabilityFlow: Sendable {
  /// The score, learned or exact.
  public let score: any ScoreFunction

  /// The flow of a score function.
  public init(score: any ScoreFunction) { self.score = score }

  /// Carries points `(B, D)` at noise level `sigmas[0]` down to the last of the descending levels.
  ///
  /// Heun's method, of second order: two evaluations of the score a step (Karras and others 2022,
  /// Algorithm 1).
  public func heun(from x: Matrix<Double>, sigmas: [Double]) -> Matrix<Double> {
    precondition(x.columns == score.dimension)
    var x = x
    for (sigma, next) in zip(sigmas, sigmas.dropFirst()) {
      let step = next - sigma
      let slope = velocity(at: x, sigma: sigma)
      let guess = Self.moved(x, by: step, along: slope)
      let slopeThere = velocity(at: guess, sigma: next)
      x = Self.moved(Self.moved(x, by: step / 2, along: slope), by: step / 2, along: slopeThere)
    }
    return x
  }

  /// Carries points as `heun` does, by Euler's method of first order: one evaluation a step.
  public func euler(from x: Matrix<Double>, sigmas: [Double]) -> Matrix<Double> {
    precondition(x.columns == score.dimension)
    return zip(sigmas, sigmas.dropFirst()).reduce(x) { x, levels in
      Self.moved(x, by: levels.1 - levels.0, along: velocity(at: x, sigma: levels.0))
    }
  }

  /// `dx/dσ = −σ s(x, σ)`.
  private func velocity(at x: Matrix<Double>, sigma: Double) -> Matrix<Double> {
    score.predictedNoise(at: x, sigma: sigma)
  }

  private static func moved(
    _ x: Matrix<Double>, by step: Double, along slope: Matrix<Double>
  ) -> Matrix<Double> {
    Matrix(
      rows: x.rows, columns: x.columns,
      elements: zip(x.elements, slope.elements).map { $0 + step * $1 })
  }
}
