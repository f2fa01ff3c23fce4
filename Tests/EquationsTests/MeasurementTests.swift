import Glibc
import LinearAlgebra
import Statistics
import Testing

@testable import Equations

@Suite struct MeasurementTests {
  @Test("An exact comparison holds to its bound, a sampled one to four standard errors")
  func criteria() {
    let exact = EquationComparison(Measured(1, bound: 0.1), Measured(1.15, bound: 0.1))
    #expect(exact.holds && !exact.isSampled && !exact.failsClearly)
    #expect(!EquationComparison(Measured(1, bound: 0.1), Measured(1.25, bound: 0.1)).holds)
    let sampled = EquationComparison(
      Measured(Estimate(1, standardError: 0.3)), Measured(Estimate(2.9, standardError: 0.4)))
    #expect(sampled.holds && sampled.isSampled && abs(sampled.error - 0.5) < 1e-15)
    #expect(!EquationComparison(Measured(Estimate(1, standardError: 0.3)), Measured(2.3)).holds)
  }

  @Test("A clear failure takes five errors and one per cent")
  func clearFailure() {
    #expect(EquationComparison(Measured(1, bound: 0.1), Measured(1.6)).failsClearly)
    #expect(!EquationComparison(Measured(1, bound: 0.1), Measured(1.4)).failsClearly)
    #expect(!EquationComparison(Measured(1, bound: 1e-9), Measured(1.001)).failsClearly)
    #expect(!EquationComparison(Measured(1, bound: 1e-9), Measured(1.001)).holds)
  }

  @Test("What is not a number neither holds nor fails clearly")
  func notANumber() {
    let comparison = EquationComparison(Measured(.nan), Measured(1))
    #expect(!comparison.holds && !comparison.failsClearly)
  }

  @Test("The worst of several comparisons is one that is not a number, if there is any")
  func worst() throws {
    let (good, bad) = (
      EquationComparison(Measured(1), Measured(1)), EquationComparison(Measured(1), Measured(2))
    )
    let none = EquationComparison(Measured(.nan), Measured(1))
    for list in [[good, none, bad], [none, bad], [bad, none, good]] {
      #expect(try #require(EquationComparison.worst(list)).left.isNaN)
    }
    #expect(EquationComparison.worst([good, bad, good]) == bad)
  }

  // The derivatives of e^{2t} in closed form; the bounds must hold and be narrow.
  @Test("Derivatives by differences lie within their bounds", arguments: [0.01, 0.1, 0.4])
  func derivatives(step: Double) {
    let f = { (t: Double) in exp(2 * t) }
    let first = FiniteDifference.derivative(at: 0.3, step: step, of: f)
    let second = FiniteDifference.secondDerivative(at: 0.3, step: step, of: f)
    #expect(abs(first.value - 2 * exp(0.6)) < first.error && first.error < 0.01)
    #expect(abs(second.value - 4 * exp(0.6)) < second.error && second.error < 0.01)
    let mixed = FiniteDifference.mixedDerivative(at: [0.2, 0.5], [1, 0], [0, 1], step: step) {
      sin($0[0]) * exp($0[1]) + $0[0] * $0[0]
    }
    #expect(abs(mixed.value - cos(0.2) * exp(0.5)) < mixed.error && mixed.error < 0.01)
  }

  @Test("The clock's variance is the integral of its rate, and its time the inverse")
  func clock() {
    let clock = PolynomialClock()
    let rule = GaussLegendre(4)
    for t in [0.1, 0.4, 1.3] {
      let integral = zip(rule.nodes, rule.weights).reduce(0) {
        $0 + $1.1 * t / 2 * clock.rate(t * (1 + $1.0) / 2)
      }
      #expect(abs(integral - clock.variance(t)) < 1e-14 * integral)
      #expect(abs(clock.time(variance: clock.variance(t)) - t) < 1e-14)
    }
  }

  @Test("Bayes' theorem by densities agrees with the law")
  func bayes() throws {
    let law = try EquationChecker.makeLaw()
    for x in [[0.3, -0.2, 0.5], [4, 1, -2], [-1, 1, 0]] {
      let posterior = BayesPosterior(law, at: x, sigma: 0.7)
      let exact = law.posterior(at: Matrix([x]), sigma: 0.7)
      #expect(abs(posterior.totalVariance - exact.totalVariance[0]) < 1e-13)
      #expect(
        abs(log(BayesPosterior.density(law, at: x, sigma: 0.7)) - exact.logDensity[0]) < 1e-13)
      #expect(abs(posterior.probabilities.reduce(0, +) - 1) < 1e-15)
    }
  }

  @Test("The rows do not depend on the number of threads")
  func threads() throws {
    let one = try rowsOfSeeds[0].get()
    let three = try measuredRows(seed: 0, threads: 3)
    for (left, right) in zip(one, three) {
      #expect(left.printed == right.printed && left.corrected == right.corrected)
      #expect(left.note == right.note)
    }
    #expect(one.count == three.count)
  }
}
