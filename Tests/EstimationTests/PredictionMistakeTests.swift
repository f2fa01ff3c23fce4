import Distributions
import ForwardProcess
import Glibc
import LinearAlgebra
import Randomness
import Testing

@testable import Estimation

@Suite struct PredictionMistakeTests {
  /// A table of `prediction` in place of ẑ, on 8 points of a ring.
  private func table(
    noiseFactor: (Double) -> Double = { _ in 1 }, hasClean: Bool = true,
    _ prediction: (_ noise: Double, _ y: Double, _ x: Double, _ sigma: Double) -> Double
  ) throws -> PredictionTable {
    let law = try PointsLaw(points: Matrix(EntropyLaw.circle(8)))
    let sigmas = PredictionExample.logNormal(2000, mean: 0, deviation: 2, seed: 8)
    let y = law.samples(2000, stream: RandomStream(seed: 8, step: 0, purpose: .data))
    let z = RandomStream(seed: 8, step: 0, purpose: .noise).normals(2000, 2)
    var result = PredictionTable(dimension: 2)
    for row in 0..<2000 {
      let sigma = sigmas[row]
      let x = perturbed(y.rows(row..<row + 1), noise: z.rows(row..<row + 1), sigma: sigma)
      let best = law.predictedNoise(at: x, sigma: sigma)
      let given = (0..<2).map { j in
        prediction(best[0, j], x[0, j] - sigma * best[0, j], x[0, j], sigma)
      }
      let noise = z.row(row).map { $0 * noiseFactor(sigma) }
      result.add(
        sigmas: [sigma], noise: Matrix([noise]), predicted: Matrix([given]),
        clean: hasClean ? (y.rows(row..<row + 1), [0, 0]) : nil)
    }
    return result
  }

  @Test("What stands in the place of the noise is told by its formula")
  func mistakes() throws {
    let alpha = { (sigma: Double) in 1 / hypot(1, sigma) }
    let formulas: [(PredictionTable.Mistake, (Double, Double, Double, Double) -> Double)] = [
      (.negativeNoise, { z, _, _, _ in -z }), (.score, { z, _, _, sigma in -z / sigma }),
      (.addedNoise, { z, _, _, sigma in sigma * z }), (.denoised, { _, y, _, _ in y }),
      (.flowVelocity, { z, y, _, _ in z - y }),
      (.velocity, { z, y, _, sigma in alpha(sigma) * (z - sigma * y) }),
    ]
    #expect(Set(formulas.map(\.0)) == Set(PredictionTable.Mistake.allCases))
    for (mistake, formula) in formulas {
      #expect(try table(formula).mistake == mistake, "\(mistake)")
      let without = try table(hasClean: false, formula).mistake
      #expect(without == (mistake.needsCleanSamples ? nil : mistake))
    }
  }

  @Test(
    "A predictor of noise is not suspected, however bad",
    arguments: [1, 0.5, 0.1, 0, 1.5, 2])
  func suspicions(factor: Double) throws {
    for hasClean in [false, true] {
      #expect(try table(hasClean: hasClean) { z, _, _, _ in factor * z }.mistake == nil)
      #expect(
        try table(hasClean: hasClean) { z, y, x, _ in factor * z + 0.3 * sin(3 * x) }.mistake == nil
      )
    }
  }

  @Test("Noise of another size is told from standard normal noise")
  func noise() throws {
    func fault(_ factor: (Double) -> Double) throws -> PredictionTable.NoiseFault? {
      try table(noiseFactor: factor, { z, _, _, _ in z }).noiseFault
    }
    #expect(try fault { _ in 1 } == nil)
    #expect(try fault { $0 } == .isScaled)
    let half = try fault { _ in 0.5 }
    guard case .hasSquare(let square) = half else {
      Issue.record("\(String(describing: half))")
      return
    }
    #expect(abs(square - 0.25) < 0.02)
  }

  // Seeds 0 to 11 at 8 standard errors: fewer than 1 in 10⁸ fail.
  @Test("Noise that the levels of a grid share is no worse for it")
  func sharedNoise() {
    for seed in UInt64(0)..<12 {
      let z = RandomStream(seed: seed, step: 0, purpose: .noise).normals(64, 2)
      var table = PredictionTable(dimension: 2)
      for level in 1...48 {
        let sigmas = Array(repeating: Double(level), count: 64)
        table.add(sigmas: sigmas[...], noise: z, predicted: z, clean: nil)
      }
      #expect(table.noiseFault == nil, "seed \(seed)")
    }
  }
}
