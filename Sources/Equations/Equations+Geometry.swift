internal import Distributions
internal import Glibc
internal import LinearAlgebra
internal import Statistics

extension EquationSetting {
  static let geometry: [@Sendable (EquationSetting) -> () throws -> EquationRow] = [
    equation40, equation41, equation42, afterEquation42, equation43, equation44, equation45,
  ]

  /// `log p(y_k|x)` by Bayes' theorem.
  private func logPosterior(_ k: Int, at x: [Double]) -> Double {
    log(BayesPosterior(law, at: x, sigma: sigma).probabilities[k])
  }

  /// Element `(i, j)` of `−E[∇∇ᵀlog p(y|x)]` at `x`, by second differences.
  private func fisher(_ i: Int, _ j: Int, at x: [Double]) -> Measured {
    let axes = x.indices.map { axis in x.indices.map { $0 == axis ? 1.0 : 0.0 } }
    let probabilities = BayesPosterior(law, at: x, sigma: sigma).probabilities
    let parts = probabilities.indices.map { k in
      FiniteDifference.mixedDerivative(at: x, axes[i], axes[j], step: 0.05) {
        logPosterior(k, at: $0)
      }.scaled(by: -probabilities[k])
    }
    return Measured(sumOf: parts)
  }

  /// The worst of all elements at four points, against another form of them.
  private func worstElement(
    _ other: (_ i: Int, _ j: Int, _ x: [Double]) -> Measured
  ) -> EquationComparison? {
    .worst(
      (0..<4).flatMap { sample in
        let x = samples.point(sample)
        return (0..<dimension).flatMap { i in
          (0...i).map { EquationComparison(fisher(i, $0, at: x), other(i, $0, x)) }
        }
      })
  }

  /// `I(x) = −E[∇∇ᵀlog p(y|x)]`, which is also `E[∇log p(y|x) ∇ᵀlog p(y|x)]`.
  private func equation40() -> EquationRow {
    EquationRow(
      "40", "I(x) = −E[∇∇ᵀlog p(y|x)]",
      printed: worstElement { i, j, x in
        let probabilities = BayesPosterior(law, at: x, sigma: sigma).probabilities
        func slope(_ k: Int, _ axis: Int) -> Measured {
          FiniteDifference.slope(at: x, along: axis, step: 0.05) { logPosterior(k, at: $0) }
        }
        let parts = probabilities.indices.map { k in
          let (a, b) = (slope(k, i), slope(k, j))
          return Measured(
            probabilities[k] * a.value * b.value,
            bound: probabilities[k] * (abs(a.value) * b.error + abs(b.value) * a.error))
        }
        return Measured(sumOf: parts)
      },
      note: "Second differences of log p(y|x) against the mean product of first ones, at four "
        + "points; the worst element shown. Error: of the differences.")
  }

  /// `I(x) = σ⁻²(1 + σ² J)`.
  private func equation41() -> EquationRow {
    EquationRow(
      "41", "I(x) = σ⁻²(1 + σ² J(x))",
      printed: worstElement { i, j, x in
        let jacobian = jacobian(law, at: x, sigma: sigma)
        return Measured(((i == j ? 1 : 0) + variance * jacobian[i, j]) / variance, scale: 4)
      },
      note: "Second differences of log p(y|x) against the Jacobian of the score, at four points; "
        + "the worst element shown. Error: of the differences.")
  }

  /// `I = σ⁻² − (Σ_0 + σ²)⁻¹` of normal data: `Cov(y|x)/σ⁴` with the covariance by conditioning.
  private func equation42() throws -> EquationRow {
    let (a, b, c) = (1.7, 0.6, 0.9)
    let data = Matrix([[a, b], [b, c]])
    let gaussian = try GaussianLaw(mean: [0.3, -0.5], covariance: data)
    let (p, q) = (a + variance, c + variance)
    let determinant = p * q - b * b
    let inverse = Matrix([
      [q / determinant, -b / determinant], [-b / determinant, p / determinant],
    ])
    // Cov(y|x) = Σ_0 − Σ_0 (Σ_0 + σ²)⁻¹ Σ_0.
    let explained = Matrix.product(Matrix.product(data, inverse), data)
    let jacobian = jacobian(gaussian, at: [1, 1], sigma: sigma)
    let all = (0..<2).flatMap { i in
      (0...i).map { j in
        EquationComparison(
          Measured((data[i, j] - explained[i, j]) / (variance * variance), scale: 8),
          Measured((i == j ? 1 / variance : 0) + jacobian[i, j], scale: 8))
      }
    }
    return EquationRow(
      "42", "I = σ⁻² − (Σ_0 + σ²)⁻¹ of normal data", printed: .worst(all),
      note: "Left Cov(y|x)/σ⁴ by conditioning the joint normal law, right with −(Σ_0 + σ²)⁻¹ as "
        + "the Jacobian of the score; the worst element shown. Error: rounding.")
  }

  /// In the flat limit the tangent eigenvalues of `I` tend to `σ⁻²`, not to those of `Σ_0⁻¹`.
  private func afterEquation42() throws -> EquationRow {
    func spectrum(_ h: Double) throws -> [Double] {
      let law = try flatGaussian(h)
      var information = jacobian(law, at: [1, 0, -1, 0, 2], sigma: sigma)
      for j in 0..<5 { information[j, j] += 1 / variance }
      return SymmetricEigen(information)?.values ?? Array(repeating: .nan, count: 5)
    }
    let (previous, last) = (try spectrum(1e2), try spectrum(1e3))
    let tangent = Measured(limitOf: Measured(previous[3]), Measured(last[3]))
    return EquationRow(
      "after 42", "tangent eigenvalues of I → Σ_0⁻¹",
      printed: EquationComparison(tangent, Measured(1e-6)),
      correctedStatement: "tangent eigenvalues of I → σ⁻², normal ones are 0",
      corrected: EquationComparison(tangent, Measured(1 / variance)),
      note: "A plane in five dimensions with deviation h = 1000. Corrected: tangent → σ⁻², normal "
        + "0 (here \(last[..<3].map { abs($0) }.max() ?? .nan)), so the dimension is that of the "
        + "eigenspace of σ⁻². Error: the change since h = 100.")
  }

  /// `dH/dt = (ν²/4) E Tr I`; the factor is `ν²/2`.
  private func equation43() -> EquationRow {
    func compared(factor: Double) -> EquationComparison {
      EquationComparison(
        entropyRate,
        samples.mean { factor * rate * samples.posteriorVariance[$0] / (variance * variance) })
    }
    return EquationRow(
      "43", "dH/dt = (ν²/4) E Tr I", printed: compared(factor: 0.25),
      correctedStatement: "dH/dt = (ν²/2) E Tr I", corrected: compared(factor: 0.5),
      note: "\(Self.rateNote); I = Cov(y|x)/σ⁴ by Bayes' theorem. Error: sampling.")
  }

  /// The mean over the samples of `range` of a quantity of the eigenvalues of the score's Jacobian.
  private func spectralMean(
    _ range: Range<Int>, _ quantity: ([Double]) -> Double
  ) -> Measured {
    let x = samples.x.rows(range)
    let jacobians = score(law).jacobian(at: x, sigma: sigma)
    return Measured(
      Estimate(
        meanOf: (0..<x.rows).map { row in
          let matrix = Matrix(
            rows: dimension, columns: dimension, elements: Array(jacobians.row(row)))
          return SymmetricEigen(matrix).map { quantity($0.values) } ?? .nan
        }))
  }

  /// `dH/dt = (ν²/4σ²)(D + σ² Σ E λ_j)`; the factor is `ν²/2σ²`.
  private func equation44() -> EquationRow {
    let mean = spectralMean(0..<count(cost: 8)) { Double(dimension) + variance * $0.reduce(0, +) }
    func compared(factor: Double) -> EquationComparison {
      EquationComparison(entropyRate, mean.scaled(by: factor * rate / variance))
    }
    return EquationRow(
      "44", "dH/dt = (ν²/4σ²)(D + σ² Σ_j E λ_j)", printed: compared(factor: 0.25),
      correctedStatement: "dH/dt = (ν²/2σ²)(D + σ² Σ_j E λ_j)", corrected: compared(factor: 0.5),
      network: network.map {
        let trivial = Double($0.dimension) / ($0.sigma * $0.sigma)
        return $0.divergence(scale: rate / 2, offset: rate / 2 * trivial)
      },
      note:
        "\(Self.rateNote); eigenvalues of the Jacobian at \(count(cost: 8)) samples. Error: sampling. "
        + "Network: the sum of its eigenvalues as their trace, and by Stein's identity.")
  }

  /// `dH/dt = (ν²/4) Σ (1/σ² + E λ_j)`; the factor is `ν²/2`.
  private func equation45() -> EquationRow {
    let range = count(cost: 8)..<2 * count(cost: 8)
    let mean = spectralMean(range) { $0.reduce(0) { $0 + 1 / variance + $1 } }
    func compared(factor: Double) -> EquationComparison {
      EquationComparison(entropyRate, mean.scaled(by: factor * rate))
    }
    let terms = (0..<dimension).map { j in short(spectralMean(range) { 1 / variance + $0[j] }.value)
    }
    return EquationRow(
      "45", "dH/dt = (ν²/4) Σ_j (1/σ² + E λ_j)", printed: compared(factor: 0.25),
      correctedStatement: "dH/dt = (ν²/2) Σ_j (1/σ² + E λ_j)", corrected: compared(factor: 0.5),
      note: "\(Self.rateNote); as 44, at other samples. The terms 1/σ² + E λ_j are "
        + "\(terms.joined(separator: ", ")): nothing off the plane of the data. Error: sampling.")
  }
}
