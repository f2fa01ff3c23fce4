import Distributions
import ForwardProcess
import Glibc
import LinearAlgebra
import Randomness
import Statistics
import Testing

@testable import Estimation

@Suite struct DifferentialEntropyTests {
  static func entropy(
    _ law: any Law, _ curve: [InformationPoint], isotropic: Bool = false
  ) throws -> DifferentialEntropy? {
    let sigmas = curve.map { $0.sigma }
    let baseline =
      isotropic ? GaussianBaseline(isotropic: law.moments) : try EntropyLaw.baseline(law)
    return DifferentialEntropy(
      baseline: baseline, sigmas: sigmas, rates: curve.map { $0.entropyRate },
      integral: LogIntegral(sigmas: sigmas).integral(curve.map { $0.entropyRate }))
  }

  @Test(
    "The interval from an exact curve holds the differential entropy",
    arguments: EntropyLaw.continuous, [12, 25, 48])
  func continuous(case law: EntropyLaw, levels: Int) throws {
    let entropy = try #require(try Self.entropy(law.law, law.curve(levels)))
    let interval = entropy.interval(confidence: 0.95)
    #expect(interval.lower <= law.entropy && law.entropy <= interval.upper)
    #expect(interval.upper - interval.lower < (levels > 20 ? 0.05 : 1))
    #expect(abs(entropy.estimate.value - law.entropy) < (levels > 20 ? 0.002 : 0.2))
    #expect((entropy.edgeExponent ?? 0) > 0.95)
  }

  @Test("The interval of a grid of normal laws holds its differential entropy")
  func grid() throws {
    let law = EntropyLaw.grid
    let entropy = try #require(try Self.entropy(law.law, law.curve(20)))
    let interval = entropy.interval(confidence: 0.95)
    #expect(interval.lower <= law.entropy && law.entropy <= interval.upper)
    #expect(interval.upper - interval.lower < 0.3)
  }

  @Test("A normal law needs no correction, and has no tails")
  func gaussian() throws {
    let law = EntropyLaw.continuous[0]
    let entropy = try #require(try Self.entropy(law.law, law.curve(12)))
    #expect(abs(entropy.correction.value) < 1e-12 && entropy.quadratureError < 1e-12)
    #expect(abs(entropy.baseline - law.entropy) < 1e-12)
    #expect(entropy.above.upperBound < 1e-12)
    #expect(entropy.below.lowerBound < 1e-12 && entropy.below.upperBound < 0.01)
    #expect(abs(entropy.estimate.value - law.entropy) < 1e-4)
    // With the total variance alone the correction is that from one normal law to the other.
    let isotropic = try #require(
      try Self.entropy(law.law, law.curve(48), isotropic: true))
    #expect(isotropic.baseline > law.entropy + 1)
    let interval = isotropic.interval(confidence: 0.95)
    #expect(interval.lower <= law.entropy && law.entropy <= interval.upper)
  }

  @Test("A range too short on either side is made good by the tails")
  func shortRange() throws {
    for law in EntropyLaw.continuous.dropFirst(2) {
      let full = law.law.noiseRange
      let range = try #require(
        NoiseRange(minimum: full.minimum * 8, maximum: full.maximum / 20))
      let entropy = try #require(try Self.entropy(law.law, law.curve(96, range: range)))
      let interval = entropy.interval(confidence: 0.95)
      #expect(interval.lower <= law.entropy && law.entropy <= interval.upper)
      // The tails are needed, and not wide.
      let inner = entropy.baseline - entropy.correction.value
      #expect(inner - entropy.quadratureError > law.entropy)
      #expect(interval.upper - interval.lower < 0.1)
    }
  }

  @Test("The interval of a noisy curve holds the entropy as often as it says")
  func noisy() throws {
    let law = EntropyLaw.continuous[3]
    let curve = law.curve(32)
    let sigmas = curve.map { $0.sigma }
    let exact = curve.map { $0.entropyRate.value }
    let baseline = try EntropyLaw.baseline(law.law)
    let normals = RandomStream(seed: 8, step: 0, purpose: .test).normals(200, 32)
    var (held, heldAbove) = (0, 0)
    for run in 0..<200 {
      let rates = (0..<32).map {
        Estimate(exact[$0] + 0.02 * normals[run, $0], standardError: 0.02)
      }
      func entropy(isUpperBound: Bool) throws -> (lower: Double, upper: Double) {
        try #require(
          DifferentialEntropy(
            baseline: baseline, sigmas: sigmas, rates: rates, shape: exact,
            integral: LogIntegral(sigmas: sigmas).integral(rates),
            isUpperBound: isUpperBound)
        ).interval(confidence: 0.95)
      }
      let interval = try entropy(isUpperBound: false)
      held += interval.lower <= law.entropy && law.entropy <= interval.upper ? 1 : 0
      let bound = try entropy(isUpperBound: true)
      #expect(bound.lower == -.infinity)
      heldAbove += law.entropy <= bound.upper ? 1 : 0
    }
    // Binomial 200, 0.95: below 178 once in 10 000.
    #expect(held >= 178 && heldAbove >= 178)
  }

  @Test("A loss above the rate bounds the entropy from above")
  func loss() throws {
    let law = EntropyLaw.continuous[2]
    let curve = law.curve(32)
    let sigmas = curve.map { $0.sigma }
    for excess in [0.001, 0.01, 0.1] {
      let losses = curve.map { $0.entropyRate.scaled(by: 1, offset: excess) }
      let entropy = try #require(
        DifferentialEntropy(
          baseline: try EntropyLaw.baseline(law.law), sigmas: sigmas, rates: losses,
          integral: LogIntegral(sigmas: sigmas).integral(losses), isUpperBound: true))
      #expect(entropy.interval(confidence: 0.95).upper >= law.entropy)
      #expect(entropy.estimate.value > law.entropy)
    }
  }

  @Test("The correction is that of the integral given, with its error, not of the levels' sum")
  func integral() throws {
    let law = EntropyLaw.continuous[3]
    let curve = law.curve(32)
    let sigmas = curve.map { $0.sigma }
    let rule = LogIntegral(sigmas: sigmas)
    let exact = rule.integral(curve.map { $0.entropyRate })
    // Levels that share samples are known less well than their integral.
    let rates = curve.map { Estimate($0.entropyRate.value + 0.01, standardError: 0.02) }
    let known = Estimate(exact.value, standardError: 1e-4, freedom: 30)
    let entropy = try #require(
      DifferentialEntropy(
        baseline: try EntropyLaw.baseline(law.law), sigmas: sigmas, rates: rates,
        shape: curve.map { $0.entropyRate.value }, integral: known))
    #expect(entropy.correction.standardError == 1e-4 && entropy.correction.freedom == 30)
    let normal = try sigmas.map { try EntropyLaw.baseline(law.law).entropyRate(sigma: $0) }
    #expect(abs(entropy.correction.value - rule.integral(normal) + exact.value) < 1e-12)
    // The levels' own sum is off by more than that.
    #expect(rule.integral(rates).value - exact.value > 0.05)
  }

  @Test("What shows no density has no differential entropy")
  func none() throws {
    let laws: [any Law] = [
      EntropyLaw.finite[2].law, try HypersphereLaw(dimension: 2, radius: 1),
      try HypersphereLaw(dimension: 8, radius: 1),
      try GaussianLaw(mean: [0, 0], standardDeviations: [1, 0]),
    ]
    for law in laws {
      let curve = law.informationCurve(
        at: law.noiseRange.levels(24),
        sampling: CurveSampling(samples: 64, seed: 1, workers: Workers(count: 1)))
      #expect(try Self.entropy(law, curve) == nil)
    }
    // Levels that end before the narrow components of a grid are resolved.
    let grid = EntropyLaw.continuous[1]
    let short = try #require(NoiseRange(minimum: 0.15, maximum: 30))
    #expect(try Self.entropy(grid.law, grid.curve(24, range: short)) == nil)
  }
}
