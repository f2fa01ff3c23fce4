internal import Glibc

/// The coefficients of one update by Adam (Kingma and Ba 2015, Algorithm 1) and of the weights'
/// average.
struct UpdateRates: Sendable {
  /// The decay of the averaged gradient.
  let beta1: Float
  /// The decay of the averaged squared gradient.
  let beta2: Float
  /// The step size, bias correction included.
  let rate: Float
  /// What is added to the root of the second moment, bias correction included.
  let epsilon: Float
  /// The share of the new weights in their average.
  let averageWeight: Float

  private static let epsilon = 1e-8

  /// No update at all.
  init() { (beta1, beta2, rate, epsilon, averageWeight) = (0, 0, 0, 1, 0) }

  /// The update of step `step`, counted from 0.
  init(_ configuration: TrainingConfiguration, step: Int) {
    let t = Double(step + 1)
    let (beta1, beta2) = configuration.optimizer.decays
    // m̂/(√v̂ + ε) with m̂ = m/(1 − β₁ᵗ), v̂ = v/(1 − β₂ᵗ), the corrections moved into rate and ε.
    let correction = (1 - pow(beta2, t)).squareRoot()
    rate = Float(configuration.learningRate(step: step) * correction / (1 - pow(beta1, t)))
    epsilon = Float(Self.epsilon * correction)
    (self.beta1, self.beta2) = (Float(beta1), Float(beta2))
    // A plain mean until there are enough steps for the exponential one to forget the start.
    averageWeight = Float(max(1 - configuration.averageDecay, 1 / t))
  }
}
