internal import Distributions
internal import Glibc
internal import LinearAlgebra

extension EquationSetting {
  static let fixedPoints: [@Sendable (EquationSetting) -> () throws -> EquationRow] = [
    equation23, afterEquation23, equation24, afterEquation24, equation25, afterEquation25,
    equation26, equation27,
  ]

  /// `∇log p(x*) = 0` where the denoiser stands still.
  private func equation23() -> EquationRow {
    let fixed = fixedPoint(of: law, from: Array(law.points.row(0)), sigma: sigma)
    let all = fixed.indices.map { j in
      EquationComparison(
        FiniteDifference.slope(at: fixed, along: j, step: 0.1) {
          logDensity(law, at: $0, sigma: sigma)
        }, Measured(0, scale: 4))
    }
    return EquationRow(
      "23", "∇log p(x*) = 0", printed: .worst(all),
      note: "x* = E[y|x*] by iterating the denoiser; ∇log p there by central differences of log p, "
        + "the worst coordinate shown. Error: of the differences.")
  }

  /// All paths of fixed points tend to 0 as `t → ∞`: to the mean of the data.
  private func afterEquation23() -> EquationRow {
    func largest(_ sigma: Double) -> [Double] {
      fixedPoint(of: law, from: Array(law.points.row(1)), sigma: sigma)
    }
    let (previous, last) = (largest(100), largest(1000))
    func compared(_ limit: [Double]) -> EquationComparison? {
      .worst(
        last.indices.map { j in
          EquationComparison(
            Measured(limitOf: Measured(previous[j], scale: 1), Measured(last[j], scale: 1)),
            Measured(limit[j], scale: 1))
        })
    }
    return EquationRow(
      "after 23", "all paths of fixed points tend to 0", printed: compared([0, 0, 0]),
      correctedStatement: "all paths of fixed points tend to the mean of the data",
      corrected: compared(law.moments.mean),
      note: "The fixed point at σ = 1000, the worst coordinate shown. Error: the change since σ = "
        + "100.")
  }

  /// `J = ∇ᵀ∇log p` would be a number, the Laplacian; the Jacobian is the Hessian `∇∇ᵀlog p`.
  private func equation24() -> EquationRow {
    // A place where the two differ: at some places the forms of one pair of directions agree.
    let x = [0.3, 0.4, 0.2]
    let (w, u) = ([0.6, 0.0, 0.8], [0.0, 0.8, 0.6])
    let measured = dot(w, product(jacobian(law, at: x, sigma: sigma), u))
    func second(_ a: [Double], _ b: [Double]) -> Measured {
      FiniteDifference.mixedDerivative(at: x, a, b, step: 0.1) {
        logDensity(law, at: $0, sigma: sigma)
      }
    }
    let axes = x.indices.map { axis in x.indices.map { $0 == axis ? 1.0 : 0.0 } }
    let parts = axes.map { second($0, $0) }
    // As a number the Laplacian multiplies the identity matrix.
    let laplacian = Measured(sumOf: parts)
    return EquationRow(
      "24", "J = ∇ᵀ∇log p",
      printed: EquationComparison(Measured(measured, scale: 1), laplacian.scaled(by: dot(w, u))),
      correctedStatement: "J = ∇∇ᵀlog p, the Hessian",
      corrected: EquationComparison(Measured(measured, scale: 1), second(w, u)),
      note: "wᵀJu at a point, against second differences of log p. Error: of the differences.")
  }

  /// `vᵀJv → 0` from below as `t` falls to the branching time, v the direction of the split.
  private func afterEquation24() throws -> EquationRow {
    let (direction, length) = ([0.6, 0.0, 0.8], 1.5)
    let law = try pair(direction.map { length * $0 })
    func curvature(_ distance: Double) -> Double {
      let jacobian = jacobian(law, at: [0, 0, 0], sigma: length * (1 + distance))
      return dot(direction, product(jacobian, direction))
    }
    let values = [1e-3, 1e-4].map(curvature)
    return EquationRow(
      "after 24", "vᵀJv → 0 as t falls to the branching time",
      printed: EquationComparison(
        Measured(
          limitOf: Measured(values[0], scale: 1), Measured(values[1], scale: 1)), Measured(0)),
      note: "Two points ±v, |v| = 1.5, at σ above σ_c = |v| by 1e-4 of it; negative before, "
        + "\(short(curvature(0.1))) at 10 %. Error: the change over the decade before.")
  }

  /// `p_0 = (1/K) Σ δ(y − y_j)`: noised, a sum of normal densities.
  private func equation25() throws -> EquationRow {
    let equal = try Self.threePoints(weights: [1.0 / 3, 1.0 / 3, 1.0 / 3])
    let all = (0..<8).map { i in
      let x = samples.point(i)
      return EquationComparison(
        Measured(exp(logDensity(equal, at: x, sigma: sigma))),
        Measured(BayesPosterior.density(equal, at: x, sigma: sigma)))
    }
    return EquationRow(
      "25", "p_0 = (1/K) Σ_j δ(y − y_j)", printed: .worst(all),
      note: "The density of the law at eight noised points against the sum of its parts; the worst "
        + "shown. Error: rounding.")
  }

  /// How many stable fixed points the denoiser leads to from 49 places around a law in a plane.
  private func stablePoints(of law: PointsLaw, sigma: Double) -> Int {
    var found: [[Double]] = []
    for i in -3...3 {
      for j in -3...3 {
        let start = [Double(i) * 0.31 + 0.01, Double(j) * 0.31]
        let x = fixedPoint(of: law, from: start, sigma: sigma)
        let isNew = !found.contains { dot(sum($0, -1, x), sum($0, -1, x)) < 1e-10 }
        if isNew && isStable(law, at: x, sigma: sigma) { found.append(x) }
      }
    }
    return found.count
  }

  /// Exactly K stable fixed points: a triangle has four in a window of noise levels.
  private func afterEquation25() throws -> EquationRow {
    let sigma = 0.725
    let triangle = try PointsLaw(
      points: Matrix(
        [0, 1, 2].map { (k: Double) in [cos(2 * .pi * k / 3), sin(2 * .pi * k / 3)] }))
    // On an axis of symmetry x = (e^{x/σ²} − e^{−x/2σ²})/(e^{x/σ²} + 2 e^{−x/2σ²}): as x grows past
    // a stable root the excess of the right side turns from positive to negative.
    let signs = (0...2000).map { index in
      let x = (Double(index) + 0.5) / 2000
      let e = exp(1.5 * x / (sigma * sigma))
      return (e - 1) / (e + 2) > x
    }
    let onAxes = 3 * zip(signs, signs.dropFirst()).count { $0 && !$1 } + (signs[0] ? 0 : 1)
    let count = Measured(Double(stablePoints(of: triangle, sigma: sigma)))
    return EquationRow(
      "after 25", "there are exactly K stable paths",
      printed: EquationComparison(count, Measured(3)),
      correctedStatement: "there can be more than K stable paths",
      corrected: EquationComparison(count, Measured(Double(onAxes))),
      note:
        "The corners of an equilateral triangle, |y| = 1, at σ = 0.725: stable fixed points from "
        + "49 starts, against those on its three axes of symmetry and the centre. Error: rounding.")
  }

  /// `x* = Σ w_j(x*) y_j`.
  private func equation26() -> EquationRow {
    let all = (0..<law.weights.count).flatMap { k in
      let fixed = fixedPoint(of: law, from: Array(law.points.row(k)), sigma: sigma)
      let mean = BayesPosterior(law, at: fixed, sigma: sigma).mean
      return fixed.indices.map {
        EquationComparison(Measured(fixed[$0], scale: 4), Measured(mean[$0], scale: 4))
      }
    }
    return EquationRow(
      "26", "x* = Σ_j w_j(x*) y_j", printed: .worst(all),
      note: "Fixed points of the denoiser from each data point, weights by Bayes' theorem; the "
        + "worst coordinate shown. Error: rounding.")
  }

  /// `w_j ∝ exp((‖y_j‖²/2 + x·y_j)/σ²)`; the square is subtracted.
  private func equation27() throws -> EquationRow {
    let equal = try Self.threePoints(weights: [1.0 / 3, 1.0 / 3, 1.0 / 3])
    func compared(sign: Double) -> EquationComparison? {
      .worst(
        (0..<8).flatMap { i in
          let x = samples.point(i)
          let weights = (0..<3).map { k in
            let y = Array(equal.points.row(k))
            return exp((sign * dot(y, y) / 2 + dot(x, y)) / variance)
          }
          let mean = (0..<3).reduce([0.0, 0, 0]) {
            sum($0, weights[$1] / weights.reduce(0, +), Array(equal.points.row($1)))
          }
          let denoised = sum(x, variance, score(equal, at: x, sigma: sigma))
          return x.indices.map {
            EquationComparison(Measured(denoised[$0], scale: 4), Measured(mean[$0], scale: 4))
          }
        })
    }
    return EquationRow(
      "27", "w_j ∝ exp((‖y_j‖²/2 + x·y_j)/σ²)", printed: compared(sign: 1),
      correctedStatement: "w_j ∝ exp((−‖y_j‖²/2 + x·y_j)/σ²)", corrected: compared(sign: -1),
      note: "E[y|x] = x + σ² s against Σ w_j y_j at eight points; the worst coordinate shown. "
        + "Error: rounding.")
  }
}
