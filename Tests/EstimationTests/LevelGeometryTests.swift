import Distributions
import ForwardProcess
import Glibc
import LinearAlgebra
import Statistics
import Testing

@testable import Estimation

@Suite struct LevelGeometryTests {
  static let workers = Workers(count: 2)
  static func ring() throws -> PointsLaw {
    try PointsLaw(
      points: Matrix((0..<8).map { [cos(Double($0) * .pi / 4), sin(Double($0) * .pi / 4)] }))
  }

  static func curve(
    _ score: any ScoreFunction, _ law: any Law, samples: Int, seed: UInt64, at sigmas: [Double]
  ) -> SampledCurve {
    ScoreEvaluator(
      score: score, source: law, exact: nil, samplesPerLevel: samples, jacobianSamples: 256,
      seed: seed
    ).curve(at: sigmas, workers: workers)
  }

  // Seed 3; 3 laws × 2 levels × 2 differences at 5 standard errors: failure probability 7e-6.
  @Test(
    "Traces by Jacobian, probes and Stein agree over the samples of a pass, for a bent score too")
  func agreement() throws {
    for law in try exampleLaws() {
      let curve = Self.curve(BentScore(base: law), law, samples: 1024, seed: 3, at: [0.6, 2.5])
      for geometry in try #require(curve.geometry) {
        for defect in [geometry.probedDefect, geometry.steinDefect] {
          #expect(defect.value.isFinite && abs(defect.value) <= 5 * defect.standardError + 1e-12)
        }
        #expect(geometry.steinDefect.standardError > 0)
        let whole = geometry.spectrum.jacobianTrace
        let sum = geometry.probedTrace.value - geometry.probedDefect.value
        #expect(abs(sum - whole.value) < 1e-9)
      }
    }
  }

  // Seeds 0–39: the root mean square of 40 normal numbers is within 0.55–1.45 of 1 but for 1 in
  // 10⁴.
  @Test(
    "Errors are those that are made, over however small a part of the samples",
    arguments: [
      512, 4096,
    ])
  func parts(samples: Int) throws {
    let law = try Self.ring()
    let exact = law.informationCurve(
      at: [0.8, 4], sampling: CurveSampling(samples: 16, seed: 0, workers: Self.workers)
    ).map(\.entropyRate.value)
    var squares = [[0.0, 0.0], [0.0, 0.0]]
    for seed in 0..<40 {
      let curve = Self.curve(law, law, samples: samples, seed: UInt64(seed), at: [0.8, 4])
      for (level, geometry) in try #require(curve.geometry).enumerated() {
        for (k, trace) in [geometry.spectrum.fisherTrace, geometry.steinTrace].enumerated() {
          let z = (trace.value - exact[level]) / trace.standardError
          squares[level][k] += z * z / 40
        }
      }
    }
    // Strata make the errors smaller than those of independent samples, never larger.
    #expect(squares.joined().allSatisfy { $0 > 0 && $0 < 1.45 * 1.45 })
  }

  @Test("Levels far apart leave totals and dimensions unsaid")
  func sparse() throws {
    let law = try Self.ring()
    func evaluation(_ sigmas: [Double]) -> Evaluation {
      Evaluation(
        sigmas: sigmas, moments: law.moments,
        exact: law.informationCurve(
          at: sigmas, sampling: CurveSampling(samples: 16, seed: 0, workers: Self.workers)),
        learned: nil, ledger: nil)
    }
    let data = EvaluatedData(law, below: 0...0.1)
    let far = evaluation([0.001, 0.02, 0.04, 0.07, 300, 1000])
    #expect(far.dataEntropy(.exact, of: data) == nil && far.quadratureError(.exact) == nil)
    #expect(far.plateaus == nil)
    let near = evaluation(law.noiseRange.levels(12))
    let total = try #require(near.dataEntropy(.exact, of: data)?.interval(confidence: 0.95))
    #expect(total.lower <= log(8) && log(8) <= total.upper)
    #expect(near.plateaus?.supportDimension == 0)
  }

  @Test("The dimension is that of the limit in hundreds of dimensions", arguments: [250, 500])
  func manyDimensions(dimension: Int) throws {
    let law = try GaussianLaw(
      mean: Array(repeating: 0, count: dimension),
      standardDeviations: Array(repeating: 1, count: dimension))
    let sigmas = law.noiseRange.levels(24)
    let curve = law.informationCurve(
      at: sigmas, sampling: CurveSampling(samples: 16, seed: 0, workers: Self.workers))
    let plateaus = DimensionPlateaus(sigmas: sigmas, dimensions: curve.map(\.entropyRate))
    #expect(plateaus.supportDimension == dimension)
  }

  // Seed 1, 5 standard errors: spreads eight decades apart, where a covariance keeps no digit of
  // the smaller one unless it is diagonal.
  @Test("Routes are right for a Gaussian of spreads that differ by eight decades")
  func badlyScaled() throws {
    let law = try GaussianLaw(mean: [0, 0], standardDeviations: [1e-4, 1e4])
    let levels = ScoreEvaluator(
      score: law, source: law, exact: nil, samplesPerLevel: 2000, seed: 1
    ).curve(at: [1e-5, 3e-4, 1], workers: Self.workers).levels
    for level in levels {
      let rate = [1e-8, 1e8].reduce(0) { $0 + $1 / ($1 + level.sigma * level.sigma) }
      for route in [level.loss, level.divergence, level.scoreNorm] {
        #expect(abs(route.value - rate) <= 5 * route.standardError + 1e-8)
      }
    }
  }
}
