import Distributions
import Glibc
import LinearAlgebra
import Testing

/// The blocked posterior against the definition, written out.
@Suite struct PosteriorTests {
  /// What the definition says about one row.
  private struct Reference {
    var mean: [Double]
    var totalVariance = 0.0
    var entropy = 0.0
    var squaredSurprisal = 0.0
    var logDensity = 0.0
  }

  private func reference(_ law: PointsLaw, x: [Double], sigma: Double) -> Reference {
    let (K, D) = (law.points.rows, law.dimension)
    let logits = (0..<K).map { k in
      log(law.weights[k])
        - (0..<D).reduce(0) { $0 + pow(x[$1] - law.points[k, $1], 2) } / (2 * sigma * sigma)
    }
    let largest = logits.reduce(-.infinity, max)
    let logSum = largest + log(logits.reduce(0) { $0 + exp($1 - largest) })
    var result = Reference(mean: Array(repeating: 0, count: D))
    for k in 0..<K {
      for j in 0..<D { result.mean[j] += exp(logits[k] - logSum) * law.points[k, j] }
    }
    for k in 0..<K {
      let (p, surprisal) = (exp(logits[k] - logSum), logSum - logits[k])
      for j in 0..<D { result.totalVariance += p * pow(law.points[k, j] - result.mean[j], 2) }
      if p > 0 {
        result.entropy += p * surprisal
        result.squaredSurprisal += p * surprisal * surprisal
      }
    }
    result.logDensity = logSum - Double(D) * log(sigma * (2 * Double.pi).squareRoot())
    return result
  }

  @Test(
    "The blocked posterior is the posterior", arguments: TestLaws.points, [0.02, 0.2, 1.0, 30.0])
  func agreesWithDefinition(_ named: NamedPoints, sigma: Double) {
    let law = named.law
    let x = law.noised(300, sigma: sigma, seed: 11)
    let posterior = law.posterior(at: x, sigma: sigma)
    let denoised = law.denoised(at: x, sigma: sigma)
    // Logits are of the order (|y|/σ)²: that many roundings are lost.
    let tolerance = 1e-13 * (1 + 30 / (sigma * sigma))
    for row in 0..<x.rows {
      let expected = reference(law, x: Array(x.row(row)), sigma: sigma)
      let mean = (0..<law.dimension).map {
        law.points[posterior.nearest[row], $0] + posterior.shift[row, $0]
      }
      #expect(maximumDifference(mean, expected.mean) < tolerance)
      #expect(
        maximumDifference(Array(denoised.row(row)), expected.mean) < 10 * tolerance * (1 + sigma))
      #expect(
        maximumDifference(
          [
            posterior.totalVariance[row], posterior.entropy[row], posterior.squaredSurprisal[row],
          ], [expected.totalVariance, expected.entropy, expected.squaredSurprisal])
          < 20 * tolerance)
      #expect(abs(posterior.logDensity[row] - expected.logDensity) < 10 * tolerance)
    }
  }

  @Test("A nearly decided posterior keeps its relative accuracy")
  func relativeAccuracy() {
    let (law, sigma) = (TestLaws.twoPoints, 0.2)
    let posterior = law.posterior(at: Matrix([[1], [1.2]]), sigma: sigma)
    for (row, x) in [1.0, 1.2].enumerated() {
      let odds = exp(-2 * x / (sigma * sigma))
      let doubt = odds / (1 + odds)
      #expect(abs(posterior.doubt[row] / doubt - 1) < 1e-13)
      #expect(abs(posterior.totalVariance[row] / (4 * doubt * (1 - doubt)) - 1) < 1e-13)
      let entropy = log1p(odds) + doubt * 2 * x / (sigma * sigma)
      #expect(abs(posterior.entropy[row] / entropy - 1) < 1e-13)
    }
  }
}
