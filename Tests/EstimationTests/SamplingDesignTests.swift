import Distributions
import ForwardProcess
import Glibc
import LinearAlgebra
import Randomness
import Statistics
import Testing

@testable import Estimation

/// The score of a law with a bend in it: far from any gradient, no scaling of the truth.
struct BentScore: ScoreFunction {
  let base: any ScoreFunction

  var dimension: Int { base.dimension }

  func score(at x: Matrix<Double>, sigma: Double) -> Matrix<Double> {
    var s = base.score(at: x, sigma: sigma)
    for row in 0..<s.rows {
      for j in 0..<s.columns { s[row, j] += 0.2 * sin(3 * x[row, (j + 1) % s.columns]) / sigma }
    }
    return s
  }

  func jacobian(at x: Matrix<Double>, sigma: Double) -> Matrix<Double> {
    var jacobian = base.jacobian(at: x, sigma: sigma)
    for row in 0..<x.rows {
      for j in 0..<dimension {
        let k = (j + 1) % dimension
        jacobian[row, j * dimension + k] += 0.6 * cos(3 * x[row, k]) / sigma
      }
    }
    return jacobian
  }
}

@Suite struct SamplingDesignTests {
  static let workers = Workers(count: 2)

  /// Designs between the plain and the full one, each with one part more.
  static var designs: [SamplingDesign] {
    var design = SamplingDesign.plain
    var all = [design]
    for controls in SamplingDesign.ControlVariates.allCases.dropFirst() {
      design.controls = controls
      all.append(design)
    }
    design.sharesSamples = true
    all.append(design)
    design.hasWideNoise = true
    all.append(design)
    return all + [.full]
  }

  // Seed 4; 3 laws × 7 designs × (3 levels + total) × 3 routes at 5 standard errors: fewer than 2
  // seeds in 10⁴ fail by chance.
  @Test("Every design estimates the same routes of a bent score, those of plain Monte Carlo")
  func unbiased() throws {
    let sigmas = [0.5, 1.2, 3.0]
    for law in try exampleLaws() {
      let score = BentScore(base: law)
      func curve(_ design: SamplingDesign, samples: Int, seed: UInt64) -> SampledCurve {
        ScoreEvaluator(
          score: score, source: law, exact: nil, samplesPerLevel: samples, seed: seed,
          design: design
        ).curve(at: sigmas, workers: Self.workers)
      }
      let reference = curve(.plain, samples: 24_000, seed: 77)
      for design in Self.designs {
        let found = curve(design, samples: 4000, seed: 4)
        func check(_ a: Estimate, _ b: Estimate) {
          let difference = a + b.scaled(by: -1)
          #expect(difference.standardError.isFinite)
          #expect(abs(difference.value) < 5 * difference.standardError)
        }
        for (a, b) in zip(found.levels, reference.levels) {
          check(a.loss, b.loss)
          check(a.divergence, b.divergence)
          check(a.scoreNorm, b.scoreNorm)
        }
        let (a, b) = (try #require(found.integrals), try #require(reference.integrals))
        check(a.loss, b.loss)
        check(a.divergence, b.divergence)
        check(a.scoreNorm, b.scoreNorm)
      }
    }
  }

  // Seed 6; 3 laws × 2 levels × 6 controls at 5 standard errors: failure probability 2e-5.
  @Test("Every control variate has expectation 0, whatever the score")
  func controls() throws {
    for law in try exampleLaws() {
      let evaluator = ScoreEvaluator(
        score: BentScore(base: law), source: law, exact: nil, samplesPerLevel: 20_000, seed: 6)
      let stream = RandomStream(seed: 6, step: 0, purpose: .noise)
      let samples = SampleBlock(
        law, stream: stream, wideNoise: WideNoise(dimension: law.dimension), first: 0,
        count: 20_000)
      for sigma in [0.3, 2.0] {
        let rows = LevelQuantities(
          evaluator, samples, sigma: sigma, level: 0, ratio: 1, compared: 0
        ).rows
        for control in 0..<6 {
          let mean = Estimate(
            meanOf: (0..<rows.rows).map { rows[$0, RateSums.Column.controls.lowerBound + control] })
          #expect(mean.value.isFinite && abs(mean.value) <= 5 * mean.standardError)
        }
        // They are no zeros, but for the spread of equidistant points.
        #expect((0..<6).count { rows.row(0)[RateSums.Column.controls.lowerBound + $0] != 0 } >= 4)
      }
    }
  }

  // Seed 2; 4 dimensions × 3 means at 5 standard errors.
  @Test(
    "Wide noise weighs 1 on average and 2 at most, and sees the tails", arguments: [1, 2, 5, 40])
  func wideNoise(dimension: Int) throws {
    let law = try GaussianLaw(
      mean: Array(repeating: 0, count: dimension),
      standardDeviations: Array(repeating: 1, count: dimension))
    let samples = SampleBlock(
      law, stream: RandomStream(seed: 2, step: 0, purpose: .noise),
      wideNoise: WideNoise(dimension: dimension), first: 0, count: 20_000)
    #expect(samples.weights.allSatisfy { $0 > 0 && $0 <= 2 })
    let squares = (0..<20_000).map { samples.z.row($0).reduce(0) { $0 + $1 * $1 } }
    for power in 0..<3 {
      let mean = Estimate(
        meanOf: zip(samples.weights, squares).map { $0 * pow($1, Double(power)) })
      let d = Double(dimension)
      #expect(abs(mean.value - [1, d, d * (d + 2)][power]) < 5 * mean.standardError)
    }
    // Beyond what one in ten thousand normal samples reaches there are hundreds.
    let d = Double(dimension)
    let far = d * pow(1 - 2 / (9 * d) + 3.72 * (2 / (9 * d)).squareRoot(), 3)
    #expect(squares.count { $0 > far } > 100)
  }

  @Test("Along a ray the losses of an exact score integrate to the surprisal")
  func ray() throws {
    let points = Matrix([[1.0, 0], [0, 1], [-1, 0.2]])
    let weights = [0.5, 0.3, 0.2]
    let law = try PointsLaw(points: points, weights: weights)
    let (y, z) = (points.row(1), [0.7, -1.1])
    let (low, high, n) = (log(0.1), log(30.0), 4000)
    func at(_ sigma: Double) -> Matrix<Double> {
      Matrix([[y[y.startIndex] + sigma * z[0], y[y.startIndex + 1] + sigma * z[1]]])
    }
    let step = (high - low) / Double(n)
    var sum = 0.0
    for k in 0...n {
      let sigma = exp(low + Double(k) * step)
      let guess = law.predictedNoise(at: at(sigma), sigma: sigma).row(0)
      let trace = 2 + sigma * sigma * law.divergence(at: at(sigma), sigma: sigma)[0]
      let norm = guess.reduce(0) { $0 + $1 * $1 }
      let along = zip(guess, z).reduce(0) { $0 + $1.0 * $1.1 }
      sum += (k == 0 || k == n ? 0.5 : 1) * step * (trace + norm - along)
    }
    /// `−log p(y|x)` by Bayes' rule.
    func surprisal(_ sigma: Double) -> Double {
      let terms = (0..<3).map { k in
        let distance = zip(at(sigma).row(0), points.row(k)).reduce(0) {
          $0 + ($1.0 - $1.1) * ($1.0 - $1.1)
        }
        return weights[k] * exp(-distance / (2 * sigma * sigma))
      }
      return -log(terms[1] / terms.reduce(0, +))
    }
    #expect(abs(sum - (surprisal(30) - surprisal(0.1))) < 1e-5)
  }

  // Seeds 0–59. A cell's coverage is binomial with standard deviation 2.8 %: below 83 % or, for the
  // average of nine correlated cells, below 91 % once in some thousand runs if intervals are
  // honest.
  @Test("Intervals of 95 % hold the truth about as often, at every level and in total")
  func coverage() throws {
    let law = try PointsLaw(
      points: Matrix([[1.0, 0], [0, 1], [-1, 0.2]]), weights: [0.5, 0.3, 0.2])
    let sigmas = [0.5, 0.7, 0.9, 1.2, 1.7, 2.5, 4.0, 7.0]
    let truth = law.informationCurve(
      at: sigmas, sampling: CurveSampling(samples: 16, seed: 0, workers: Self.workers)
    ).map(\.entropyRate.value)
    let study = CoverageStudy(
      sigmas: sigmas, truth: truth, confidence: 0.95, seeds: 60, workers: Self.workers
    ) {
      ScoreEvaluator(score: law, source: law, exact: nil, samplesPerLevel: 1024, seed: $0)
    }
    let cells = study.cells.compactMap(\.coverage)
    #expect(cells.count == 9 && cells.allSatisfy { $0 > 0.83 })
    let average = try #require(study.averageCoverage)
    #expect(average > 0.91 && average < 0.985)
    // The errors are those that are made: each root mean square within 40 %.
    #expect(study.cells.allSatisfy { abs($0.deviation / $0.standardError - 1) < 0.4 })
    #expect(study.cells.allSatisfy { $0.wrong == 0 })
  }

  // Seeds 0–39. The root mean square of 40 distances is within 45 % of an honest error but once in
  // 10⁴ runs; with errors from within the strata alone it was 2.4 times the error, and 47 in 100
  // held.
  @Test("The error of a score-matching loss counts the strata that are left out")
  func partOfStrata() throws {
    let law = try PointsLaw(
      points: Matrix([[1.0, 0], [0, 1], [-1, 0.2]]), weights: [0.5, 0.3, 0.2])
    func loss(_ samples: Int, exact: Int, seed: UInt64) throws -> Estimate {
      let curve = ScoreEvaluator(
        score: BentScore(base: law), source: law, exact: law, samplesPerLevel: samples,
        exactSamples: exact, seed: seed
      ).curve(at: [0.5], workers: Self.workers)
      return try #require(curve.levels[0].scoreMatchingLoss)
    }
    let truth = try loss(1 << 15, exact: 1 << 15, seed: 99)
    let found = try (0..<40).map { try loss(4096, exact: 256, seed: $0) }
    let deviation = found.reduce(0) { $0 + pow($1.value - truth.value, 2) }
    let variance = found.reduce(0) { $0 + pow($1.standardError, 2) }
    #expect(truth.standardError < 0.2 * (variance / 40).squareRoot())
    #expect(deviation.isFinite && (deviation / variance).squareRoot() < 1.45)
  }

  @Test("The full design's total is far better known than that of plain Monte Carlo")
  func efficiency() throws {
    let law = try PointsLaw(
      points: Matrix((0..<8).map { [cos(Double($0) * .pi / 4), sin(Double($0) * .pi / 4)] }))
    let sigmas = law.noiseRange.levels(24)
    let rule = LogIntegral(sigmas: sigmas)
    let exact = rule.integral(
      law.informationCurve(
        at: sigmas, sampling: CurveSampling(samples: 16, seed: 0, workers: Self.workers)
      ).map(\.entropyRate))
    func total(_ design: SamplingDesign) throws -> Estimate {
      try #require(
        ScoreEvaluator(
          score: law, source: law, exact: nil, samplesPerLevel: 4096, seed: 8, design: design
        ).curve(at: sigmas, workers: Self.workers).integrals
      ).loss
    }
    let (plain, full) = (try total(.plain), try total(.full))
    #expect(full.standardError > 0 && full.standardError < plain.standardError / 30)
    // Seed 8, 5 standard errors.
    #expect(abs(full.value - exact.value) < 5 * full.standardError)
  }
}
