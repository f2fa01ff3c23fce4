internal import Distributions
internal import Dynamics
internal import Glibc
internal import LinearAlgebra
internal import Statistics

extension EquationSetting {
  static let lyapunov: [@Sendable (EquationSetting) -> () throws -> EquationRow] = [
    equation31, equation32,
  ]

  /// Two points `±v`, `|v| = 1.5`, below their critical level: the origin is an unstable fixed
  /// point.
  private func unstablePair() throws -> (law: PointsLaw, time: Double) {
    (try pair(Self.direction.map { 1.5 * $0 }), 0.5)
  }

  /// Separations that grow have a positive exponent `l = (ν²/2) vᵀJv`, not a negative one.
  ///
  /// Left the growth of a separation along v under the reverse flow, right `exp(∓∫ l dτ)`.
  private func equation31() throws -> EquationRow {
    let (law, time) = try unstablePair()
    let (duration, gap) = (0.1, 1e-6)
    func growth(_ steps: Int) -> Double {
      let levels = (0...steps).map { clock.sigma(time - duration * Double($0) / Double(steps)) }
      let start = Matrix([[0.0, 0, 0], Self.direction.map { gap * $0 }])
      let end = ProbabilityFlow(score: score(law)).heun(from: start, sigmas: levels)
      let separation = sum(Array(end.row(1)), -1, Array(end.row(0)))
      return dot(separation, separation).squareRoot() / gap
    }
    let rule = GaussLegendre(8)
    let exponent = zip(rule.nodes, rule.weights).reduce(0.0) { total, node in
      let t = time - duration * (1 + node.0) / 2
      let jacobian = jacobian(law, at: [0, 0, 0], sigma: clock.sigma(t))
      let l = clock.rate(t) / 2 * dot(Self.direction, product(jacobian, Self.direction))
      return total + node.1 * duration / 2 * l
    }
    let (coarse, fine) = (growth(100), growth(200))
    // Besides the step's error, the separation of 1e-6 carries a rounding of 1e-16.
    let measured = Measured(fine, bound: abs(fine - coarse) + 1e-9)
    return EquationRow(
      "31", "a negative exponent l amplifies as e^{−lτ}",
      printed: EquationComparison(measured, Measured(exp(-exponent))),
      correctedStatement: "a positive exponent l amplifies as e^{lτ}",
      corrected: EquationComparison(measured, Measured(exp(exponent))),
      note: "Two trajectories of the reverse flow from the unstable point between ±v, |v| = 1.5: "
        + "the growth of their separation over τ = 0.1, against the exponential of l = (ν²/2) "
        + "vᵀJv. Error: of the steps.")
  }

  /// The lengths of a separation from the unstable point under the flow at the score of one moment,
  /// up to τ = 3, from a direction between the eigenvectors.
  private func frozenSeparations(
    _ law: PointsLaw, sigma: Double, speed: Double, steps: Int
  ) -> [Double] {
    let step = 3 / Double(steps)
    var x = sum([0, 0, 0], 1e-9, sum(Self.direction, 1, [0.8, 0, -0.6]))
    func velocity(_ x: [Double]) -> [Double] {
      score(law, at: x, sigma: sigma).map { speed * $0 }
    }
    return (0..<steps).map { _ in
      // Runge and Kutta's method of fourth order; the origin stays where it is.
      let first = velocity(x)
      let second = velocity(sum(x, step / 2, first))
      let third = velocity(sum(x, step / 2, second))
      let fourth = velocity(sum(x, step, third))
      for (weight, slope) in zip([1.0, 2, 2, 1], [first, second, third, fourth]) {
        x = sum(x, weight * step / 6, slope)
      }
      return dot(x, x).squareRoot()
    }
  }

  /// `l_w = λ_min(J)`; two trajectories separate at `(ν²/2) λ_max`.
  private func equation32() throws -> EquationRow {
    let (law, time) = try unstablePair()
    let (sigma, half) = (clock.sigma(time), clock.rate(time) / 2)
    func exponent(_ steps: Int) -> Double {
      let lengths = frozenSeparations(law, sigma: sigma, speed: half, steps: steps)
      return log(lengths[steps - 1] / lengths[2 * steps / 3 - 1])
    }
    let (coarse, fine) = (exponent(150), exponent(300))
    // A separation of 1e-9 carries a relative rounding of 1e-7.
    let measured = Measured(fine, bound: abs(fine - coarse) + 1e-7)
    let spectrum = SymmetricEigen(jacobian(law, at: [0, 0, 0], sigma: sigma))?.values ?? [.nan]
    return EquationRow(
      "32", "l_w = λ_min(J)",
      printed: EquationComparison(measured, Measured(spectrum[0])),
      correctedStatement: "l_w = (ν²/2) λ_max(J)",
      corrected: EquationComparison(measured, Measured(half * spectrum[spectrum.count - 1])),
      note: "The same unstable point, the flow at the score of one moment: d log‖separation‖/dτ "
        + "over τ = 2 to 3, from a direction w between the eigenvectors. Error: of the steps, and "
        + "1e-7 of rounding.")
  }
}
