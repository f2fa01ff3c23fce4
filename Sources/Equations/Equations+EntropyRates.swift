internal import Distributions
internal import Glibc
internal import LinearAlgebra
internal import Statistics

extension EquationSetting {
  static let entropyRates: [@Sendable (EquationSetting) -> () throws -> EquationRow] = [
    equation13, equation14, afterEquation14, equation15, equation16, equation17, equation18,
  ]

  /// What most notes say of `dH[y|x]/dt`.
  static let rateNote = "dH/dt by central differences of the quadrature of H[y|x]"

  /// `H[y|x] = −E log p(y|x)`.
  private func equation13() -> EquationRow {
    let exact = Self.conditionalEntropy(law, sigma: sigma, workers)
    return EquationRow(
      "13", "H[y|x] = −E log p(y|x)",
      printed: EquationComparison(
        Measured(exact, bound: Self.quadratureError), samples.mean { samples.surprisal[$0] }),
      note: "Left by quadrature, right from samples of (y, x) and Bayes' theorem. Error: sampling.")
  }

  /// `∂p/∂t = ½ ν² ∇²p`, with `∇²p/p = ‖s‖² + ∇·s`.
  private func equation14() -> EquationRow {
    let all = (0..<8).map { i in
      let x = samples.point(i)
      let density = BayesPosterior.density(law, at: x, sigma: sigma)
      let slope = FiniteDifference.derivative(at: time, step: 0.01) {
        BayesPosterior.density(law, at: x, sigma: clock.sigma($0)) / density
      }
      let laplacian = samples.scoreNorm(i) + samples.divergence[i]
      return EquationComparison(slope, Measured(rate / 2 * laplacian, scale: 4))
    }
    return EquationRow(
      "14", "∂p/∂t = ½ ν² ∇²p", printed: .worst(all),
      note: "At eight points, over p; left by central differences of the sum of normal densities, "
        + "right ‖s‖² + ∇·s; the worst shown. Error: of the differences.")
  }

  /// `dH/dt = (ν²/2)(E‖∇log p(x|x_0)‖² − E‖∇log p(x)‖²)`.
  private func afterEquation14() -> EquationRow {
    EquationRow(
      "after 14", "dH/dt = (ν²/2)(D/σ² − E‖∇log p‖²)",
      printed: EquationComparison(
        entropyRate,
        samples.mean { i in
          let conditional = samples.sum { samples.z[i, $0] * samples.z[i, $0] } / variance
          return rate / 2 * (conditional - samples.scoreNorm(i))
        }),
      note: "Left \(Self.rateNote), right as sampled, D/σ² as E‖z‖²/σ². Error: sampling.")
  }

  /// The law of `count` points about `x` whose differences from it are orthogonal, of the same
  /// length.
  private func orthogonalPoints(
    about x: [Double], count: Int, distance: Double
  ) throws -> PointsLaw {
    try PointsLaw(
      points: Matrix(
        (0..<count).map { k in
          x.indices.map { x[$0] + ($0 == k ? distance : 0) }
        }))
  }

  private static let center = [0.3, -0.2, 0.5, 0.1, -0.4, 0.7]

  /// `∇log p ≈ (1/m) Σ (y_j − x)/σ²` where m points are equally likely.
  private func equation15() throws -> EquationRow {
    let (x, m) = (Self.center, 4)
    let near = try orthogonalPoints(about: x, count: m, distance: sigma)
    let measured = score(near, at: x, sigma: sigma)
    let all = x.indices.map { j in
      let mean = (0..<m).reduce(0) { $0 + (near.points[$1, j] - x[j]) / variance } / Double(m)
      return EquationComparison(Measured(measured[j], scale: 1), Measured(mean, scale: 1))
    }
    return EquationRow(
      "15", "∇log p ≈ (1/m) Σ_j (y_j − x)/σ²", printed: .worst(all),
      note: "Four points in six dimensions at orthogonal differences of length σ; the worst "
        + "coordinate shown. Error: rounding.")
  }

  /// `E‖∇log p‖² ≈ 1/(σ² m)` under its premise, squared distances σ²; typical ones are `D σ²`.
  private func equation16() throws -> EquationRow {
    let (x, m) = (Self.center, 4)
    let d = Double(x.count)
    func norm(distance: Double) throws -> Double {
      let near = try orthogonalPoints(about: x, count: m, distance: distance)
      let measured = score(near, at: x, sigma: sigma)
      return dot(measured, measured)
    }
    let typical = try norm(distance: sigma * d.squareRoot())
    let predicted = d / (variance * Double(m))
    return EquationRow(
      "16", "E‖∇log p‖² ≈ 1/(σ² m)",
      printed: EquationComparison(
        Measured(try norm(distance: sigma)), Measured(1 / (variance * Double(m)))),
      note: "Under its premise, as in 15. Squared distances are typically D σ²: there the norm is "
        + "\(short(typical)), and D/(σ² m) = \(short(predicted)). Error: rounding.")
  }

  /// `dH/dt = (ν²/2σ⁴) E tr Cov(y|x)`.
  private func equation17() -> EquationRow {
    EquationRow(
      "17", "dH/dt = (ν²/2σ⁴) E tr Cov(y|x)",
      printed: EquationComparison(
        entropyRate,
        samples.mean { rate / (2 * variance * variance) * samples.posteriorVariance[$0] }),
      note: "Left \(Self.rateNote), right sampled by Bayes' theorem. Error: sampling.")
  }

  /// `L_sm + (2σ⁴/ν²) dH/dt = E‖z − ŝ‖²`; the factor is `2σ²/ν²`.
  private func equation18() -> EquationRow {
    func compared(power: Double) -> EquationComparison {
      let sampled = samples.compare { i in
        (
          samples.sum {
            let gap = -sigma * samples.score[i, $0] - samples.guess(i, $0)
            return gap * gap
          },
          samples.sum {
            let gap = samples.z[i, $0] - samples.guess(i, $0)
            return gap * gap
          }
        )
      }
      return EquationComparison(
        sampled, addingLeft: entropyRate.scaled(by: 2 * pow(variance, power) / rate))
    }
    return EquationRow(
      "18", "E‖E[z|x] − ŝ‖² + (2σ⁴/ν²) dH/dt = E‖z − ŝ‖²", printed: compared(power: 2),
      correctedStatement: "E‖E[z|x] − ŝ‖² + (2σ²/ν²) dH/dt = E‖z − ŝ‖²",
      corrected: compared(power: 1), network: network?.decomposition(),
      note: "For the poor prediction of 9; \(Self.rateNote). Error: sampling. "
        + (network?.summary ?? "")
    )
  }
}
