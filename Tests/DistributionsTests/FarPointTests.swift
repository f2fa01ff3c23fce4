import LinearAlgebra
import Testing

@testable import Distributions

/// Points so far from the data that squares of their coordinates are no numbers.
@Suite struct FarPointTests {
  static let laws: [NamedLaw] = [
    NamedLaw("mixture in the plane", ContinuousLaws.plane),
    NamedLaw("board of 4", ContinuousLaws.board4), NamedLaw("box", ContinuousLaws.box),
    NamedLaw("circle", ContinuousLaws.circle), NamedLaw("two moons", ContinuousLaws.moons),
  ]

  @Test("Far out the score points back at the data, and everything is finite", arguments: laws)
  func farOut(_ named: NamedLaw) {
    let law = named.law
    for length in [1e20, 1e200] {
      for sigma in [1.0, 1e3] {
        let x = Matrix([[length, -0.5 * length], [0, length]])
        let score = law.score(at: x, sigma: sigma).elements
        // No law here has a standard deviation above 3: −x/(σ² + 9) to −x/σ².
        for (s, value) in zip(score, x.elements) {
          let ratio = value == 0 ? s * sigma * sigma / length : -s * sigma * sigma / value
          if value == 0 {
            #expect(abs(ratio) < 1)
          } else {
            #expect(ratio <= 1 + 1e-9 && ratio > 0.09)
          }
        }
        #expect(law.jacobian(at: x, sigma: sigma).elements.allSatisfy { $0.isFinite })
        #expect(law.divergence(at: x, sigma: sigma).allSatisfy { $0.isFinite && $0 < 0 })
        #expect(law.denoised(at: x, sigma: sigma).elements.allSatisfy { $0.isFinite })
      }
    }
  }

  @Test("The posterior mean of a far point on a sphere is the nearest point")
  func sphere() {
    let denoised = ContinuousLaws.sphere8.denoised(
      at: Matrix([[3e200, 4e200, 0, 0, 0, 0, 0, 0]]), sigma: 1)
    #expect(maximumDifference(denoised.elements, [1.2, 1.6, 0, 0, 0, 0, 0, 0]) < 1e-14)
  }

  @Test("Sides far below the noise level have their limits", arguments: [1e3, 2e5, 1e12, 1e17])
  func shortSides(sigma: Double) {
    // A box whose sides differ by 16 orders of magnitude: the curves of the sides add.
    let both = ContinuousLaws.make { try BoxLaw(lower: [0, 0], upper: [1e8, 1e-8]) }
    let long = ContinuousLaws.make { try BoxLaw(lower: [0], upper: [1e8]) }
    func entropy(_ law: BoxLaw) -> Double {
      law.informationCurve(
        at: [sigma], sampling: CurveSampling(samples: 0, seed: 0, workers: Workers(count: 1)))[0]
        .conditionalEntropy?.value ?? .nan
    }
    let short = -18.420680743952367  // log 1e-8
    #expect(abs(entropy(both) - entropy(long) - short) < 1e-12)
  }
}
