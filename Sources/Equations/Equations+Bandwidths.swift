internal import Distributions
internal import Glibc
internal import LinearAlgebra
internal import Statistics

extension EquationSetting {
  static let bandwidths: [@Sendable (EquationSetting) -> () throws -> EquationRow] = [
    equation19, equation20, equation21, equation22,
  ]

  /// How the notes of 19 to 22 say what a limit is.
  private static let limitNote =
    "Printed: h → 0, by h = 1e-2 and 1e-3; corrected: h → ∞, by 1e2 and 1e3, and the value at h = 1.7, "
    + "the worse shown. Error: the change over that decade of h"

  /// A deviation that is neither of the limits.
  private static let middle = 1.7

  /// A limit of `f(h)` compared with a number: to 0 as printed, to infinity as corrected, where
  /// `middle` must be the value between the two as well.
  private func limits(
    of f: (Double) throws -> Measured, to limit: Double, middle: Double
  ) rethrows -> (printed: EquationComparison, corrected: EquationComparison?) {
    func compared(_ previous: Double, _ last: Double) throws -> EquationComparison {
      EquationComparison(
        Measured(limitOf: try f(previous), try f(last)), Measured(limit))
    }
    let between = EquationComparison(try f(Self.middle), Measured(middle))
    return (try compared(1e-2, 1e-3), .worst([try compared(1e2, 1e3), between]))
  }

  /// `∇log p = −x/(σ² + h²)` for `N(0, h²)`, which vanishes for `h → ∞`, not for `h → 0`.
  private func equation19() throws -> EquationRow {
    let x = [0.7, -1.1, 0.4]
    func measured(_ h: Double) throws -> [Double] {
      let law = try GaussianLaw(mean: [0, 0, 0], standardDeviations: [h, h, h])
      return score(law, at: x, sigma: sigma)
    }
    // E[y − x|x]/σ² of each coordinate by the trapezoidal rule over y.
    let h = Self.middle
    let exact = x.map { x in
      func integral(_ f: (Double) -> Double) -> Double {
        trapezoidalIntegral(from: -14, to: 14, step: 0.05) { y in
          f(y) * exp(-y * y / (2 * h * h) - (x - y) * (x - y) / (2 * variance))
        }
      }
      return (integral { $0 } / integral { _ in 1 } - x) / variance
    }
    let both = try limits(
      of: { Measured(try dot(measured($0), measured($0)).squareRoot()) }, to: 0,
      middle: dot(exact, exact).squareRoot())
    return EquationRow(
      "19", "−x/(σ² + h²) vanishes for h → 0", printed: both.printed,
      correctedStatement: "−x/(σ² + h²) vanishes for h → ∞", corrected: both.corrected,
      note:
        "‖∇log p‖ at a point. \(Self.limitNote). Between them it is compared with an integral over "
        + "y: \(exact[0]) for the first coordinate, where −x/(σ² + h²) is "
        + "\(-x[0] / (variance + h * h)).")
  }

  /// `d ν² h²/(2σ² (σ² + h²))`, the entropy rate of d dimensions at the middle deviation.
  private func bandwidth(_ d: Double) -> Double {
    let spread = Self.middle * Self.middle
    return d * rate * spread / (2 * variance * (variance + spread))
  }

  /// `dH/dt = ½ D ν²/σ²` for `h → ∞`.
  private func equation20() throws -> EquationRow {
    let both = try limits(
      of: { h in
        let law = try GaussianLaw(mean: [0, 0, 0], standardDeviations: [h, h, h])
        return FiniteDifference.derivative(at: time, step: 0.02) {
          Self.conditionalEntropy(law, sigma: clock.sigma($0), workers)
        }
      }, to: 3 * rate / (2 * variance), middle: bandwidth(3))
    return EquationRow(
      "20", "dH/dt = ½ D ν²/σ² for h → 0", printed: both.printed,
      correctedStatement: "dH/dt = ½ D ν²/σ² for h → ∞", corrected: both.corrected,
      note: "Left by central differences of the closed form of H[y|x]. \(Self.limitNote).")
  }

  /// A normal law of deviation `h` on a plane askew in five dimensions.
  func flatGaussian(_ h: Double) throws -> GaussianLaw {
    // Two orthonormal directions, neither of them an axis.
    let (u, w) = ([0.6, 0, 0.8, 0, 0], [0.48, 0.36, -0.36, 0.48, 0.28.squareRoot()])
    var covariance = Matrix<Double>(rows: 5, columns: 5)
    for i in 0..<5 { for j in 0..<5 { covariance[i, j] = h * h * (u[i] * u[j] + w[i] * w[j]) } }
    return try GaussianLaw(mean: [0, 0, 0, 0, 0], covariance: covariance)
  }

  /// The mean of `quantity(y, x, s)` over samples of the flat law, the same noise for every h.
  private func flatMean(
    _ h: Double, equation: UInt32, _ quantity: ([Double], [Double], [Double]) -> Double
  ) throws -> Measured {
    let (law, count) = (try flatGaussian(h), count(cost: 16))
    let y = law.samples(count, stream: stream(equation))
    let noise = stream(equation).normals(count, 5)
    var x = y
    for row in 0..<count { for j in 0..<5 { x[row, j] += sigma * noise[row, j] } }
    let s = score(law).score(at: x, sigma: sigma)
    return Measured(
      Estimate(
        meanOf: (0..<count).map { quantity(Array(y.row($0)), Array(x.row($0)), Array(s.row($0))) }))
  }

  /// `E‖∇log p‖² → (D − d)/σ²` for `h → ∞`.
  private func equation21() throws -> EquationRow {
    func norm(_ h: Double) throws -> Measured {
      try flatMean(h, equation: 21) { _, _, s in dot(s, s) }
    }
    let both = try limits(
      of: norm, to: 3 / variance,
      middle: 2 / (variance + Self.middle * Self.middle) + 3 / variance)
    return EquationRow(
      "21", "E‖∇log p‖² → (D − d)/σ² for h → 0", printed: both.printed,
      correctedStatement: "E‖∇log p‖² → (D − d)/σ² for h → ∞", corrected: both.corrected,
      note:
        "A plane in five dimensions, \(count(cost: 16)) samples. \(Self.limitNote), and the standard error."
    )
  }

  /// `dH/dt = ½ d ν²/σ²` for `h → ∞`.
  private func equation22() throws -> EquationRow {
    func entropyRate(_ h: Double) throws -> Measured {
      try flatMean(h, equation: 22) { y, x, s in
        let gap = sum(sum(x, variance, s), -1, y)
        return rate / (2 * variance * variance) * dot(gap, gap)
      }
    }
    let both = try limits(of: entropyRate, to: rate / variance, middle: bandwidth(2))
    return EquationRow(
      "22", "dH/dt = ½ d ν²/σ² for h → 0", printed: both.printed,
      correctedStatement: "dH/dt = ½ d ν²/σ² for h → ∞", corrected: both.corrected,
      note: "The same plane, from the sampled error of the denoiser (17). \(Self.limitNote), and "
        + "the standard error.")
  }
}
