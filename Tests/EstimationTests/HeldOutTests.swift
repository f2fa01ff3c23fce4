import Distributions
import ForwardProcess
import Glibc
import LinearAlgebra
import Randomness
import Statistics
import Testing

@testable import Estimation

/// Scores that memorise and scores that do not, on 200 points of a Gaussian in the plane.
@Suite struct HeldOutTests {
  private static let stream = RandomStream(seed: 77, step: 0, purpose: .test)
  private let levels = NoiseRange(minimum: 0.005, maximum: 5)?.levels(28) ?? []

  /// Training and held-out points: standard normal in the plane, `count` of either.
  private func parts(_ count: Int, seed: UInt64) throws -> (training: PointsLaw, heldOut: PointsLaw)
  {
    let stream = RandomStream(seed: seed, step: 0, purpose: .test)
    let all = try PointsLaw(points: stream.normals(2 * count, 2))
    return try #require(all.split(heldOut: 0.5, seed: 1))
  }

  private func comparison(
    _ score: any ScoreFunction, _ parts: (training: PointsLaw, heldOut: PointsLaw),
    samples: Int = 2048, workers: Workers = Workers(count: 2)
  ) -> HeldOutComparison {
    HeldOutEvaluator(
      score: score, training: parts.training, heldOut: parts.heldOut, samplesPerLevel: samples,
      seed: 3
    ).comparison(at: levels, workers: workers)
  }

  // The pairs part where a dozen of the 100 points compete, σ = 0.39 on these three sets: there the
  // score is a mean over few points, and held-out points begin to miss their own.
  @Test(
    "The exact score of the training points memorises, from where its posterior collapses",
    arguments: [1, 2, 3] as [UInt64])
  func memorises(seed: UInt64) throws {
    let parts = try parts(100, seed: seed)
    let result = comparison(parts.training, parts)
    let onset = try #require(result.memorisationOnset)
    let curve = parts.training.informationCurve(
      at: [onset], sampling: CurveSampling(samples: 0, seed: 0, workers: Workers(count: 1)))
    let entropy = try #require(curve[0].conditionalEntropy).value
    #expect(entropy > log(3) && entropy < log(33), "\(exp(entropy)) points at σ = \(onset)")
    // Far below, the training loss is nothing and the other the squared distance of the nearest.
    #expect(result.levels[0].training.value < 0.1 && result.levels[0].heldOut.value > 1000)
  }

  @Test("The score of the law that the points come from does not memorise")
  func generalises() throws {
    let law = try GaussianLaw(mean: [0, 0], standardDeviations: [1, 1])
    var squares = RunningMoments()
    for seed: UInt64 in 1...12 {
      let result = comparison(law, try parts(100, seed: seed), samples: 512)
      #expect(result.memorisationOnset == nil)
      for level in result.levels {
        let ratio = level.gap.value / level.gap.standardError
        squares.add(ratio * ratio)
      }
    }
    // Gaps are as large as their errors say. High levels see much the same of a set, so the 336
    // ratios count as some 100, of standard deviation 1.4.
    #expect(abs(squares.mean.value - 1) < 4 * 1.4 / 100.0.squareRoot())
  }

  @Test("Common noise makes the gap sharper than two separate losses")
  func pairing() throws {
    let law = try GaussianLaw(mean: [0, 0], standardDeviations: [1, 1])
    let result = comparison(law, try parts(2000, seed: 5), samples: 1024)
    let level = result.levels[0]
    #expect(
      level.gap.standardError < 0.1
        * hypot(level.training.standardError, level.heldOut.standardError))
    let difference = level.heldOut.value - level.training.value
    #expect(abs(level.gap.value - difference) < 1e-12)
  }

  @Test("One held-out point says nothing, and results do not depend on the number of threads")
  func small() throws {
    let points = try PointsLaw(points: Self.stream.normals(8, 2))
    let one = try #require(points.split(heldOut: 0.125, seed: 1))
    let result = comparison(one.training, one, samples: 1000)
    #expect(result.levels.allSatisfy { $0.gap.standardError == .infinity })
    #expect(result.memorisationOnset == nil)
    let single = comparison(one.training, one, samples: 1000, workers: Workers(count: 1))
    #expect(
      zip(result.levels, single.levels).allSatisfy { $0.heldOut == $1.heldOut && $0.gap == $1.gap })
  }

  @Test("The order of two sets of numbers is told by their rank sum")
  func separation() {
    // By hand: n = m = 3, U = 9 of 9, mean 4.5, variance 9 · 7/12.
    let apart = PairedLosses.separation([4, 5, 6], [1, 2, 3])
    #expect(abs(apart - 4.5 / 5.25.squareRoot()) < 1e-14)
    #expect(PairedLosses.separation([1, 2, 3], [4, 5, 6]) == -apart)
    #expect(PairedLosses.separation([1, 1], [1, 1, 1]) == 0)
    #expect(PairedLosses.separation([], [1]) == 0)
  }

  @Test("The held-out entropy is the trapezoid rule's, with the errors of levels added as they are")
  func total() throws {
    let levels = [(1.0, 2.0, 0.1), (M_E, 4, 0.2), (M_E * M_E, 1, 0.3)].map {
      HeldOutComparison.Level(
        sigma: $0.0, training: Estimate(0), heldOut: Estimate($0.1, standardError: $0.2),
        gap: Estimate(0), separation: 0)
    }
    let total = try #require(HeldOutComparison(levels: levels).heldOutEntropy)
    #expect(abs(total.value - (1 + 4 + 0.5)) < 1e-12)
    #expect(abs(total.standardError - (0.05 + 0.2 + 0.15)) < 1e-12)
    #expect(HeldOutComparison(levels: Array(levels.prefix(1))).heldOutEntropy == nil)
  }

  @Test("The onset is the last level that stands apart, below which the gap never closes")
  func onset() {
    func onset(_ levels: [(gap: Double, separation: Double)]) -> Double? {
      HeldOutComparison(
        levels: levels.enumerated().map { index, level in
          HeldOutComparison.Level(
            sigma: Double(index + 1), training: Estimate(0), heldOut: Estimate(level.gap),
            gap: Estimate(level.gap, standardError: 1), separation: level.separation)
        }
      ).memorisationOnset
    }
    #expect(onset([(4, 2), (5, 4), (3, 3.1), (2, 2.9), (4, 1)]) == 3)
    #expect(onset([(4, 4), (-1, 0), (5, 4)]) == 1)
    #expect(onset([(2, 2.9), (5, 2)]) == nil && onset([]) == nil)
  }
}
