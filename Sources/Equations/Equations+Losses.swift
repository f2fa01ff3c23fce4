internal import Statistics

extension EquationSetting {
  static let losses: [@Sendable (EquationSetting) -> () throws -> EquationRow] = [
    equation8, equation9, equation10, equation11, equation12,
  ]

  /// `‖a σ∇log p − b‖²` of a sample, for coordinates `b`.
  private func distance(_ i: Int, sign: Double, _ b: (Int) -> Double) -> Double {
    samples.sum {
      let gap = sign * sigma * samples.score[i, $0] - b($0)
      return gap * gap
    }
  }

  /// `‖z − ẑ‖²` of a sample for the poor prediction.
  private func guessLoss(_ i: Int) -> Double {
    samples.sum {
      (samples.z[i, $0] - samples.guess(i, $0)) * (samples.z[i, $0] - samples.guess(i, $0))
    }
  }

  /// `L_sm = E‖σ∇log p − ŝ‖²`: 0 at the best prediction `E[z|x]` only with `−σ∇log p`.
  private func equation8() -> EquationRow {
    func compared(sign: Double) -> EquationComparison {
      let loss = (0..<samples.count).reduce(0.0) { sum, i in
        sum + distance(i, sign: sign) { samples.bayesNoise[i, $0] }
      }
      return EquationComparison(
        Measured(loss / Double(samples.count)), Measured(0, scale: Double(dimension)))
    }
    return EquationRow(
      "8", "L_sm = E‖σ∇log p − ŝ‖²", printed: compared(sign: 1),
      correctedStatement: "L_sm = E‖−σ∇log p − ŝ‖²", corrected: compared(sign: -1),
      network: network?.decomposition(),
      note: "The loss of the best prediction of z, E[z|x] by Bayes' theorem, must be 0. Error: "
        + "rounding. Network: L_sm + C against L, C exact; error: sampling.")
  }

  /// `E‖E[z|x] − ŝ‖² = E‖z − ŝ‖² − E‖z − σ∇log p‖²`; the last score needs its minus sign.
  private func equation9() -> EquationRow {
    func compared(sign: Double) -> EquationComparison {
      samples.compare { i in
        let mismatch = samples.sum {
          let gap = samples.bayesNoise[i, $0] - samples.guess(i, $0)
          return gap * gap
        }
        return (mismatch, guessLoss(i) - distance(i, sign: sign) { samples.z[i, $0] })
      }
    }
    return EquationRow(
      "9", "L_sm = E‖z − ŝ‖² − E‖z − σ∇log p‖²", printed: compared(sign: 1),
      correctedStatement: "L_sm = E‖z − ŝ‖² − E‖z + σ∇log p‖²", corrected: compared(sign: -1),
      network: network?.pairedDecomposition(),
      note: "For a poor prediction, 0.8 E[z|x] + 0.3 cos x. Error: sampling, paired.")
  }

  /// `L_d = E‖z − ŝ‖²` has the gradient of `L_sm`: here the slope in the scale of the prediction.
  private func equation10() -> EquationRow {
    // Both losses are quadratic in the scale: a central difference over any step is their slope.
    func slope(_ loss: (Double) -> Double) -> Double { loss(1.5) - loss(0.5) }
    return EquationRow(
      "10", "∇_θ L_sm = ∇_θ L_d, L_d = E‖z − ŝ‖²",
      printed: samples.compare { i in
        let exact = slope { scale in
          distance(i, sign: -1) { scale * samples.guess(i, $0) }
        }
        let denoising = slope { scale in
          samples.sum {
            let gap = samples.z[i, $0] - scale * samples.guess(i, $0)
            return gap * gap
          }
        }
        return (exact, denoising)
      }, network: network?.slopes(),
      note: "The derivative of either loss in the scale of a poor prediction, L_sm as corrected. "
        + "Error: sampling, paired.")
  }

  /// `C = E‖z − σ∇log p‖²`: the loss of the exact predictor is `E‖z + σ∇log p‖²`.
  private func equation11() -> EquationRow {
    let exact = Measured(optimalLoss(law, sigma: sigma), bound: Self.quadratureError)
    func compared(sign: Double) -> EquationComparison {
      EquationComparison(
        exact, samples.mean { i in distance(i, sign: sign) { samples.z[i, $0] } })
    }
    return EquationRow(
      "11", "C = E‖z − σ∇log p‖²", printed: compared(sign: 1),
      correctedStatement: "C = E‖z + σ∇log p‖²", corrected: compared(sign: -1),
      note: "Left by quadrature. Error: sampling.")
  }

  /// `C = E var(y|x)`: the variance is in units of σ².
  private func equation12() -> EquationRow {
    func compared(scale: Double) -> EquationComparison {
      samples.compare { i in
        (
          distance(i, sign: -1) { samples.z[i, $0] }, scale * samples.posteriorVariance[i]
        )
      }
    }
    return EquationRow(
      "12", "C = E var(y|x)", printed: compared(scale: 1),
      correctedStatement: "C = E tr Cov(y|x)/σ²", corrected: compared(scale: 1 / variance),
      note: "Left the loss of the exact score, right E tr Cov(y|x) by Bayes' theorem. Error: "
        + "sampling, paired.")
  }
}
