import Distributions
import ForwardProcess
import LinearAlgebra
import Testing

@testable import Estimation

/// Scores that are multiples of the exact one: with `ẑ' = f ẑ` the loss is larger by
/// `(1 − f)² E‖ẑ‖²`, and `E‖ẑ‖² = D − C`.
@Suite struct ScoreDistanceTests {
  private static let sigmas = [0.3, 1, 4]

  private static func gaussian() throws -> GaussianLaw {
    try GaussianLaw(mean: [1, -2, 0], standardDeviations: [1, 1, 1])
  }

  private static func distance(
    _ law: GaussianLaw, factor: Double, samples: Int = 4000, seed: UInt64 = 5, threads: Int = 2
  ) -> ScoreDistance {
    ScoreDistance(
      law, ScaledScore(base: law, factor: factor), source: law, at: sigmas, samples: samples,
      seed: seed, workers: Workers(count: threads))
  }

  @Test("A scaled score is as far away as the formula says", arguments: [0.5, 0.95, 1.3])
  func scaled(factor: Double) throws {
    let distance = Self.distance(try Self.gaussian(), factor: factor)
    for level in distance.levels {
      // b = 1/(1 + σ²) of a standard normal law.
      let predicted = 1 - 1 / (1 + level.sigma * level.sigma)
      let expected = -(1 - factor) * (1 - factor) * predicted
      let found = level.bandwidthDifference
      // Seed 5, five standard errors at nine levels: fails once in 10⁵ seeds.
      #expect(abs(found.value - expected) < 5 * found.standardError, "σ = \(level.sigma)")
      // ‖ẑ‖² is χ² with 3 · 4000 degrees of freedom: 1.3 % of the mean square, half of it in the
      // root.
      let root = abs(1 - factor) * predicted.squareRoot()
      #expect(abs(level.noiseDistance / root - 1) < 5 * 0.0065, "σ = \(level.sigma)")
    }
    #expect(distance.isFinite)
  }

  @Test("The maxima are those of the levels")
  func maxima() throws {
    let distance = Self.distance(try Self.gaussian(), factor: 0.5)
    #expect(distance.largestBandwidthDifference?.sigma == 4)
    #expect(distance.largestNoiseDistance?.sigma == 4)
  }

  @Test("Levels that differ are counted, and chance alone rarely makes one of them")
  func levelsThatDiffer() throws {
    let law = try Self.gaussian()
    #expect(Self.distance(law, factor: 0.5).levelsThatDiffer == 3)
    #expect(Self.distance(law, factor: 1).levelsThatDiffer == 0)
    // 0.9 ẑ and 1.1 ẑ have the same loss on other samples.
    let count = (0..<100).count { seed in
      ScoreDistance(
        ScaledScore(base: law, factor: 0.9), ScaledScore(base: law, factor: 1.1), source: law,
        at: (0..<12).map { 0.3 + 0.1 * Double($0) }, samples: 256, seed: UInt64(seed),
        workers: Workers(count: 2)
      ).levelsThatDiffer > 0
    }
    // Seeds 0 to 99, each with probability 5 % at most: above 15 once in 10⁵ choices of seeds.
    #expect(count <= 15)
  }

  @Test("Common samples make the difference of two losses far sharper than either")
  func pairing() throws {
    let level = Self.distance(try Self.gaussian(), factor: 0.99).levels[1]
    // The loss of one sample, χ²/2, has a standard deviation of 0.41 a coordinate.
    let alone = 0.41 / 4000.0.squareRoot()
    #expect(level.bandwidthDifference.standardError < 0.05 * alone)
  }

  @Test("A score is at no distance from itself, exactly")
  func identity() throws {
    for level in Self.distance(try Self.gaussian(), factor: 1).levels {
      #expect(level.bandwidthDifference.value == 0 && level.bandwidthDifference.standardError == 0)
      #expect(level.noiseDistance == 0)
    }
  }

  @Test("Results do not depend on the number of threads, but on the seed")
  func reproducible() throws {
    let law = try Self.gaussian()
    let one = Self.distance(law, factor: 0.9, samples: 1030, threads: 1)
    #expect(one.levels == Self.distance(law, factor: 0.9, samples: 1030, threads: 3).levels)
    #expect(one.levels != Self.distance(law, factor: 0.9, samples: 1030, seed: 6).levels)
  }
}
