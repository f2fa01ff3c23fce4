import Distributions
import Dynamics
import ForwardProcess
import Glibc
import LinearAlgebra
import Randomness
import Statistics
import Testing

@Suite struct TypicalSetTests {
  private let workers = Workers(count: 2)

  @Test("Points flow to where they are the posterior mean: u = tanh(u/σ²) between two points")
  func meanShift() {
    let law = PathLaw.twoPoints.law
    let limits = MeanShift(score: law).limits(from: Matrix([[0.1], [-2], [0]]), sigma: 0.7)
    // The root of u = tanh(u/0.49) by its own iteration, which contracts above it.
    var u = 1.0
    for _ in 0..<200 { u = tanh(u / 0.49) }
    #expect(limits.hasArrived == [true, true, true])
    for (row, expected) in [u, -u, 0].enumerated() {
      #expect(abs(limits.points[row, 0] - expected) < 1e-5)
    }
  }

  @Test("A point that has not arrived in the steps allowed is said not to have")
  func slowPoint() {
    // At the bifurcation the approach is as 1/√n.
    let limits = MeanShift(score: PathLaw.twoPoints.law, mostSteps: 50)
      .limits(from: Matrix([[0.5]]), sigma: 1)
    #expect(limits.hasArrived == [false] && limits.points[0, 0] < 0.5)
  }

  @Test("Around one point the typical distance is that of noise, and all divergence is trivial")
  func onePoint() throws {
    let law = try PointsLaw(points: Matrix([[1, 2, 3]]))
    let sets = TypicalSet.at(
      [0.1, 1], score: law, source: law, count: 4000, seed: 1, workers: workers)
    for set in sets {
      // E‖z‖/√3 = √(2/3) Γ(2)/Γ(3/2) = 0.92132. Seed 1, five standard errors, same samples at
      // either level.
      let expected = (2.0 / 3).squareRoot() * tgamma(2) / tgamma(1.5)
      #expect(abs(set.distance.value - expected) < 5 * set.distance.standardError)
      #expect(abs(set.typicalRate.value) < 1e-9 && abs(set.fixedPointRate.value) < 1e-9)
      #expect(set.arrived == 1)
    }
  }

  @Test("Gaussian data diverge alike at typical points and at their fixed point")
  func gaussian() throws {
    let law = try GaussianLaw(mean: [1, -1], standardDeviations: [1, 0.5])
    let set = TypicalSet.at(
      [0.8], score: law, source: law, count: 64, seed: 2, workers: workers)[0]
    let rate = 1 / 1.64 + 0.25 / 0.89
    #expect(abs(set.typicalRate.value - rate) < 1e-9)
    #expect(abs(set.fixedPointRate.value - rate) < 1e-9)
  }

  // Seed 3, 400 samples, at five standard errors: fails for 2 seeds in a million.
  @Test(
    "On the corners of a simplex typical points lie on the shell σ√D, the tighter the larger D",
    arguments: [8, 64])
  func shell(_ dimension: Int) throws {
    let law = try PointsLaw(points: Matrix(PathLaw.simplexRows(dimension)))
    // Amid the decisions, far above where the centre loses its stability, σ = √(1/D).
    let sigma = 0.5
    let set = TypicalSet.at(
      [sigma], score: law, source: law, count: 400, seed: 3, workers: workers)[0]
    #expect(set.arrived > 0.95)
    #expect(abs(set.distance.value - 1) < 1 / Double(dimension).squareRoot())
    let exact = PathLaw("", PathLaw.simplexRows(dimension)).curve([sigma])[0].entropyRate
    let error = hypot(set.typicalRate.standardError, exact.standardError)
    #expect(abs(set.typicalRate.value - exact.value) < 5 * error)
  }
}
