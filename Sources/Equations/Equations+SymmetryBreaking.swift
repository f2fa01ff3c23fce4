internal import Distributions
internal import Glibc
internal import LinearAlgebra

extension EquationSetting {
  static let symmetryBreaking: [@Sendable (EquationSetting) -> () throws -> EquationRow] = [
    equation28, interference, afterEquation28, equation29, equation30,
  ]

  /// A direction in three dimensions that is no axis.
  static let direction = [0.6, 0.0, 0.8]

  /// `x_v = tanh((x_v + φ)/σ²)` is for `|v| = 1`; in general `m = tanh(m |v|²/σ² + field)`, `x_v =
  /// m |v|`.
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

  /// The interference φ of the other points in terms of `x`, the projection of the fixed point.
  ///
  /// Printed: `(σ²/2)(log(e^x + Σ y_j e^{(−‖y_j‖²/2 + x y_j)/σ²}) − x)`.
  private func printedInterference(_ others: [[Double]], x: Double, variance: Double) -> Double {
    let sum = others.reduce(exp(x)) { sum, y in
      let projection = dot(y, Self.direction)
      return sum + projection * exp((-dot(y, y) / 2 + x * projection) / variance)
    }
    return variance / 2 * (log(sum) - x)
  }

  /// The interference φ at the fixed point `fixed`, with both signs of the projections:
  /// `(σ²/2) log[(e^{x/σ²} + Σ (1+y_j)/2 e_j)/(e^{−x/σ²} + Σ (1−y_j)/2 e_j)] − x`,
  /// `e_j = exp((−(‖y_j‖² − 1)/2 + x·y_j)/σ²)`.
  private func correctedInterference(
    _ others: [[Double]], fixed: [Double], variance: Double
  ) -> Double {
    let x = dot(fixed, Self.direction)
    func side(_ sign: Double) -> Double {
      others.reduce(exp(sign * x / variance)) { sum, y in
        let factor = exp((-(dot(y, y) - 1) / 2 + dot(fixed, y)) / variance)
        return sum + (1 + sign * dot(y, Self.direction)) / 2 * factor
      }
    }
    return variance / 2 * log(side(1) / side(-1)) - x
  }

  /// φ is what makes Equation 28 true among other points.
  private func interference() throws -> EquationRow {
    let (v, sigma) = (Self.direction, 0.8)
    let others = [[1.6, 0.0, -0.7], [-0.3, 2.1, 0.1]]
    let law = try PointsLaw(points: Matrix([v, v.map { -$0 }] + others))
    let fixed = fixedPoint(of: law, from: v, sigma: sigma)
    let (x, variance) = (dot(fixed, v), sigma * sigma)
    let printed = printedInterference(others, x: x, variance: variance)
    let corrected = correctedInterference(others, fixed: fixed, variance: variance)
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
}
