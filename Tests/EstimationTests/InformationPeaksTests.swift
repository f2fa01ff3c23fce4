import Distributions
import Estimation
import ForwardProcess
import Glibc
import LinearAlgebra
import Randomness
import Statistics
import Testing

@Suite struct InformationPeaksTests {
  /// Points 1 and −1 of weights 0.5 and 0.8, 0.2: the rate in σ², σ and ln σ, variances (a) and
  /// (b).
  ///
  /// Written by References/peaks.py, which searches by itself to 1e-7.
  static let peakReferences: [[Double]] = [
    [0.546467, 0.6438029, 0.8142387, 0.8621081, 0.9867946],
    [0.541485, 0.6346749, 0.793936, 1.0012582, 1.5018131],
  ]

  private static func curve(_ law: any Law, samples: Int = 1000) -> ([Double]) -> [InformationPoint]
  {
    let sampling = CurveSampling(samples: samples, seed: 1, workers: Workers(count: 2))
    return { law.informationCurve(at: $0, sampling: sampling) }
  }

  @Test("Two points decide most where an independent search finds it, to four digits and more")
  func references() throws {
    for (weights, row) in zip([[0.5, 0.5], [0.8, 0.2]], Self.peakReferences) {
      let law = try PointsLaw(points: Matrix([[1], [-1]]), weights: weights)
      let curve = Self.curve(law)
      let peaks = InformationPeaks(curve(law.noiseRange.levels(48)), curve: curve)
      for (quantity, expected) in zip(InformationPeaks.Quantity.allCases, row) {
        let peak = try #require(peaks[quantity])
        // The vertex's own error, for a third derivative eight times the second.
        #expect(abs(peak.sigma.value / expected - 1) < 2e-5, "\(quantity) of \(weights)")
        #expect(peak.sigma.standardError == 0)
      }
    }
  }

  @Test("No peak is reported where a curve rises to the end of the levels")
  func noPeak() throws {
    let law = try GaussianLaw(mean: [0], standardDeviations: [1])
    let curve = Self.curve(law)
    // C = 1/(1 + σ²) falls everywhere, and all the more in the other clocks.
    let peaks = InformationPeaks(curve(law.noiseRange.levels(48)), curve: curve)
    for quantity in InformationPeaks.Quantity.allCases.prefix(3) { #expect(peaks[quantity] == nil) }
  }

  // Seed 3, five numbers at five standard errors: fails for 3 seeds in a million.
  @Test("A fit through noisy values finds the peak within its standard error")
  func noisyFit() throws {
    let law = try PointsLaw(points: Matrix([[1], [-1]]))
    let noise = RandomStream(seed: 3, step: 0, purpose: .test).normals(5, 48)
    let points = Self.curve(law)(law.noiseRange.levels(48))
    for (place, quantity) in InformationPeaks.Quantity.allCases.enumerated() {
      let exact = points.compactMap { quantity.value(of: $0)?.value }
      let error = 0.01 * (exact.max() ?? 0)
      let values = exact.enumerated().map { k, value in
        Estimate(value + error * noise[place, k], standardError: error)
      }
      let peak = try #require(Peak(sigmas: points.map(\.sigma), values: values))
      let expected = Self.peakReferences[0][place]
      #expect(peak.sigma.standardError > 0 && peak.sigma.standardError < 0.05 * expected)
      // A polynomial of degree 4 misses the top by up to 1 % by itself.
      #expect(abs(peak.sigma.value - expected) < 5 * peak.sigma.standardError + 0.01 * expected)
    }
  }
}
