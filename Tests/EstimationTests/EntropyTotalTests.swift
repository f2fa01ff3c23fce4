import Distributions
import ForwardProcess
import Glibc
import LinearAlgebra
import Statistics
import Testing

@testable import Estimation

@Suite struct EntropyTotalTests {
  /// The total of a curve, with the tails that the law tells.
  static func total(
    _ law: any Law, _ curve: [InformationPoint], isUpperBound: Bool = false
  ) throws -> EntropyTotal {
    let sigmas = curve.map { $0.sigma }
    let baseline = try EntropyLaw.baseline(law)
    let last = try #require(curve.last)
    return EntropyTotal(
      sigmas: sigmas, rates: curve.map { $0.entropyRate.value },
      integral: LogIntegral(sigmas: sigmas).integral(curve.map { $0.entropyRate }),
      below: law.undecidedEntropy(below: curve[0], workers: Workers(count: 2)),
      above: baseline.entropyOfData(above: last.sigma, rate: last.entropyRate),
      isUpperBound: isUpperBound)
  }

  @Test(
    "The interval from an exact curve holds the entropy of a finite law",
    arguments: EntropyLaw.finite, [12, 24, 25, 48])
  func finite(case law: EntropyLaw, levels: Int) throws {
    let total = try Self.total(law.law, law.curve(levels))
    let interval = try #require(total.interval(confidence: 0.95))
    #expect(interval.lower <= law.entropy && law.entropy <= interval.upper)
    // Most of the width is the quadrature's.
    #expect(interval.upper - interval.lower < (levels > 20 ? 0.02 : 0.2) * law.entropy)
    let estimate = try #require(total.estimate)
    #expect(estimate.value > interval.lower && estimate.value < interval.upper)
  }

  @Test(
    "Between two levels the quadrature's error holds the distance to H's difference",
    arguments: EntropyLaw.finite)
  func quadrature(case law: EntropyLaw) throws {
    for count in [8, 9, 10, 12, 15, 18, 21, 26, 33, 40] {
      let curve = law.curve(count)
      let total = try Self.total(law.law, curve)
      let first = try #require(curve[0].conditionalEntropy).value
      let last = try #require(curve[count - 1].conditionalEntropy).value
      // The planar curves are exact to 1e-7.
      #expect(abs(total.integral.value - last + first) <= total.quadratureError + 1e-6)
    }
  }

  @Test("The interval from a sampled curve holds the entropy of a simplex")
  func sampled() throws {
    let law = EntropyLaw.simplex
    let total = try Self.total(law.law, law.curve(24))
    // Fails once in 15 000 seeds by the sampling error alone.
    let interval = try #require(total.interval(confidence: 1 - 1 / 15_000))
    #expect(interval.lower <= law.entropy && law.entropy <= interval.upper)
    #expect(total.integral.standardError > 0 && interval.upper - interval.lower < 0.1)
  }

  @Test("What is decided above the range lies in its bounds, and they are near", arguments: [1, 3])
  func above(divisor: Double) throws {
    for law in EntropyLaw.finite {
      let sigma = law.law.noiseRange.maximum / 4 / divisor
      let point = law.law.informationCurve(
        at: [sigma], sampling: CurveSampling(samples: 1, seed: 1, workers: Workers(count: 1)))[0]
      let truth = law.entropy - (point.conditionalEntropy?.value ?? .nan)
      let baseline = try EntropyLaw.baseline(law.law)
      let bounds = baseline.entropyOfData(above: sigma, rate: point.entropyRate)
      #expect(bounds.lowerBound <= truth + 1e-7 && truth <= bounds.upperBound + 1e-7)
      #expect(bounds.upperBound - bounds.lowerBound < 0.1 * truth)
      // With the total variance alone the bounds are wider, and still bounds.
      let isotropic = GaussianBaseline(isotropic: law.law.moments)
      let wide = isotropic.entropyOfData(above: sigma, rate: point.entropyRate)
      #expect(wide.lowerBound <= truth + 1e-7 && truth <= wide.upperBound + 1e-7)
      #expect(wide.upperBound >= bounds.upperBound - 1e-12)
      #expect(isotropic.entropyOfData(above: sigma, rate: nil) == 0...wide.upperBound)
    }
  }

  @Test("A range too short on either side is made good by the tails", arguments: EntropyLaw.finite)
  func shortRange(case law: EntropyLaw) throws {
    let full = law.law.noiseRange
    let range = try #require(
      NoiseRange(minimum: full.minimum * 2, maximum: full.maximum / 8))
    let total = try Self.total(law.law, law.curve(48, range: range))
    let interval = try #require(total.interval(confidence: 0.95))
    #expect(interval.lower <= law.entropy && law.entropy <= interval.upper)
    #expect(total.integral.value + total.quadratureError < law.entropy)
  }

  @Test("Sampling error, quadrature's error and tails add up to the interval by hand")
  func byHand() throws {
    let total = EntropyTotal(
      sigmas: [1, 2, 3, 4], rates: [1, 1, 1, 1], integral: Estimate(2, standardError: 0.1),
      below: 0.1...0.2, above: 0.3...0.5)
    let interval = try #require(total.interval(confidence: 0.95))
    #expect(abs(interval.lower - (2 - 0.1959963985 + 0.4)) < 1e-9)
    #expect(abs(interval.upper - (2 + 0.1959963985 + 0.7)) < 1e-9)
    #expect(abs(try #require(total.estimate).value - 2.55) < 1e-12)
    // Of a curved rate, the same and the quadrature's error on both sides.
    let curved = EntropyTotal(
      sigmas: [1, 2, 3, 4], rates: [1, 2, 1, 3], integral: Estimate(2), below: 0...0, above: 0...0)
    #expect(curved.quadratureError > 0.01 && curved.quadratureError < 3)
    let around = try #require(curved.interval(confidence: 0.95))
    #expect(around == (2 - curved.quadratureError, 2 + curved.quadratureError))
    let loss = EntropyTotal(
      sigmas: [1, 2, 3, 4], rates: [1, 1, 1, 1], integral: Estimate(2), below: 0...0,
      above: 0...0, isUpperBound: true)
    #expect(try #require(loss.interval(confidence: 0.95)).lower == 0)
  }

  @Test("The entropy of a continuous law has no end below")
  func continuous() throws {
    let law = EntropyLaw.continuous[0]
    let total = try Self.total(law.law, law.curve(12))
    #expect(total.below == nil && total.estimate == nil)
    #expect(total.interval(confidence: 0.95) == nil)
  }
}
