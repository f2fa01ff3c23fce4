import Distributions
import ForwardProcess
import Glibc
import LinearAlgebra
import Statistics
import Testing

@testable import Estimation

@Suite struct BaselineTailTests {
  /// The integral of `f` over ln σ, to 1e-9 for the smooth functions here.
  static func integral(
    _ lower: Double, _ upper: Double, pieces: Int = 40, _ f: (Double) -> Double
  ) -> Double {
    let rule = GaussLegendre(12)
    let (a, b) = (log(lower), log(upper))
    return (0..<pieces).reduce(0) { sum, piece in
      let half = (b - a) / Double(pieces) / 2
      let middle = a + Double(2 * piece + 1) * half
      return zip(rule.nodes, rule.weights).reduce(sum) {
        $0 + half * $1.1 * f(exp(middle + half * $1.0))
      }
    }
  }

  @Test("The baseline's entropies outside a range are the integrals of its rate")
  func baseline() throws {
    let law = EntropyLaw.continuous[0].law
    let baseline = try EntropyLaw.baseline(law)
    let above = Self.integral(0.7, 1e6) { baseline.entropyRate(sigma: $0) }
    #expect(abs(baseline.entropy(above: 0.7) - above) < 1e-8)
    let below = Self.integral(1e-6, 0.7) { 16 - baseline.entropyRate(sigma: $0) }
    #expect(abs(baseline.addedEntropy(below: 0.7) - below) < 1e-8)
    let isotropic = GaussianBaseline(isotropic: law.moments)
    #expect(isotropic.entropy(above: 0.7) > baseline.entropy(above: 0.7))
    let flat = GaussianBaseline(isotropic: DataMoments(mean: [0, 0], totalVariance: 0))
    #expect(flat.addedEntropy(below: 0.7) == .infinity && flat.differentialEntropy == nil)
  }

  @Test("The excess of the baseline's entropy above a level lies in its bounds, and not far below")
  func excess() throws {
    for law in EntropyLaw.continuous.suffix(2) + EntropyLaw.finite.prefix(2) {
      for baseline in [
        try EntropyLaw.baseline(law.law), GaussianBaseline(isotropic: law.law.moments),
      ] {
        func rate(_ sigma: Double) -> Double {
          law.law.informationCurve(
            at: [sigma],
            sampling: CurveSampling(samples: 1, seed: 1, workers: Workers(count: 1))
          )[0].entropyRate.value
        }
        for sigma in [0.2, 0.5, 2, 5] {
          let truth = Self.integral(sigma, 40 * sigma, pieces: 8) {
            baseline.entropyRate(sigma: $0) - rate($0)
          }
          let bounds = baseline.excessEntropy(above: sigma, rate: Estimate(rate(sigma)))
          #expect(bounds.lowerBound == 0 && bounds.upperBound >= truth)
          // As σ⁻⁸ at most: a quarter of the bound's half, but for the factor 1 + λ/σ².
          let stretch = 1 + baseline.eigenvalues[baseline.eigenvalues.count - 1] / (sigma * sigma)
          #expect(bounds.upperBound <= 5 * stretch * truth + 1e-9)
          let noisy = baseline.excessEntropy(
            above: sigma, rate: Estimate(rate(sigma), standardError: 0.01))
          // Alike where both are all of the baseline's entropy.
          #expect(noisy.upperBound >= bounds.upperBound)
          #expect(sigma < 2 || noisy.upperBound > bounds.upperBound + 0.01)
        }
      }
    }
  }

  @Test("The isotropic baseline predicts what its moments say, its loss that of its rate")
  func isotropic() {
    let moments = DataMoments(mean: [1, -1], totalVariance: 8)
    let predicted = GaussianBaseline(isotropic: moments).predictedNoise(
      at: Matrix([[2, 3]]), sigma: 3)
    // σ (x − mean)/(v + σ²), v = 4.
    #expect(abs(predicted[0, 0] - 3.0 / 13) < 1e-15 && abs(predicted[0, 1] - 12.0 / 13) < 1e-15)
  }
}
