import Distributions
import ForwardProcess
import Glibc
import LinearAlgebra
import Statistics
import Testing

@testable import Estimation

@Suite struct EvaluationTests {
  static func evaluation(_ law: any Law, levels: Int, factor: Double? = nil) -> Evaluation {
    let sigmas = law.noiseRange.levels(levels)
    let workers = Workers(count: 2)
    return Evaluation(
      sigmas: sigmas, moments: law.moments,
      exact: law.informationCurve(
        at: sigmas, sampling: CurveSampling(samples: 1000, seed: 1, workers: workers)),
      learned: factor.map {
        ScoreEvaluator(
          score: ScaledScore(base: law, factor: $0), source: law, exact: law,
          samplesPerLevel: 4000, seed: 1
        ).curve(at: sigmas, workers: workers)
      }, ledger: nil)
  }

  @Test("The exact rate of two points integrates to ln 2 and peaks at σ = 0.814")
  func twoPoints() throws {
    let law = try PointsLaw(points: Matrix([[1.0], [-1.0]]))
    let evaluation = Self.evaluation(law, levels: 200)
    let total = try #require(evaluation.entropy(.exact))
    #expect(total.value < log(2) && total.value > 0.995 * log(2))
    // MATHEMATICS, Dynamics: the peak per ln σ of two unit points.
    #expect(abs((evaluation.peakSigma(.exact) ?? 0) - 0.814) < 0.0006)
    #expect(evaluation.entropy(.loss) == nil && evaluation.maximumBandwidthError(.loss) == nil)
  }

  @Test("The informed loss is the exact rate plus δ, and its bandwidth error is δ/D")
  func informed() throws {
    let law = try PointsLaw(points: Matrix([[1.0, 0], [-1, 0], [0, 2]]))
    let evaluation = Self.evaluation(law, levels: 12, factor: 0.9)
    for level in evaluation.levels {
      let exact = try #require(evaluation.rate(.exact, at: level))
      let delta = try #require(level.learned?.scoreMatchingLoss)
      let informed = try #require(evaluation.rate(.informedLoss, at: level))
      #expect(abs(informed.value - exact.value - delta.value) < 1e-14)
      #expect(informed.standardError >= delta.standardError)
      #expect(evaluation.error(.informedLoss, at: level)?.value == delta.value)
      let off = try #require(evaluation.error(.loss, at: level))
      let loss = try #require(level.learned?.loss)
      #expect(abs(off.value - (loss.value - exact.value)) < 1e-15)
      // Both sides' errors; of the informed loss that of δ alone.
      let square =
        loss.standardError * loss.standardError + exact.standardError * exact.standardError
      #expect(abs(off.standardError - square.squareRoot()) <= 1e-15)
    }
    let worst = evaluation.levels.compactMap { $0.learned?.scoreMatchingLoss?.value }.max() ?? 0
    #expect(abs((evaluation.maximumBandwidthError(.informedLoss) ?? 0) - worst / 2) < 1e-15)
    let loss = try #require(evaluation.entropy(.loss))
    let informed = try #require(evaluation.entropy(.informedLoss))
    // Seed 1, five standard errors.
    #expect(abs(loss.value - informed.value) < 5 * (loss + informed).standardError)
    #expect(informed.standardError < loss.standardError)
  }

  @Test("A peak between levels is found by the parabola, on uneven levels too")
  func peak() {
    let sigmas = [0.3, 0.5, 0.9, 1.4, 3.0]
    // A parabola in ln σ with its vertex at ln 0.8.
    let exact = sigmas.map { sigma in
      InformationPoint(
        sigma: sigma, entropyRate: Estimate(2 - pow(log(sigma / 0.8), 2)))
    }
    let evaluation = Evaluation(
      sigmas: sigmas, moments: DataMoments(mean: [0], totalVariance: 1), exact: exact,
      learned: nil, ledger: nil)
    #expect(abs((evaluation.peakSigma(.exact) ?? 0) - 0.8) < 1e-12)
  }
}
