internal import Distributions
internal import Glibc
internal import LinearAlgebra

extension EquationSetting {
  static let peakOfRate: [@Sendable (EquationSetting) -> () throws -> EquationRow] = [figure1]

  /// A clock of Figure 1: `σ(t)`, `dlnσ/dt` at σ, and times before and after every peak.
  private struct PeakClock: Sendable {
    let name: String
    let sigma: @Sendable (Double) -> Double
    let rate: @Sendable (Double) -> Double
    let times: (Double, Double)

    static let all = [
      PeakClock(
        name: "σ² = t", sigma: { $0.squareRoot() }, rate: { 1 / (2 * $0 * $0) }, times: (0.1, 1.5)),
      PeakClock(name: "σ = t", sigma: { $0 }, rate: { 1 / $0 }, times: (0.3, 1.5)),
      PeakClock(name: "σ = eᵗ", sigma: { exp($0) }, rate: { _ in 1 }, times: (-1, 0.4)),
    ]
  }

  /// The level at which `H(t)` is steepest: where its second difference in time is 0.
  private func steepestLevel(_ law: PointsLaw, _ clock: PeakClock) -> Measured {
    func level(_ step: Double) -> Double {
      clock.sigma(
        Self.root(from: clock.times.0, to: clock.times.1) { t in
          let entropy = [t - step, t, t + step].map {
            Self.conditionalEntropy(law, sigma: clock.sigma($0), workers)
          }
          return entropy[0] - 2 * entropy[1] + entropy[2]
        })
    }
    let (coarse, fine) = (level(0.02), level(0.01))
    return Measured(fine + (fine - coarse) / 3, bound: abs(fine - coarse) / 3)
  }

  /// The level at which `C dlnσ/dt` is largest.
  private func peakLevel(_ law: PointsLaw, _ clock: PeakClock) -> Double {
    let ends = (clock.sigma(clock.times.0), clock.sigma(clock.times.1))
    return Self.root(from: ends.0, to: ends.1) { sigma in
      let rates = [sigma * 1.001, sigma / 1.001].map {
        optimalLoss(law, sigma: $0) * clock.rate($0)
      }
      return rates[0] - rates[1]
    }
  }

  /// The entropy rate peaks at the bifurcation: where it peaks depends on the clock.
  private func figure1() throws -> EquationRow {
    let law = try PointsLaw(points: Matrix([[1.0], [-1.0]]))
    let measured = PeakClock.all.map { steepestLevel(law, $0) }
    let all = zip(measured, PeakClock.all).map {
      EquationComparison($0, Measured(peakLevel(law, $1)))
    }
    let list = zip(measured, PeakClock.all).map { "\(short($0.value)) for \($1.name)" }
    return EquationRow(
      "Sec. 4, Fig. 1", "dH/dt peaks at the bifurcation",
      printed: EquationComparison(measured[0], Measured(1)),
      correctedStatement: "dH/dt = C dlnσ/dt peaks where the clock has it", corrected: .worst(all),
      note: "Two unit points, which branch at σ = 1. Left where H(t) is steepest, by second "
        + "differences; printed for σ² = t. Corrected: the peak of C dlnσ/dt, which depends on the "
        + "clock; the worst shown: \(list.joined(separator: ", ")). Error: of the differences.")
  }
}
