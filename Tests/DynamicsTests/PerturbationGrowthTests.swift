import Distributions
import Dynamics
import ForwardProcess
import Glibc
import LinearAlgebra
import Randomness
import Statistics
import Testing

@Suite struct PerturbationGrowthTests {
  private func levels(_ low: Double, _ high: Double, _ count: Int) throws -> [Double] {
    try #require(NoiseRange(minimum: low, maximum: high)).levels(count).reversed()
  }

  @Test("Between two points a perturbation shrinks above the bifurcation and grows below, exactly")
  func bifurcation() throws {
    let growth = PerturbationGrowth(score: PathLaw.twoPoints.law)
    let sigmas = try levels(0.3, 3, 201)
    let states = growth.states(from: Matrix([[0]]), along: Matrix([[2]]), sigmas: sigmas)
    for state in states {
      // σ² s′(0) = 1/σ² − 1, whose integral over −ln σ is (1/σ² − 1/σ₀²)/2 + ln(σ/σ₀).
      let expected = (1 / (state.sigma * state.sigma) - 1.0 / 9) / 2 + log(state.sigma / 3)
      // Order 4 at steps of 0.012 and rates up to 10.
      #expect(abs(state.logGrowth[0] - expected) < 1e-5)
      let exponent = growth.localExponents(at: state.x, sigma: state.sigma)[0, 0]
      #expect(abs(exponent - (1 / (state.sigma * state.sigma) - 1)) < 1e-9)
      #expect((exponent > 0) == (state.sigma < 1))
    }
  }

  @Test("On Gaussian data the finite-time exponents are the logarithms of the spreads")
  func gaussian() throws {
    let law = try GaussianLaw(mean: [1, -1, 0], standardDeviations: [2, 0.3, 0])
    let x = RandomStream(seed: 1, step: 0, purpose: .test).normals(2, 3)
    let found = PerturbationGrowth(score: law).exponents(from: x, sigmas: try levels(0.1, 10, 201))
    for row in 0..<2 {
      for (j, c) in [2, 0.3, 0].enumerated() {
        // x − mean is proportional to √(c² + σ²) along the flow.
        #expect(abs(found[row, j] - log(hypot(c, 0.1) / hypot(c, 10))) < 1e-6)
      }
    }
  }

  @Test(
    "A small but finite perturbation grows as the variational equation says",
    arguments: [PathLaw.twoPoints, .ring, .simplex])
  func finitePerturbation(_ example: PathLaw) throws {
    let sigmas = try levels(0.4, 8, 121)
    let d = example.law.dimension
    let stream = RandomStream(seed: 2, step: 0, purpose: .test)
    var x = stream.normals(16, d)
    for row in 0..<16 { for j in 0..<d { x[row, j] *= 8 } }
    let growth = PerturbationGrowth(score: example.law)
    let v = stream.with(.noise).normals(16, d)
    let states = growth.states(from: x, along: v, sigmas: sigmas)
    let (first, last) = (states[0], states[states.count - 1])
    let size = 1e-6
    let moved = perturbed(x, noise: first.direction, sigma: size)
    let other = growth.states(from: moved, along: v, sigmas: sigmas)[states.count - 1]
    for row in 0..<16 {
      let square = (0..<d).reduce(0) { $0 + pow(other.x[row, $1] - last.x[row, $1], 2) }
      // The second-order term and the rounding of x, each about 1e-6 of the growth.
      #expect(abs(log(square.squareRoot() / size) - last.logGrowth[row]) < 1e-4)
    }
  }

  @Test(
    "The growth of a step is the Jacobian's along the perturbation, within the local exponents",
    arguments: [PathLaw.ring, .simplex])
  func localRates(_ example: PathLaw) throws {
    let (sigmas, d) = (try levels(0.3, 6, 601), example.law.dimension)
    let growth = PerturbationGrowth(score: example.law)
    let stream = RandomStream(seed: 3, step: 0, purpose: .test)
    let x = example.law.samples(8, stream: stream)
    let states = growth.states(
      from: perturbed(x, noise: stream.normals(8, d), sigma: 6),
      along: stream.with(.noise).normals(8, d), sigmas: sigmas)
    for k in stride(from: 1, to: states.count - 1, by: 20) {
      let (before, here, after) = (states[k - 1], states[k], states[k + 1])
      let products = example.law.jacobianProducts(
        at: here.x, along: here.direction, sigma: here.sigma)
      let exponents = growth.localExponents(at: here.x, sigma: here.sigma)
      for row in 0..<8 {
        let measured =
          (after.logGrowth[row] - before.logGrowth[row]) / log(before.sigma / after.sigma)
        let rate = (0..<d).reduce(0) {
          $0 + here.sigma * here.sigma * here.direction[row, $1] * products[row, $1]
        }
        // A central difference over two steps of 0.005, of rates whose third derivative is below
        // 2000.
        #expect(abs(measured - rate) < 0.01)
        #expect(rate < exponents[row, d - 1] + 1e-9 && rate > exponents[row, 0] - 1e-9)
      }
    }
  }

  // Seed 5, 64 trajectories, the same at every level.
  @Test("The mean growth is the integral of the mean rate, which lies within the mean exponents")
  func levelsOfGrowth() throws {
    let (sigmas, law) = (try levels(0.3, 6, 61), PathLaw.ring.law)
    let found = PerturbationGrowth(score: law).levels(
      at: sigmas.reversed(), source: law, count: 64, withSpectra: true, seed: 5,
      workers: Workers(count: 2))
    let integral = LogIntegral(sigmas: found.map(\.sigma)).integral(found.map(\.rate.value))
    // The trapezoid rule at steps of 0.05.
    #expect(abs(found[0].growth.value - integral) < 0.02)
    #expect(found[60].growth.value == 0)
    for level in found {
      let (low, high) = try #require(level.exponents)
      #expect(low.value <= level.rate.value + 1e-9 && level.rate.value <= high.value + 1e-9)
    }
    // Nothing decided yet: noise is forgotten at rate −1 in every direction.
    #expect(abs(found[60].rate.value + 1) < 0.05)
  }

  @Test(
    "The finite-time exponents sum to the integral of the divergence",
    arguments: [PathLaw.twoPoints, .ring, .simplex])
  func liouville(_ example: PathLaw) throws {
    let (sigmas, d) = (try levels(0.3, 6, 401), example.law.dimension)
    let stream = RandomStream(seed: 4, step: 0, purpose: .test)
    let x = perturbed(
      example.law.samples(4, stream: stream), noise: stream.normals(4, d), sigma: 6)
    let growth = PerturbationGrowth(score: example.law)
    let exponents = growth.exponents(from: x, sigmas: sigmas)
    let states = growth.states(from: x, along: stream.normals(4, d), sigmas: sigmas)
    for row in 0..<4 {
      let rates = states.reversed().map {
        $0.sigma * $0.sigma * example.law.divergence(at: $0.x, sigma: $0.sigma)[row]
      }
      let integral = LogIntegral(sigmas: sigmas.reversed()).integral(rates)
      let sum = exponents.row(row).reduce(0, +)
      // The trapezoid rule's error at steps of 0.0075.
      #expect(abs(sum - integral) < 2e-3)
    }
  }
}
