import ForwardProcess
import Glibc
import Testing

@Suite struct ForwardProcessTests {
  @Test("Levels are equally spaced in ln σ and end exactly at the ends of the range")
  func levels() throws {
    let range = try #require(NoiseRange(minimum: 0.1, maximum: 20))
    let levels = range.levels(48)
    #expect(levels.count == 48 && levels.first == 0.1 && levels.last == 20)
    for (a, b) in zip(levels, levels.dropFirst()) {
      #expect(abs(log(b / a) - range.logWidth / 47) < 1e-12)
    }
    #expect(abs((range.levels(1).first ?? 0) - 2.0.squareRoot()) < 1e-12)
  }

  @Test(
    "A range needs 0 < minimum < maximum < ∞",
    arguments: [(0.0, 1.0), (-1, 1), (1, 1), (2, 1), (1, .infinity), (.nan, 1), (1, .nan)])
  func impossible(low: Double, high: Double) {
    #expect(NoiseRange(minimum: low, maximum: high) == nil)
  }

  @Test("A clock's rate is the derivative of ln σ by its time")
  func clocks() throws {
    let range = try #require(NoiseRange(minimum: 0.02, maximum: 30))
    for clock in [Clock.constant, .edm, .geometric(range)] {
      for sigma in [0.05, 1, 12.0] {
        let h = 1e-6
        // dt/d ln σ by central differences; the rate is its inverse.
        let slope =
          (clock.time(sigma: sigma * exp(h)) - clock.time(sigma: sigma * exp(-h))) / (2 * h)
        #expect(abs(clock.logSigmaRate(sigma: sigma) * slope - 1) < 1e-8)
      }
    }
    #expect(Clock.constant.time(sigma: 3) == 9 && Clock.edm.time(sigma: 3) == 3)
    #expect(abs(Clock.geometric(range).time(sigma: 30) - 1) < 1e-12)
  }

  @Test("The data scale is the root mean variance, and 1 where there is none")
  func scale() {
    #expect(DataMoments(mean: [0, 0, 0, 0], totalVariance: 1).scale == 0.5)
    #expect(DataMoments(mean: [3], totalVariance: 0).scale == 1)
  }
}
