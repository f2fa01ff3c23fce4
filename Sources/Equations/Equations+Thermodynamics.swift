internal import Distributions
internal import Glibc
internal import LinearAlgebra

extension EquationSetting {
  static let thermodynamics: [@Sendable (EquationSetting) -> () throws -> EquationRow] = [
    equation46, afterEquation46,
  ]

  /// `dH[x]/dt = D ν²/2σ² − dH[y|x]/dt`.
  private func equation46() -> EquationRow {
    EquationRow(
      "46", "dH[x]/dt = D ν²/2σ² − dH[y|x]/dt",
      printed: EquationComparison(
        marginalRate,
        entropyRate.scaled(by: -1, offset: Double(dimension) * rate / (2 * variance))),
      note: "Left by central differences of H[x] on a grid in three dimensions, right of the "
        + "quadrature of H[y|x]. Error: of the differences.")
  }

  /// The conditional entropy is non-negative: its rate is; a differential entropy may be negative.
  private func afterEquation46() throws -> EquationRow {
    let narrow = try GaussianLaw(mean: [0, 0, 0], standardDeviations: [0.1, 0.05, 0.2])
    let entropy = Self.conditionalEntropy(narrow, sigma: sigma, workers)
    let rates = [0.02, 0.1, 0.4, 1.2].map { time in
      let loss = optimalLoss(narrow, sigma: clock.sigma(time))
      return EquationComparison(
        FiniteDifference.derivative(at: time, step: time / 20) {
          Self.conditionalEntropy(narrow, sigma: clock.sigma($0), workers)
        }, Measured(abs(clock.rate(time) / (2 * clock.variance(time)) * loss)))
    }
    return EquationRow(
      "after 46", "H[y|x] ≥ 0: H = |H|",
      printed: EquationComparison(Measured(entropy), Measured(abs(entropy))),
      correctedStatement: "dH[y|x]/dt ≥ 0", corrected: .worst(rates),
      note: "A narrow normal law, in nats. Corrected: dH/dt ≥ 0; its differences at four times "
        + "against |C ν²/2σ²|, the worst shown. Error: rounding; of the differences.")
  }
}
