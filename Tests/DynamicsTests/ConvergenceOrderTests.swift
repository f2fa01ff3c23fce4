import Distributions
import Dynamics
import ForwardProcess
import Glibc
import LinearAlgebra
import Randomness
import Testing

/// The integrators of the flow, by name.
enum Integrator: String, CaseIterable, CustomTestStringConvertible {
  case euler
  case heun
  case rungeKutta

  var testDescription: String { rawValue }

  /// The order that the method is known to have.
  var order: Double {
    switch self {
    case .euler: 1
    case .heun: 2
    case .rungeKutta: 5
    }
  }

  func carry(_ score: any ScoreFunction, _ x: Matrix<Double>, _ sigmas: [Double]) -> Matrix<Double>
  {
    let flow = ProbabilityFlow(score: score)
    return switch self {
    case .euler: flow.euler(from: x, sigmas: sigmas)
    case .heun: flow.heun(from: x, sigmas: sigmas)
    case .rungeKutta: flow.rungeKutta(from: x, sigmas: sigmas)
    }
  }
}

@Suite struct ConvergenceOrderTests {
  // The tolerance is for the next order, whose share is about the widest step's width. Measured are
  // 0.998, 2.004 and 5.073.
  @Test(
    "On Gaussian data the error falls with the order of the method", arguments: Integrator.allCases)
  func gaussian(integrator: Integrator) throws {
    let deviations = [1, 0.3]
    let law = try GaussianLaw(mean: [1, -1], standardDeviations: deviations)
    let range = try #require(NoiseRange(minimum: 0.1, maximum: 10))
    let x = RandomStream(seed: 3, step: 0, purpose: .test).normals(20, 2)
    // x − mean is proportional to √(c² + σ²) along the flow.
    let expected = (0..<20).flatMap { row in
      (0..<2).map { j in
        let scale = hypot(deviations[j], 0.1) / hypot(deviations[j], 10)
        return law.mean[j] + scale * (x[row, j] - law.mean[j])
      }
    }
    let counts = integrator == .rungeKutta ? [16, 32, 64, 128] : [128, 256, 512, 1024]
    let order = fittedOrder(counts: counts) { count in
      let levels = NoiseSchedule.geometric(range, count: count + 1)
      return largestDifference(integrator.carry(law, x, levels).elements, expected)
    }
    #expect(abs(order - integrator.order) < 0.15, "order \(order)")
  }

  // Measured are 0.981, 1.980 and 5.189.
  @Test("Where points decide the error falls with the order too", arguments: Integrator.allCases)
  func points(integrator: Integrator) throws {
    let law = try PointsLaw(
      points: Matrix([[1, 0], [-1, 0.5], [0, -1]]), weights: [0.5, 0.3, 0.2])
    let range = try #require(NoiseRange(minimum: 0.3, maximum: 4))
    var x = RandomStream(seed: 4, step: 0, purpose: .test).normals(8, 2)
    for row in 0..<8 { for j in 0..<2 { x[row, j] *= 4 } }
    // 2000 steps of order five, whose error is that of rounding.
    let reference = ProbabilityFlow(score: law)
      .rungeKutta(from: x, sigmas: NoiseSchedule.geometric(range, count: 2001)).elements
    let counts = integrator == .rungeKutta ? [160, 320, 640] : [256, 512, 1024, 2048]
    let order = fittedOrder(counts: counts) { count in
      let levels = NoiseSchedule.geometric(range, count: count + 1)
      return largestDifference(integrator.carry(law, x, levels).elements, reference)
    }
    #expect(abs(order - integrator.order) < 0.25, "order \(order)")
  }

  /// The variance at σ = 0.05 of a chain that starts from `N(0, deviation² + 100)` at σ = 10,
  /// exactly: gains and spreads of its steps are read off its own runs, so that no randomness is
  /// left.
  private func variance(
    deviation: Double, count: Int,
    _ carry: (ReverseDiffusion, Matrix<Double>, [Double]) -> Matrix<Double>
  ) throws -> Double {
    let law = try GaussianLaw(mean: [0], standardDeviations: [deviation])
    let range = try #require(NoiseRange(minimum: 0.05, maximum: 10))
    let noise = RandomStream(seed: 5, step: 0, purpose: .sampler).normals(1, 1)[0, 0]
    let levels = NoiseSchedule.geometric(range, count: count + 1)
    return zip(levels, levels.dropFirst()).reduce(deviation * deviation + 100) { variance, step in
      // A step is x → g x + r ξ with the ξ of the seed's first number.
      func end(_ x: Double) -> Double {
        carry(ReverseDiffusion(score: law), Matrix([[x]]), [step.0, step.1])[0, 0]
      }
      let (spread, gain) = (end(0) / noise, end(1) - end(0))
      return gain * gain * variance + spread * spread
    }
  }

  // Measured are 1.015 and 1.005.
  @Test("The stochastic chains have weak order one: their variance, exactly, on Gaussian data")
  func stochastic() throws {
    for isAncestral in [false, true] {
      let errors = try [100, 200, 400, 800].map { count in
        (
          count,
          abs(
            try variance(deviation: 0.5, count: count) {
              isAncestral
                ? $0.ancestral(from: $1, sigmas: $2, seed: 5)
                : $0.eulerMaruyama(from: $1, sigmas: $2, seed: 5)
            } - 0.5 * 0.5 - 0.05 * 0.05)
        )
      }
      let order = fittedOrder(counts: errors.map(\.0)) { count in
        errors.first { $0.0 == count }?.1 ?? .nan
      }
      #expect(abs(order - 1) < 0.1, "order \(order)")
    }
  }

  @Test("For data in one point ancestral steps are exact, however few")
  func onePoint() throws {
    for count in [1, 3] {
      // A spread of 1e-9 stands for a point.
      let found = try variance(deviation: 1e-9, count: count) {
        $0.ancestral(from: $1, sigmas: $2, seed: 5)
      }
      #expect(abs(found / (0.05 * 0.05) - 1) < 1e-9)
      let other = try variance(deviation: 1e-9, count: count) {
        $0.eulerMaruyama(from: $1, sigmas: $2, seed: 5)
      }
      #expect(other > 1.5 * 0.05 * 0.05)
    }
  }

  // Seed 6, 40 000 samples, one number at five standard errors: fails for 6 seeds in ten million.
  @Test("Euler and Maruyama's chain has the variance that its recursion says, not that of the law")
  func eulerMaruyamaRecursion() throws {
    let law = try GaussianLaw(mean: [0], standardDeviations: [0.5])
    let range = try #require(NoiseRange(minimum: 0.05, maximum: 10))
    let (levels, count) = (NoiseSchedule.geometric(range, count: 9), 40_000)
    var x = RandomStream(seed: 6, step: 0, purpose: .test).normals(count, 1)
    for row in 0..<count { x[row, 0] *= (0.25 + 100).squareRoot() }
    // x′ = x (1 − v/(c² + σ²)) + √v ξ with v = σ² − σ′².
    let expected = zip(levels, levels.dropFirst()).reduce(0.25 + 100) { variance, step in
      let v = step.0 * step.0 - step.1 * step.1
      let gain = 1 - v / (0.25 + step.0 * step.0)
      return gain * gain * variance + v
    }
    let y = ReverseDiffusion(score: law).eulerMaruyama(from: x, sigmas: levels, seed: 6)
    let variance = y.elements.reduce(0) { $0 + $1 * $1 } / Double(count)
    #expect(abs(variance / expected - 1) < 5 * (2 / Double(count)).squareRoot())
    // Eight steps are few: the test could tell the law's own variance.
    #expect(abs(expected / 0.2525 - 1) > 0.1)
  }
}
