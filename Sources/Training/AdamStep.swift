internal import Glibc
internal import LinearAlgebra

/// The coefficients of one Adam update (Kingma and Ba 2015, Algorithm 1) with the weights' average.
struct AdamStep: Sendable {
  private static let beta1 = 0.9
  private static let beta2 = 0.999
  private static let epsilon = 1e-8
  private let rate: Float
  private let epsilon: Float
  private let averageWeight: Float

  /// The update of step `step`, counted from 0.
  init(_ configuration: TrainingConfiguration, step: Int) {
    let t = Double(step + 1)
    // m̂/(√v̂ + ε) with m̂ = m/(1 − β₁ᵗ), v̂ = v/(1 − β₂ᵗ), the corrections moved into rate and ε.
    let correction = (1 - pow(Self.beta2, t)).squareRoot()
    rate = Float(
      configuration.learningRate(step: step) * correction / (1 - pow(Self.beta1, t)))
    epsilon = Float(Self.epsilon * correction)
    // A plain mean until there are enough steps for the exponential one to forget the start.
    averageWeight = Float(max(1 - configuration.averageDecay, 1 / t))
  }

  /// Updates one slice of the parameters and of their average.
  func update(_ state: TrainingState, gradient: VectorView<Float>, _ slice: Range<Int>) {
    state.network.all[slice].updateByAdam(
      gradient: gradient[slice], first: state.firstMoment.all[slice],
      second: state.secondMoment.all[slice], average: state.average.all[slice],
      beta1: Float(Self.beta1), beta2: Float(Self.beta2), rate: rate, epsilon: epsilon,
      averageWeight: averageWeight)
  }
}
