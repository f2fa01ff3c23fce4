import ForwardProcess
import Glibc
import LinearAlgebra
import Statistics
import Testing

@testable import Distributions

/// A law with its reference values.
struct ReferenceCase: CustomTestStringConvertible, Sendable {
  let testDescription: String
  let law: any Law
  let values: [[Double]]
  /// What the values are accurate to: of curves in nats, of densities relative.
  let tolerance: Double
  /// What the variances of curves are accurate to, in nats².
  let varianceTolerance: Double

  init(
    _ name: String, _ law: any Law, _ values: [[Double]], within tolerance: Double,
    variances varianceTolerance: Double? = nil
  ) {
    (testDescription, self.law, self.values, self.tolerance) = (name, law, values, tolerance)
    self.varianceTolerance = varianceTolerance ?? tolerance
  }
}

/// Continuous laws against values from elsewhere, see `References/laws.py`.
@Suite struct LawReferenceTests {
  private let workers = Workers(count: 2)

  static let densities: [ReferenceCase] = [
    ReferenceCase("line", ContinuousLaws.line, LawReferences.line, within: 1e-13),
    ReferenceCase("plane", ContinuousLaws.plane, LawReferences.plane, within: 1e-13),
    ReferenceCase("flat", ContinuousLaws.flat, LawReferences.flat, within: 1e-12),
    ReferenceCase("space", ContinuousLaws.space, LawReferences.space, within: 1e-13),
    ReferenceCase("box", ContinuousLaws.box, LawReferences.box, within: 1e-13),
    ReferenceCase("board 4", ContinuousLaws.board4, LawReferences.board4, within: 1e-13),
    ReferenceCase("board 3", ContinuousLaws.board3, LawReferences.board3, within: 1e-13),
    ReferenceCase("swiss roll", ContinuousLaws.roll, LawReferences.roll, within: 1e-9),
    ReferenceCase("two moons", ContinuousLaws.moons, LawReferences.moons, within: 1e-9),
    ReferenceCase("spiral", ContinuousLaws.spiral, LawReferences.spiral, within: 1e-9),
    ReferenceCase(
      "noisy moons", ContinuousLaws.noisyMoons, LawReferences.noisyMoons, within: 1e-9),
  ]

  @Test("Log density, score and divergence are those of the definition", arguments: densities)
  func density(_ reference: ReferenceCase) {
    let (law, D) = (reference.law, reference.law.dimension)
    for values in reference.values {
      let (sigma, x) = (values[0], Matrix([Array(values[1...D])]))
      let tolerance = reference.tolerance
      let logDensity = law.logDensity(at: x, sigma: sigma)[0]
      #expect(abs(logDensity - values[D + 1]) <= tolerance * (1 + abs(values[D + 1])))
      let (score, expected) = (law.score(at: x, sigma: sigma), Array(values[D + 2...2 * D + 1]))
      #expect(
        maximumDifference(score.elements, expected)
          <= tolerance * (1 / sigma + maximumNorm(expected)))
      let divergence = law.divergence(at: x, sigma: sigma)[0]
      #expect(
        abs(divergence - values[2 * D + 2])
          <= tolerance * (Double(D) / (sigma * sigma) + abs(values[2 * D + 2])))
    }
  }

  static let rates: [ReferenceCase] = [
    ReferenceCase(
      "line", ContinuousLaws.line, LawReferences.lineRates, within: 1e-11, variances: 2e-10),
    ReferenceCase(
      "plane", ContinuousLaws.plane, LawReferences.planeRates, within: 1e-9, variances: 2e-10),
    ReferenceCase("flat", ContinuousLaws.flat, LawReferences.flatRates, within: 1e-8),
    ReferenceCase("box", ContinuousLaws.box, LawReferences.boxRates, within: 1e-10),
    ReferenceCase("board 4", ContinuousLaws.board4, LawReferences.board4Rates, within: 1e-9),
    ReferenceCase("board 3", ContinuousLaws.board3, LawReferences.board3Rates, within: 1e-9),
    ReferenceCase("swiss roll", ContinuousLaws.roll, LawReferences.rollRates, within: 1e-7),
    ReferenceCase("two moons", ContinuousLaws.moons, LawReferences.moonsRates, within: 1e-7),
    ReferenceCase("spiral", ContinuousLaws.spiral, LawReferences.spiralRates, within: 1e-7),
    ReferenceCase(
      "noisy moons", ContinuousLaws.noisyMoons, LawReferences.noisyMoonsRates, within: 1e-7,
      variances: 1e-9),
  ]

  @Test("Information curves are those of another quadrature", arguments: rates)
  func curve(_ reference: ReferenceCase) {
    let points = reference.law.informationCurve(
      at: reference.values.map { $0[0] },
      sampling: CurveSampling(samples: 0, seed: 0, workers: workers))
    for (point, values) in zip(points, reference.values) {
      #expect(point.entropyRate.standardError == 0)
      #expect(abs(point.entropyRate.value - values[1]) < reference.tolerance)
      #expect((point.conditionalEntropy == nil) == values[2].isNaN)
      if let entropy = point.conditionalEntropy {
        #expect(abs(entropy.value - values[2]) < reference.tolerance)
      }
      guard values.count == 5 else { continue }
      let variances = [point.posteriorEntropyVariance, point.surprisalVariance].compactMap(
        \.?.value)
      #expect(maximumDifference(variances, Array(values[3...])) < reference.varianceTolerance)
    }
  }

  @Test(
    "Around one normal component the posterior entropy is constant and the surprisal's variance D/2",
    arguments: [1, 2], [1e-3, 0.2, 1, 1e6])
  func oneComponent(dimension: Int, sigma: Double) {
    let covariance = dimension == 1 ? [[0.3]] : [[0.3, 0.5], [0.5, 2]]
    let law = ContinuousLaws.make {
      try GaussianMixtureLaw(
        components: [
          GaussianLaw(mean: Array(repeating: 3, count: dimension), covariance: Matrix(covariance))
        ], weights: [1])
    }
    let point = law.informationCurve(
      at: [sigma], sampling: CurveSampling(samples: 0, seed: 0, workers: workers))[0]
    #expect(abs((point.surprisalVariance?.value ?? .nan) - Double(dimension) / 2) < 2e-9)
    #expect(abs(point.posteriorEntropyVariance?.value ?? .nan) < 1e-12)
  }

  @Test("Without a grid of bearable size variances are sampled")
  func tooLarge() {
    // Posteriors far apart are normal, of variance λσ²/(λ + σ²): 1/2 and 16/17.
    let law = ContinuousLaws.make {
      try GaussianMixtureLaw(
        components: [(0.0, 1.0), (1e6, 4)].map {
          try GaussianLaw(mean: [$0.0], standardDeviations: [$0.1])
        }, weights: [0.25, 0.75])
    }
    let point = law.informationCurve(
      at: [1], sampling: CurveSampling(samples: 8192, seed: 5, workers: workers))[0]
    let variance = 0.25 * 0.75 * pow(log(32.0 / 17) / 2, 2)
    let (h, S) = (
      point.posteriorEntropyVariance ?? Estimate(.nan), point.surprisalVariance ?? Estimate(.nan)
    )
    // Two numbers at 4.5 standard errors: fails once in 70 000 seeds.
    #expect(abs(h.value - variance) < 4.5 * h.standardError + 1e-12)
    #expect(abs(S.value - variance - 0.5) < 4.5 * S.standardError)
    #expect(h.standardError < 1e-3 && S.standardError < 0.05)
    #expect(point.entropyRate.standardError == 0)
  }

  @Test("A sampled mixture agrees with quadrature within its standard errors", arguments: 0..<2)
  func sampledMixture(seed: UInt64) {
    // The plane's mixture times a normal third coordinate: rates and entropies add.
    let plane = ContinuousLaws.plane
    let components = plane.components.map { component in
      ContinuousLaws.make {
        var covariance = Matrix<Double>(rows: 2, columns: 2)
        component.addCovariance(to: &covariance, scale: 1)
        var full = Matrix<Double>(rows: 3, columns: 3)
        for i in 0..<2 { for j in 0..<2 { full[i, j] = covariance[i, j] } }
        full[2, 2] = 1
        return try GaussianLaw(mean: component.mean + [5], covariance: full)
      }
    }
    let law = ContinuousLaws.make {
      try GaussianMixtureLaw(components: components, weights: plane.weights)
    }
    let third = ContinuousLaws.make { try GaussianLaw(mean: [5], standardDeviations: [1]) }
    let sigmas = [0.05, 0.5, 3, 30]
    let sampling = CurveSampling(samples: 8192, seed: seed, workers: workers)
    let points = law.informationCurve(at: sigmas, sampling: sampling)
    let parts = [plane, third].map { (law: any Law) in
      law.informationCurve(at: sigmas, sampling: sampling)
    }
    for (k, point) in points.enumerated() {
      let rate = parts[0][k].entropyRate.value + parts[1][k].entropyRate.value
      // 32 numbers at 4.5 standard errors: fails once in 4500 seeds.
      #expect(abs(point.entropyRate.value - rate) < 4.5 * point.entropyRate.standardError + 1e-12)
      #expect(point.entropyRate.standardError < 0.005)
      let entropies = parts.compactMap { $0[k].conditionalEntropy?.value }
      if let entropy = point.conditionalEntropy {
        #expect(
          abs(entropy.value - entropies.reduce(0, +)) < 4.5 * entropy.standardError + 1e-12)
        #expect(entropy.standardError < 0.02)
      }
      #expect(point.conditionalEntropy != nil && entropies.count == 2)
      for variance in [\InformationPoint.posteriorEntropyVariance, \.surprisalVariance] {
        let variances = parts.compactMap { $0[k][keyPath: variance]?.value }
        #expect(point[keyPath: variance] != nil && variances.count == 2)
        guard let sampled = point[keyPath: variance] else { continue }
        #expect(
          abs(sampled.value - variances.reduce(0, +)) < 4.5 * sampled.standardError + 1e-12)
        #expect(sampled.standardError < 0.05)
      }
    }
  }
}
