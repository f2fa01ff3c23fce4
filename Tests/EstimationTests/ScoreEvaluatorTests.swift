import Distributions
import ForwardProcess
import LinearAlgebra
import Statistics
import Testing

@testable import Estimation

/// A score function times a factor, an imperfect one whose errors are known.
struct ScaledScore: ScoreFunction {
  let base: any ScoreFunction
  let factor: Double

  var dimension: Int { base.dimension }

  func score(at x: Matrix<Double>, sigma: Double) -> Matrix<Double> {
    let s = base.score(at: x, sigma: sigma)
    return Matrix(rows: s.rows, columns: s.columns, elements: s.elements.map { factor * $0 })
  }

  func jacobian(at x: Matrix<Double>, sigma: Double) -> Matrix<Double> {
    let j = base.jacobian(at: x, sigma: sigma)
    return Matrix(rows: j.rows, columns: j.columns, elements: j.elements.map { factor * $0 })
  }
}

/// The laws of these tests: their exact rates are known without sampling.
func exampleLaws() throws -> [any Law] {
  [
    try PointsLaw(points: Matrix([[1.0], [-1.0]])),
    try PointsLaw(
      points: Matrix([[1.0, 0], [0, 1], [-1, 0.2]]), weights: [0.5, 0.3, 0.2]),
    try GaussianLaw(
      mean: [1, -2, 0], covariance: Matrix([[2, 0.5, 0], [0.5, 1, 0], [0, 0, 0]])),
  ]
}

@Suite struct ScoreEvaluatorTests {
  static let sigmas = [0.4, 1.0, 3.0, 20.0]
  static let workers = Workers(count: 2)

  static func evaluate(
    _ law: any Law, factor: Double = 1, samples: Int = 20_000, seed: UInt64 = 5,
    workers: Workers = Self.workers
  ) -> (exact: [InformationPoint], learned: [NoiseLevelEstimate]) {
    let evaluator = ScoreEvaluator(
      score: ScaledScore(base: law, factor: factor), source: law, exact: law,
      samplesPerLevel: samples, seed: seed)
    return (
      law.informationCurve(
        at: sigmas, sampling: CurveSampling(samples: 1000, seed: seed, workers: workers)),
      evaluator.curve(at: sigmas, workers: workers).levels
    )
  }

  // Seed 5; 3 laws × 4 levels × 4 routes at 5 standard errors: fails for fewer than 3 seeds in 10⁵.
  @Test("On an exact score every route gives the exact rate within its error")
  func routes() throws {
    for law in try exampleLaws() {
      let (exact, learned) = Self.evaluate(law)
      for (point, estimate) in zip(exact, learned) {
        let c = point.entropyRate.value
        for route in [
          estimate.loss, estimate.divergence, estimate.scoreNorm, estimate.upperBound,
        ] {
          #expect(route.value.isFinite && route.standardError.isFinite)
          #expect(abs(route.value - c) <= 5 * route.standardError + 1e-9)
          // The interval is of use: it is not simply wide.
          #expect(route.standardError < 0.03 * Double(law.dimension))
        }
        #expect(
          abs(estimate.miscalibration.value) <= 5 * estimate.miscalibration.standardError + 1e-9)
        #expect((estimate.scoreMatchingLoss?.value ?? 1) < 1e-20)
      }
    }
  }

  // Seed 5, 5 standard errors, 12 cells × 3 routes.
  @Test("A score that is wrong by a factor errs in each route as the formulas say")
  func scaled() throws {
    let f = 1.1
    for law in try exampleLaws() {
      let d = Double(law.dimension)
      let (exact, learned) = Self.evaluate(law, factor: f)
      for (point, estimate) in zip(exact, learned) {
        // ẑ = f ẑ*, and E[z·ẑ*] = E‖ẑ*‖² = D − C: so A = f (D − C) and B = f² (D − C).
        let ab = d - point.entropyRate.value
        func check(_ route: Estimate, _ expected: Double) {
          #expect(abs(route.value - expected) <= 5 * route.standardError + 1e-9)
        }
        check(estimate.loss, d - 2 * f * ab + f * f * ab)
        check(estimate.divergence, d - f * ab)
        check(estimate.scoreNorm, d - f * f * ab)
        check(estimate.upperBound, d - ab)
        #expect(estimate.upperBound.value <= estimate.loss.value)
        if let delta = estimate.scoreMatchingLoss { check(delta, (f - 1) * (f - 1) * ab) }
      }
    }
  }

  @Test("The exact score at some of the samples changes nothing but the score-matching loss")
  func partlyExact() throws {
    for law in try exampleLaws() {
      let score = ScaledScore(base: law, factor: 0.9)
      func estimates(
        _ samples: Int, exact: Int?, design: SamplingDesign = .full
      ) -> [NoiseLevelEstimate] {
        ScoreEvaluator(
          score: score, source: law, exact: law, samplesPerLevel: samples, exactSamples: exact,
          seed: 3, design: design
        ).curve(at: [0.5], workers: Workers(count: 1)).levels
      }
      let (all, some) = (estimates(2000, exact: nil)[0], estimates(2000, exact: 1100)[0])
      #expect(some.loss == all.loss && some.divergence == all.divergence)
      // Seed 3, 5 standard errors, 3 laws. With strata left out the error is that without any, or
      // up to some three times as much: pairs count once, and are compared across the law.
      let delta = try #require(some.scoreMatchingLoss)
      let whole = try #require(all.scoreMatchingLoss)
      #expect(delta != whole && abs(delta.value - whole.value) < 5 * delta.standardError)
      var design = SamplingDesign.full
      design.isStratified = false
      let scattered = try #require(
        estimates(2000, exact: 1100, design: design)[0].scoreMatchingLoss)
      #expect(delta.standardError < 4 * scattered.standardError && delta.value > 0)
    }
  }

  @Test("Without the exact score there is no score-matching loss")
  func unknown() throws {
    for law in try exampleLaws() {
      let curve = ScoreEvaluator(
        score: ScaledScore(base: law, factor: 0.9), source: law, exact: nil, samplesPerLevel: 200,
        seed: 1
      ).curve(at: [0.5, 1], workers: Workers(count: 1))
      #expect(curve.levels.allSatisfy { $0.scoreMatchingLoss == nil })
      #expect(try #require(curve.integrals).scoreMatchingLoss == nil)
    }
  }

  @Test("(loss + score norm)/2 is the divergence route, to rounding")
  func identity() throws {
    for law in try exampleLaws() {
      for estimate in Self.evaluate(law, factor: 0.8, samples: 500).learned {
        let half = (estimate.loss.value + estimate.scoreNorm.value) / 2
        #expect(
          half.isFinite && abs(half - estimate.divergence.value) < 1e-12 * Double(law.dimension))
      }
    }
  }

  @Test("Results do not depend on the number of threads")
  func threads() throws {
    let law = try exampleLaws()[1]
    let one = Self.evaluate(law, samples: 3000, workers: Workers(count: 1)).learned
    let three = Self.evaluate(law, samples: 3000, workers: Workers(count: 3)).learned
    for (a, b) in zip(one, three) {
      #expect(a.loss == b.loss && a.divergence == b.divergence && a.scoreNorm == b.scoreNorm)
    }
  }

  @Test("Control variates cut the variance of the loss where the noise is large")
  func controls() throws {
    let law = try exampleLaws()[0]
    let estimate = try #require(Self.evaluate(law).learned.last)
    // Plain: the loss at σ = 20 has about the variance 2 of z² times C.
    let plain = (2.0 / 20_000).squareRoot() * estimate.loss.value
    #expect(estimate.loss.standardError < plain / 20)
  }

  @Test("Far below the decision scale the loss is said to rest on rare events")
  func rareEvents() throws {
    let law = try exampleLaws()[0]
    func rare(_ sigma: Double) -> Bool? {
      ScoreEvaluator(score: law, source: law, exact: nil, samplesPerLevel: 4000, seed: 1)
        .curve(at: [sigma], workers: Self.workers).levels.first?.restsOnRareEvents
    }
    #expect(rare(0.15) == true && rare(0.8) == false && rare(20) == false)
  }

  @Test("A score that is close everywhere has a small δ, known well at small noise too")
  func closeScore() throws {
    let law = try GaussianLaw(mean: [0, 0], standardDeviations: [1, 0])
    let estimate = try #require(
      ScoreEvaluator(
        score: ScaledScore(base: law, factor: 1.001), source: law, exact: law,
        samplesPerLevel: 4000, seed: 1
      ).curve(at: [0.05], workers: Self.workers).levels.first)
    let delta = try #require(estimate.scoreMatchingLoss)
    // δ = 10⁻⁶ (D − C), C = 1/(1 + σ²).
    let expected = 1e-6 * (2 - 1 / 1.0025)
    #expect(abs(delta.value - expected) < 5 * delta.standardError)
    #expect(delta.standardError < 0.05 * expected)
  }
}
