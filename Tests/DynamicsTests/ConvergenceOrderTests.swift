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
  // The tolerance is for the next order, whose share is about the widest step's width. Measured are 0.998,
  // 2.004 and 5.073.
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

  // Measured is 1.015. No randomness is left: gains and spreads of the chain's steps are read off its own runs.
  @Test("Euler and Maruyama's chain has weak order one: its variance, exactly, on Gaussian data")
  func eulerMaruyama() throws {
    let deviation = 0.5
    let law = try GaussianLaw(mean: [0], standardDeviations: [deviation])
    let range = try #require(NoiseRange(minimum: 0.05, maximum: 10))
    let process = ReverseDiffusion(score: law)
    let noise = RandomStream(seed: 5, step: 0, purpose: .sampler).normals(1, 1)[0, 0]
    let order = fittedOrder(counts: [100, 200, 400, 800]) { count in
      let levels = NoiseSchedule.geometric(range, count: count + 1)
      var variance = deviation * deviation + 100
      for (sigma, next) in zip(levels, levels.dropFirst()) {
        func step(_ x: Double) -> Double {
          process.eulerMaruyama(from: Matrix([[x]]), sigmas: [sigma, next], seed: 5)[0, 0]
        }
        // A step is x → g x + r ξ with the ξ of the seed's first number.
        let (spread, gain) = (step(0) / noise, step(1) - step(0))
        variance = gain * gain * variance + spread * spread
      }
      return abs(variance - deviation * deviation - 0.05 * 0.05)
    }
    #expect(abs(order - 1) < 0.1, "order \(order)")
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
