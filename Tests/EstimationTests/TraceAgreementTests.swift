import ForwardProcess
import LinearAlgebra
import Randomness
import Statistics
import Testing

@testable import Estimation

/// The expected divergence by three ways: exact traces, Hutchinson's probes, Stein's identity.
@Suite struct TraceAgreementTests {
  // Seed 41, the first that was tried; 9 examples × 3 levels × 3 differences at 3 standard errors
  // of the paired difference: one in five seeds would show a chance excess. Seeds 42 to 44 show
  // none.
  @Test(
    "Exact, probed and Stein's divergence agree on every kind of score", arguments: Example.all,
    [0.3, 1, 4])
  func agreement(_ example: Example, sigma: Double) {
    let differences = Self.differences(example, sigma: sigma, samples: 6000, seed: 41)
    for (name, difference) in differences {
      let mean = Estimate(meanOf: difference)
      #expect(
        abs(mean.value) <= 3 * mean.standardError + 1e-12 / (sigma * sigma), "\(name): \(mean)")
    }
  }

  /// The differences of the three at each sample.
  static func differences(
    _ example: Example, sigma: Double, samples: Int, seed: UInt64
  ) -> [(String, [Double])] {
    let (score, (x, z)) = (example.score, example.noised(samples, sigma: sigma, seed: seed))
    let exact = score.divergence(at: x, sigma: sigma)
    let probed = HutchinsonTrace(
      probes: 1, stream: RandomStream(seed: seed, step: 0, purpose: .probe)
    ).traces(of: score, at: x, sigma: sigma)
    let predicted = score.predictedNoise(at: x, sigma: sigma)
    // E[∇·s] = −E[z·ẑ]/σ².
    let stein = (0..<samples).map { row in
      -(0..<x.columns).reduce(0) { $0 + z[row, $1] * predicted[row, $1] } / (sigma * sigma)
    }
    func minus(_ a: [Double], _ b: [Double]) -> [Double] { zip(a, b).map { $0 - $1 } }
    return [
      ("probed − exact", minus(probed, exact)), ("Stein − exact", minus(stein, exact)),
      ("Stein − probed", minus(stein, probed)),
    ]
  }
}
