import Distributions
import Dynamics
import ForwardProcess
import Glibc
import LinearAlgebra
import Randomness
import Testing

/// The reverse processes that draw samples, with so many steps that theirs is not the largest
/// error.
enum Process: String, CaseIterable, CustomTestStringConvertible {
  case heun
  case adaptive
  case eulerMaruyama
  case ancestral

  var testDescription: String { rawValue }

  /// Samples from the law's score alone, started from the normal law with its mean and covariance.
  func samples(_ law: any Law, _ count: Int, from sigmaMax: Double, seed: UInt64) -> Matrix<Double>?
  {
    guard let range = NoiseRange(minimum: law.noiseRange.minimum, maximum: sigmaMax),
      let start = GaussianBaseline(law)
    else { return nil }
    let x = start.samples(
      count, sigma: sigmaMax, stream: RandomStream(seed: seed, step: 0, purpose: .test))
    let flow = ProbabilityFlow(score: law)
    let last =
      switch self {
      case .heun: flow.heun(from: x, sigmas: NoiseSchedule.karras(range, count: 65))
      case .adaptive:
        flow.adaptive(from: x, over: range, tolerance: 1e-5, dataScale: law.moments.scale)?.points
      case .eulerMaruyama:
        ReverseDiffusion(score: law).eulerMaruyama(
          from: x, sigmas: NoiseSchedule.geometric(range, count: 401), seed: seed)
      case .ancestral:
        ReverseDiffusion(score: law).ancestral(
          from: x, sigmas: NoiseSchedule.geometric(range, count: 401), seed: seed)
      }
    return last.map { law.denoised(at: $0, sigma: range.minimum) }
  }
}

@Suite struct SamplerStatisticsTests {
  /// Four points in the plane, none like another.
  private func makePoints() throws -> PointsLaw {
    try PointsLaw(
      points: Matrix([[2, 0], [-1, 1], [-1.5, -1], [0.5, -2]]), weights: [0.4, 0.3, 0.2, 0.1])
  }

  // Seed 11, 4000 samples; the upper 1e-5 quantile of χ² with 3 degrees of freedom is 25.9 (SciPy
  // 1.14: chi2.isf(1e-5, 3)). Four tests: fails for 4 seeds in 100 000.
  @Test("Samples fall to the points by their weights, and lie on them", arguments: Process.allCases)
  func frequencies(process: Process) throws {
    let law = try makePoints()
    let x = try #require(process.samples(law, 4000, from: 40, seed: 11))
    let counts = nearestCounts(x, law.points)
    #expect(chiSquare(counts, weights: law.weights) < 25.9, "\(counts)")
    let between = (0..<x.rows).count { row in
      (0..<4).allSatisfy { distance(x.row(row), law.points.row($0)) > 0.1 }
    }
    // At the smallest level 0.25 % of the entropy is open: about as many samples lie between
    // points.
    #expect(between < 40, "\(between) of 4000")
  }

  // Seed 12, 4000 samples; five numbers at five standard errors of normal data: fails for 3 seeds
  // in a million for each process.
  @Test("Samples of a Gaussian have its mean and covariance", arguments: Process.allCases)
  func moments(process: Process) throws {
    let covariance = Matrix([[1.0, 0.6], [0.6, 0.5]])
    let law = try GaussianLaw(mean: [3, -1], covariance: covariance)
    let count = 4000
    let x = try #require(process.samples(law, count, from: 40, seed: 12))
    for i in 0..<2 {
      let mean = (0..<count).reduce(0) { $0 + x[$1, i] } / Double(count)
      #expect(abs(mean - law.mean[i]) < 5 * (covariance[i, i] / Double(count)).squareRoot())
      for j in 0...i {
        let product = (0..<count).reduce(0) {
          $0 + (x[$1, i] - law.mean[i]) * (x[$1, j] - law.mean[j])
        }
        let square = covariance[i, j] * covariance[i, j]
        let variance = covariance[i, i] * covariance[j, j] + square
        // The chain's own error, of the order of its step of 2 %, is within the last term.
        #expect(
          abs(product / Double(count) - covariance[i, j])
            < 5 * (variance / Double(count)).squareRoot() + 0.01)
      }
    }
  }

  // Seed 13, 200 and 200 samples, 40 shuffles: the statistic's tail is that of a sum of squares, so
  // five deviations, known to a tenth or so, are passed by chance for about one seed in a thousand.
  @Test(
    "Samples of a mixture are those of the law by their energy distance",
    arguments: Process.allCases)
  func energy(process: Process) throws {
    let law = try GaussianMixtureLaw(
      components: [
        GaussianLaw(mean: [0, 0], standardDeviations: [1, 0.3]),
        GaussianLaw(mean: [1.5, 1], standardDeviations: [0.4, 0.8]),
      ], weights: [0.7, 0.3])
    let count = 200
    let x = try #require(process.samples(law, count, from: 40, seed: 13))
    let y = law.samples(count, stream: RandomStream(seed: 13, step: 1, purpose: .test))
    let keys = RandomStream(seed: 13, step: 2, purpose: .test).normals(40, 2 * count)
    let shuffles = (0..<40).map { row in
      (0..<2 * count).sorted { keys[row, $0] < keys[row, $1] }
    }
    let (statistic, deviation) = energyTest(x, y, shuffles: shuffles)
    #expect(statistic < 5 * deviation, "\(statistic) ± \(deviation)")
    // The test can tell: the law with its narrower half alone is farther off.
    let other = law.components[0].samples(
      count, stream: RandomStream(seed: 13, step: 3, purpose: .test))
    let wrong = energyTest(other, y, shuffles: shuffles)
    #expect(wrong.statistic > 5 * wrong.deviation)
  }

  // Seed 14, 20 000 samples, five numbers at five standard errors: fails for 3 seeds in a million.
  @Test("The reverse process starts from the mean and the covariance of the noised data")
  func start() throws {
    let law = try makePoints()
    let (covariance, count, sigma) = (try #require(law.covariance), 20_000, 0.3)
    let x = try #require(GaussianBaseline(law)).samples(
      count, sigma: sigma, stream: RandomStream(seed: 14, step: 0, purpose: .test))
    for i in 0..<2 {
      let mean = (0..<count).reduce(0) { $0 + x[$1, i] } / Double(count)
      let spread = { (k: Int) in covariance[k, k] + sigma * sigma }
      #expect(abs(mean - law.moments.mean[i]) < 5 * (spread(i) / Double(count)).squareRoot())
      for j in 0...i {
        let product = (0..<count).reduce(0) {
          $0 + (x[$1, i] - law.moments.mean[i]) * (x[$1, j] - law.moments.mean[j])
        }
        let expected = covariance[i, j] + (i == j ? sigma * sigma : 0)
        let error = ((spread(i) * spread(j) + expected * expected) / Double(count)).squareRoot()
        #expect(abs(product / Double(count) - expected) < 5 * error)
      }
    }
  }
}
