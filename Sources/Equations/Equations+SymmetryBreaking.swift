internal import Distributions
internal import ForwardProcess
internal import Glibc
internal import LinearAlgebra

extension EquationSetting {
  static let symmetryBreaking: [@Sendable (EquationSetting) -> () throws -> EquationRow] = [
    equation28, interference, afterEquation28, equation29, equation30, figure1,
  ]

  /// A direction in three dimensions that is no axis.
  static let direction = [0.6, 0.0, 0.8]

  /// `x_v = tanh((x_v + φ)/σ²)` is for `|v| = 1`; in general `m = tanh(m |v|²/σ² + field)`, `x_v = m |v|`.
  private func equation28() throws -> EquationRow {
    let (length, sigma, weights) = (1.5, 1.1, [0.6, 0.4])
    let (variance, field) = (sigma * sigma, log(weights[0] / weights[1]) / 2)
    func projection(_ length: Double, from sign: Double) throws -> Double {
      let v = Self.direction.map { length * $0 }
      let law = try pair(v, weights: weights)
      return dot(
        fixedPoint(of: law, from: v.map { sign * $0 }, sigma: sigma), Self.direction)
    }
    let (x, unit) = (try projection(length, from: 1), try projection(1, from: 1))
    let m = x / length
    return EquationRow(
      "28", "x_v = tanh((x_v + φ)/σ²)",
      printed: EquationComparison(
        Measured(x, scale: 10), Measured(tanh((x + variance * field) / variance), scale: 10)),
      correctedStatement: "m = tanh(m|v|²/σ² + φ/σ²), m = x_v/|v|",
      corrected: EquationComparison(
        Measured(m, scale: 10), Measured(tanh(m * length * length / variance + field), scale: 10)),
      note: "Points ±v of weights 0.6, 0.4 with |v| = 1.5, σ = 1.1, φ = ½ σ² log(0.6/0.4); the "
        + "fixed point of the denoiser. Corrected: m = x_v/|v| = tanh(m|v|²/σ² + φ/σ²). For |v| = "
        + "1 the printed form holds: \(short(unit)) and \(short(tanh(unit / variance + field))). "
        + "Error: rounding.")
  }

  /// The interference φ of the other points.
  ///
  /// Printed: `(σ²/2)(log(e^x + Σ y_j e^{(−‖y_j‖²/2 + x y_j)/σ²}) − x)`. With both signs of the
  /// projections and powers of `1/σ²`:
  /// `(σ²/2) log[(e^{x/σ²} + Σ (1+y_j)/2 e_j)/(e^{−x/σ²} + Σ (1−y_j)/2 e_j)] − x`,
  /// `e_j = exp((−(‖y_j‖² − 1)/2 + x·y_j)/σ²)`.
  private func interference() throws -> EquationRow {
    let (v, sigma) = (Self.direction, 0.8)
    let others = [[1.6, 0.0, -0.7], [-0.3, 2.1, 0.1]]
    let law = try PointsLaw(points: Matrix([v, v.map { -$0 }] + others))
    let variance = sigma * sigma
    let fixed = fixedPoint(of: law, from: v, sigma: sigma)
    let x = dot(fixed, v)
    let printed =
      variance / 2
      * (log(
        others.reduce(exp(x)) { sum, y in
          sum + dot(y, v) * exp((-dot(y, y) / 2 + x * dot(y, v)) / variance)
        }) - x)
    func side(_ sign: Double) -> Double {
      others.reduce(exp(sign * x / variance)) { sum, y in
        sum + (1 + sign * dot(y, v)) / 2
          * exp((-(dot(y, y) - 1) / 2 + dot(fixed, y)) / variance)
      }
    }
    let corrected = variance / 2 * log(side(1) / side(-1)) - x
    func compared(_ phi: Double) -> EquationComparison {
      EquationComparison(
        Measured(x, scale: 10), Measured(tanh((x + phi) / variance), scale: 10))
    }
    return EquationRow(
      "phi after 28", "φ = (σ²/2)(log(e^x + Σ y_j e^{…}) − x)", printed: compared(printed),
      correctedStatement:
        "φ = (σ²/2) log[(e^{x/σ²} + Σ ½(1+y_j) e_j)/(e^{−x/σ²} + Σ ½(1−y_j) e_j)] − x",
      corrected: compared(corrected),
      note: "Points ±v, |v| = 1, and two others at σ = 0.8: x_v of the fixed point against "
        + "tanh((x_v + φ)/σ²). Printed φ = \(short(printed)), corrected \(short(corrected)). "
        + "Error: rounding.")
  }

  /// `x ~ (t − t_c)^{1/2}` for `t → 0`: it is `(t_c − t)^{1/2}` for `t → t_c` from below.
  private func afterEquation28() throws -> EquationRow {
    let length = 1.5
    let law = try pair(Self.direction.map { length * $0 })
    let critical = clock.time(variance: length * length)
    /// The fixed point on the positive side at a time.
    func position(_ time: Double) -> Double {
      Self.root(from: 1e-7, to: 2 * length) { u in
        dot(score(law, at: Self.direction.map { u * $0 }, sigma: clock.sigma(time)), Self.direction)
      }
    }
    /// `d log x/d log |t − t_c|` between two times.
    func exponent(_ first: Double, _ second: Double) -> Double {
      log(position(second) / position(first)) / log((critical - second) / (critical - first))
    }
    let half = Measured(0.5)
    let starts = [1e-2, 1e-3, 1e-4]
    let near = zip(starts, starts.dropFirst()).map {
      Measured(exponent(critical - $0, critical - $1))
    }
    let early = zip(starts, starts.dropFirst()).map { Measured(exponent($0, $1)) }
    return EquationRow(
      "after 28", "x ~ ±(t − t_c)^½ for t → 0",
      printed: EquationComparison(Measured(limitOf: early[0], early[1]), half),
      correctedStatement: "x ~ ±(t_c − t)^½ for t → t_c from below",
      corrected: EquationComparison(Measured(limitOf: near[0], near[1]), half),
      note: "Two points ±v, |v| = 1.5: the exponent d log x/d log|t − t_c| of the fixed point "
        + "between t = 1e-3 and 1e-4. Corrected: (t_c − t)^½, between t_c − 1e-3 and t_c − 1e-4. "
        + "Error: the change since the decade before.")
  }

  /// `∂²log p/∂x_v² = 0` at the critical level `σ_c = |v|`.
  private func equation29() throws -> EquationRow {
    let length = 1.5
    let law = try pair(Self.direction.map { length * $0 })
    func curvature(_ sigma: Double) -> Measured {
      FiniteDifference.derivative(at: 0, step: 0.05) { u in
        dot(score(law, at: Self.direction.map { u * $0 }, sigma: sigma), Self.direction)
      }
    }
    return EquationRow(
      "29", "∂²log p/∂x_v² = 0 at t_c",
      printed: EquationComparison(curvature(length), Measured(0, scale: 1)),
      note: "Two points ±v at σ = |v| = 1.5, where tanh(x|v|/σ²) has the slope of the diagonal; "
        + "central differences of the score. At 10 % more and less: "
        + "\(short(curvature(1.1 * length).value)), \(short(curvature(0.9 * length).value)). "
        + "Error: of the differences.")
  }

  /// `∇·∇log p = 0` at the centre of a sphere of radius R where it loses its stability, `σ = R/√D`.
  private func equation30() throws -> EquationRow {
    let (radius, d) = (1.3, 3)
    let law = try HypersphereLaw(dimension: d, radius: radius)
    let critical = radius / Double(d).squareRoot()
    func divergence(_ sigma: Double) -> Measured {
      let parts = (0..<d).map { j in
        FiniteDifference.derivative(at: 0, step: 0.02) { u in
          score(law, at: (0..<d).map { $0 == j ? u : 0 }, sigma: sigma)[j]
        }
      }
      return Measured(sumOf: parts)
    }
    return EquationRow(
      "30", "∇·∇log p = 0 at t_c of a sphere",
      printed: EquationComparison(divergence(critical), Measured(0, scale: 1)),
      note: "A sphere, R = 1.3, D = 3, at its centre and σ = R/√D, where the least curvature of "
        + "the well ends; central differences of the score. At 10 % more and less: "
        + "\(short(divergence(1.1 * critical).value)), \(short(divergence(0.9 * critical).value)). "
        + "Error: of the differences.")
  }

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
