internal import Distributions
internal import ForwardProcess
internal import Glibc
internal import LinearAlgebra
internal import Statistics

extension EquationSetting {
  static let divergences: [@Sendable (EquationSetting) -> () throws -> EquationRow] = [
    equation33, equation34, equation35, equation36, equation37, equation38, equation39,
  ]

  /// `div = E[∇·∇log p]`: by Stein's identity `E[z·s]/σ`.
  private func equation33() -> EquationRow {
    EquationRow(
      "33", "div = E[∇·∇log p] = E Tr[∇∇ᵀlog p]",
      printed: samples.compare { i in
        (
          samples.divergence[i], samples.sum { samples.z[i, $0] * samples.score[i, $0] } / sigma
        )
      }, network: network?.divergence(),
      note: "Left the trace of the Jacobian, right E[z·s]/σ by Stein's identity, which needs none. "
        + "Error: sampling, paired.")
  }

  /// `div_1 = −D/σ²` of a single point.
  private func equation34() throws -> EquationRow {
    let single = try PointsLaw(points: Matrix([[0.4, -1.2, 0.8]]))
    let expected = Measured(-Double(dimension) / variance)
    let all = (0..<8).map { i in
      let x = samples.point(i)
      let parts = x.indices.map { j in
        FiniteDifference.slope(at: x, along: j, step: 0.1) {
          score(single, at: $0, sigma: sigma)[j]
        }
      }
      return EquationComparison(
        Measured(sumOf: parts), expected)
    }
    return EquationRow(
      "34", "div_1 = −D/σ² of a single point", printed: .worst(all),
      note: "Central differences of the score of one point, at eight places; the worst shown. "
        + "Error: of the differences.")
  }

  /// `div_1 = E Tr[∇∇ᵀlog p(x|y)]`.
  private func equation35() -> EquationRow {
    let expected = Measured(-Double(dimension) / variance)
    let y = Array(law.points.row(0))
    let all = (0..<8).map { i in
      let x = samples.point(i)
      let parts = x.indices.map { j in
        FiniteDifference.secondDerivative(at: x[j], step: 0.1) {
          -($0 - y[j]) * ($0 - y[j]) / (2 * variance)
        }
      }
      return EquationComparison(
        Measured(sumOf: parts), expected)
    }
    return EquationRow(
      "35", "div_1 = E Tr[∇∇ᵀlog p(x|y)]", printed: .worst(all),
      note: "Second differences of the log density of N(y, σ²) at eight points against −D/σ²; the "
        + "worst shown. Error: of the differences.")
  }

  /// `Δdiv = div − div_1 = C/σ²`.
  private func equation36() -> EquationRow {
    let trivial = -Double(dimension) / variance
    let exact = Measured(optimalLoss(law, sigma: sigma), bound: Self.quadratureError)
    return EquationRow(
      "36", "Δdiv = div − div_1",
      printed: EquationComparison(
        exact.scaled(by: 1 / variance), samples.mean { samples.divergence[$0] - trivial }),
      network: network.map {
        let trivial = -Double($0.dimension) / ($0.sigma * $0.sigma)
        return $0.divergence(offset: -trivial)
      },
      note: "Left C/σ² by quadrature, right the sampled divergence of the score less −D/σ². Error: "
        + "sampling. Network: by Jacobian and by Stein's identity.")
  }

  /// `dH/dt = (ν²/2) Δdiv`.
  private func equation37() -> EquationRow {
    let trivial = -Double(dimension) / variance
    return EquationRow(
      "37", "dH/dt = (ν²/2) Δdiv",
      printed: EquationComparison(
        entropyRate, samples.mean { rate / 2 * (samples.divergence[$0] - trivial) }),
      network: network.map { $0.routes(scale: rate / (2 * $0.sigma * $0.sigma)) },
      note: "Left \(Self.rateNote), right sampled. Error: sampling. Network: (L + D − B)/2 against "
        + "the divergence.")
  }

  /// `dH[x]/dt = −(ν²/2) div`.
  private func equation38() -> EquationRow {
    EquationRow(
      "38", "dH[x]/dt = −(ν²/2) div",
      printed: EquationComparison(
        marginalRate, samples.mean { -rate / 2 * samples.divergence[$0] }),
      note: "Left by central differences of H[x], −∫ p log p on a grid in three dimensions; right "
        + "sampled. Error: sampling.")
  }

  /// The bandwidth is largest where `div → 0`.
  private func equation39() throws -> EquationRow {
    func divergence(_ h: Double) throws -> Measured {
      let wide = try GaussianLaw(
        mean: [0, 0, 0], standardDeviations: [h, 2 * h, 3 * h])
      return Measured(score(wide).divergence(at: Matrix([[0.3, 1, -2]]), sigma: sigma)[0])
    }
    let fraction = try divergence(1e3).value * variance / 3
    return EquationRow(
      "39", "div → 0 at the largest bandwidth",
      printed: EquationComparison(
        Measured(limitOf: try divergence(1e2), try divergence(1e3)), Measured(0)),
      note: "A normal law of deviations h, 2h, 3h at h = 1000, where the bandwidth falls short of "
        + "D ν²/2σ² by \(-fraction) of it. Error: the change since h = 100.")
  }
}
