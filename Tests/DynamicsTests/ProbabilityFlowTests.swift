import Distributions
import Dynamics
import ForwardProcess
import Glibc
import LinearAlgebra
import Randomness
import Testing

@Suite struct ProbabilityFlowTests {
  @Test("Schedules descend from the largest level to the smallest")
  func schedules() throws {
    let range = try #require(NoiseRange(minimum: 0.002, maximum: 80))
    for levels in [
      NoiseSchedule.geometric(range, count: 18), NoiseSchedule.karras(range, count: 18),
    ] {
      #expect(levels.count == 18 && levels.first == 80 && levels.last == 0.002)
      #expect(zip(levels, levels.dropFirst()).allSatisfy { $0 > $1 })
    }
    // The second level by the formula, in Python: (80**(1/7)+1/17*(.002**(1/7)-80**(1/7)))**7.
    #expect(abs(NoiseSchedule.karras(range, count: 18)[1] - 57.58598) < 1e-4)
  }

  @Test("On Gaussian data the flow scales points as the standard deviation, to second order")
  func gaussian() throws {
    let law = try GaussianLaw(mean: [1, -1], standardDeviations: [1, 0.3])
    let range = try #require(NoiseRange(minimum: 0.01, maximum: 20))
    let x = RandomStream(seed: 1, step: 0, purpose: .test).normals(50, 2)
    func error(_ count: Int) -> Double {
      let y = ProbabilityFlow(score: law)
        .heun(from: x, sigmas: NoiseSchedule.geometric(range, count: count))
      var worst = 0.0
      for row in 0..<50 {
        for (j, deviation) in [1, 0.3].enumerated() {
          // x − mean is proportional to √(c² + σ²) along the flow.
          let scale = hypot(deviation, 0.01) / hypot(deviation, 20)
          let expected = law.mean[j] + scale * (x[row, j] - law.mean[j])
          worst = max(worst, abs(y[row, j] - expected))
        }
      }
      return worst
    }
    let (coarse, fine) = (error(200), error(400))
    #expect(coarse.isFinite && coarse < 1e-3)
    // Second order: a quarter of the error for half the step.
    #expect(abs(log2(coarse / fine) - 2) < 0.1)
  }

  // Seed 2, 20 000 samples; 4 numbers at five standard errors: fails for 2 seeds in a million.
  @Test("Reverse diffusion from the noised law arrives at the law")
  func reverseDiffusion() throws {
    let law = try GaussianLaw(mean: [1, -1], standardDeviations: [1, 0.3])
    let range = try #require(NoiseRange(minimum: 0.01, maximum: 20))
    let count = 20_000
    let start = RandomStream(seed: 2, step: 0, purpose: .test).normals(count, 2)
    var x = start
    for row in 0..<count {
      for (j, deviation) in [1, 0.3].enumerated() {
        x[row, j] = law.mean[j] + hypot(deviation, 20) * start[row, j]
      }
    }
    let y = ReverseDiffusion(score: law).eulerMaruyama(
      from: x, sigmas: NoiseSchedule.geometric(range, count: 400), seed: 2)
    for (j, deviation) in [1, 0.3].enumerated() {
      let variance = deviation * deviation + 1e-4
      let mean = (0..<count).reduce(0) { $0 + y[$1, j] } / Double(count)
      let spread =
        (0..<count).reduce(0) { $0 + (y[$1, j] - law.mean[j]) * (y[$1, j] - law.mean[j]) }
        / Double(count)
      #expect(abs(mean - law.mean[j]) < 5 * (variance / Double(count)).squareRoot())
      // The step's own error is of the order of its width, 2 %.
      #expect(abs(spread / variance - 1) < 5 * (2 / Double(count)).squareRoot() + 0.02)
    }
  }
}
