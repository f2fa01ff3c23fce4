import Distributions
import ForwardProcess
import Glibc
import LinearAlgebra
import Statistics
import Testing

@testable import Dynamics

@Suite struct PathwiseEntropyTests {
  private let workers = Workers(count: 2)

  private func ensemble(
    _ example: PathLaw, at sigmas: [Double], rule: PathwiseEntropy.Rule = .symmetric,
    count: Int = 1500, step: Double = 0.05, seed: UInt64 = 1
  ) -> PathEnsemble {
    PathwiseEntropy(
      score: example.law, source: example.law, posterior: example.posterior, rule: rule,
      count: count, largestStep: step, seed: seed
    ).ensemble(at: sigmas, workers: workers)
  }

  /// The order in the step of the defect path by path, from steps 0.08 and 0.02.
  private func order(_ example: PathLaw, _ rule: PathwiseEntropy.Rule) throws -> Double {
    let sigma = example.testDescription == "two points" ? 0.8 : 0.4
    let defects = try [0.08, 0.02].map { step in
      let paths = ensemble(example, at: [sigma, 20], rule: rule, step: step)
      return try #require(paths.gainDefect(0))
    }
    #expect(defects.allSatisfy { $0 > 0 && $0.isFinite })
    return log2(defects[0] / defects[1]) / 2
  }

  // Seed 1: the defects are known to 5 % or so, which moves an order by 0.05.
  @Test(
    "Path by path the gain by the score is the posterior's, to order 1 by the symmetric rule",
    arguments: [PathLaw.twoPoints, .ring, .simplex])
  func symmetricOrder(_ example: PathLaw) throws {
    #expect(abs(try order(example, .symmetric) - 1) < 0.15)
  }

  @Test("By the left-point rule it is to order ½", arguments: [PathLaw.twoPoints, .ring, .simplex])
  func leftPointOrder(_ example: PathLaw) throws {
    #expect(abs(try order(example, .leftPoint) - 0.5) < 0.12)
  }

  // Seed 1, 1500 paths, 4 laws and 3 levels at five standard errors: fails for 7 seeds in a
  // million.
  @Test("The mean gain is the fall of the conditional entropy", arguments: PathLaw.all)
  func meanGain(_ example: PathLaw) throws {
    let sigmas = [0.3, 0.6, 1.2, 20]
    let (paths, curve) = (ensemble(example, at: sigmas), example.curve(sigmas))
    let entropies = try curve.map { try #require($0.conditionalEntropy) }
    for k in 0..<3 {
      let gain = paths.gain(k)
      let fall = entropies[3] + entropies[k].scaled(by: -1)
      let error = hypot(gain.standardError, fall.standardError)
      #expect(error < 0.05)
      // What extrapolation leaves of the trapezoid rule's h²/12 [C′] at h = 0.05 is below 1e-4.
      #expect(abs(gain.value - fall.value) < 5 * error + 1e-4, "σ = \(sigmas[k])")
    }
  }

  // Seed 2, 4 laws, 2 levels, 4 numbers at five standard errors: fails for 2 seeds in a hundred
  // thousand.
  @Test("Variances over paths are those of the curve, by either definition", arguments: PathLaw.all)
  func variances(_ example: PathLaw) throws {
    let sigmas = [0.7, 1.2, 20]
    let (paths, curve) = (ensemble(example, at: sigmas, seed: 2), example.curve(sigmas))
    for k in 0..<2 {
      let a = try #require(curve[k].posteriorEntropyVariance)
      let b = try #require(curve[k].surprisalVariance)
      let pairs: [(Estimate?, Estimate)] = [
        (paths.directPosteriorEntropyVariance(k), a), (paths.directSurprisalVariance(k), b),
        (paths.surprisalVariance(k), b),
      ]
      for (found, expected) in pairs {
        let found = try #require(found)
        let error = hypot(found.standardError, expected.standardError)
        #expect(error < 0.25 * expected.value)
        #expect(abs(found.value - expected.value) < 5 * error)
      }
      let mean = try #require(paths.posteriorEntropy(k))
      let entropy = try #require(curve[k].conditionalEntropy)
      #expect(
        abs(mean.value - entropy.value) < 5 * hypot(mean.standardError, entropy.standardError))
    }
  }

  // Seed 3: the paths are the same for either value, so only the step's error is left.
  @Test("The variance by the score is the posterior's on the same paths, as the step allows")
  func varianceSteps() throws {
    let paths = ensemble(.twoPoints, at: [0.5, 20], count: 6000, seed: 3)
    let direct = try #require(paths.directSurprisalVariance(0))
    let byScore = try #require(paths.surprisalVariance(0))
    // Measured: 1 % before extrapolation at a step of 0.05.
    #expect(abs(byScore.value / direct.value - 1) < 0.01)
    #expect(paths.gainVarianceStepError(0) < 0.03 * direct.value)
    let left = ensemble(.twoPoints, at: [0.5, 20], rule: .leftPoint, count: 6000, seed: 3)
    // To first order the left point's variance is 60 % too large here.
    #expect(left.gainVarianceStepError(0) > 0.2 * direct.value)
    #expect(abs((left.surprisalVariance(0)?.value ?? 0) / direct.value - 1) < 0.15)
  }

  // Seed 11: what is left is the step's error, and the wrong score's.
  @Test(
    "The excess variance of the exact score is next to 0, and far better known than the variance")
  func excess() throws {
    let paths = ensemble(.ring, at: [0.5, 20], count: 1000, seed: 11)
    let (excess, variance) = (
      try #require(paths.surprisalVarianceExcess(0)), try #require(paths.surprisalVariance(0))
    )
    #expect(excess.standardError < 0.1 * variance.standardError)
    #expect(abs(excess.value) < 5 * excess.standardError + 0.002)
    let wrong = PathwiseEntropy(
      score: ScaledScore(base: PathLaw.ring.law, factor: 1.3), source: PathLaw.ring.law,
      posterior: PathLaw.ring.posterior, count: 1000, seed: 11
    ).ensemble(at: [0.5, 20], workers: workers)
    let difference = try #require(wrong.surprisalVarianceExcess(0))
    #expect(abs(difference.value) > 5 * difference.standardError)
  }

  // Seed 4, 8000 paths, two rules at five standard errors: fails for 1 seed in a million.
  @Test(
    "The mean gain by a wrong score is the integral of its loss, at any step and by either rule",
    arguments: [PathwiseEntropy.Rule.leftPoint, .symmetric])
  func wrongScore(_ rule: PathwiseEntropy.Rule) throws {
    let (example, sigmas) = (PathLaw.ring, [0.3, 10])
    let paths = PathwiseEntropy(
      score: ScaledScore(base: example.law, factor: 0.8), source: example.law, rule: rule,
      count: 8000, largestStep: 0.2, seed: 4
    ).ensemble(at: sigmas, workers: workers)
    // L = C + δ with δ = 0.2² E‖ẑ‖² = 0.04 (D − C).
    let range = try #require(NoiseRange(minimum: 0.3, maximum: 10))
    let places = range.levels(200)
    let loss = example.curve(places).map { 0.96 * $0.entropyRate.value + 0.04 * 2 }
    let expected = LogIntegral(sigmas: places).integral(loss)
    let gain = paths.gain(0)
    #expect(gain.standardError < 0.04)
    #expect(abs(gain.value - expected) < 5 * gain.standardError + 1e-3)
  }

  // Seed 5, 4000 paths at five standard errors: fails for 1 seed in a million.
  @Test("For Gaussian data the variance of the gain is the squared correlation of y and x")
  func gaussian() throws {
    let law = try GaussianLaw(mean: [1, -1], standardDeviations: [1, 0.3])
    let paths = PathwiseEntropy(score: law, source: law, count: 4000, seed: 5)
      .ensemble(at: [0.3, 300], workers: workers)
    // Of the density log p(x|y)/p(x) of two normals: c²/(c² + σ²) a dimension; at σ = 300 1e-5 is
    // left.
    let expected = 1 / 1.09 + 0.5
    let variance = paths.gainVariance(0)
    #expect(abs(variance.value - expected) < 5 * variance.standardError + 0.01)
    let information = (log1p(1 / 0.09) + log(2)) / 2
    #expect(abs(paths.gain(0).value - information) < 5 * paths.gain(0).standardError + 1e-3)
  }

  @Test("Nothing depends on the number of threads, and another seed gives other paths")
  func determinism() {
    let measurement = PathwiseEntropy(
      score: PathLaw.ring.law, source: PathLaw.ring.law, count: 300, largestStep: 0.3, seed: 6)
    let one = measurement.ensemble(at: [0.3, 10], workers: Workers(count: 1))
    let two = measurement.ensemble(at: [0.3, 10], workers: Workers(count: 2))
    #expect(one.gain(0) == two.gain(0) && one.gainVariance(0) == two.gainVariance(0))
    let other = ensemble(.ring, at: [0.3, 10], count: 300, step: 0.3, seed: 7)
    #expect(one.gain(0) != other.gain(0))
  }

  // Seed 8, 4096 paths, 2 numbers at five standard errors: fails for 1 seed in a million.
  @Test("Bridges keep unit noise and forget it as the noise level falls")
  func bridges() {
    var paths = BridgePaths(PathLaw.twoPoints.law, range: 0..<4096, sigma: 4, seed: 8)
    let start = paths.z.elements
    paths.advance(to: 2)
    paths.advance(to: 1)
    let pairs = zip(start, paths.z.elements)
    let square = Estimate(meanOf: paths.z.elements.map { $0 * $0 })
    // cov(z, z′) = σ′/σ.
    let product = Estimate(meanOf: pairs.map { $0 * $1 })
    #expect(abs(square.value - 1) < 5 * square.standardError)
    #expect(abs(product.value - 0.25) < 5 * product.standardError)
  }

  // Seed 10, 4000 paths, 3 laws, 2 levels, 2 numbers at five standard errors: 7 seeds in a million.
  @Test(
    "Along genuine reverse paths the mean posterior entropy is H(σ), and its variance that of h",
    arguments: [PathLaw.twoPoints, .unequal, .ring])
  func reversePaths(_ example: PathLaw) throws {
    let sigmas = [0.4, 0.9, 20]
    let found = ReversePaths(
      score: example.law, source: example.law, posterior: example.posterior, count: 4000,
      largestStep: 0.1, seed: 10
    ).posteriorEntropies(at: sigmas, workers: workers)
    for (point, found) in zip(example.curve(sigmas), found).prefix(2) {
      let entropy = try #require(point.conditionalEntropy)
      let variance = try #require(point.posteriorEntropyVariance)
      #expect(found.mean.standardError < 0.02)
      // The step's own error, of order 2: 0.1² times a number of order 1.
      #expect(abs(found.mean.value - entropy.value) < 5 * found.mean.standardError + 0.01)
      #expect(
        abs(found.variance.value - variance.value) < 5 * found.variance.standardError + 0.01)
    }
  }
}
