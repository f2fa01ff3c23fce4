import Distributions
import Glibc
import LinearAlgebra
import Randomness
import Statistics
import Testing

@Suite struct SamplingTests {
  private let stream = RandomStream(seed: 21, step: 3, purpose: .test)

  @Test("Samples have the moments of the law", arguments: TestLaws.all)
  func moments(_ named: NamedLaw) {
    let law = named.law
    let y = law.samples(40_000, stream: stream)
    var total = RunningMoments()
    for row in 0..<y.rows {
      total.add(
        zip(y.row(row), law.moments.mean).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) })
    }
    // 9 laws, at most 8 numbers each, five standard errors: fails once in 20 000 seeds.
    let tolerance = 5 * total.mean.standardError + 1e-12
    #expect(abs(total.mean.value - law.moments.totalVariance) < tolerance)
    for j in 0..<law.dimension {
      let mean = Estimate(meanOf: (0..<y.rows).map { y[$0, j] })
      #expect(abs(mean.value - law.moments.mean[j]) < 5 * mean.standardError + 1e-12)
    }
  }

  @Test("A sample depends on the stream and its number alone", arguments: TestLaws.all)
  func addressed(_ named: NamedLaw) {
    let law = named.law
    let all = law.samples(64, stream: stream)
    let part = law.samples(20, stream: stream.with(.noise), firstSample: 40)
    #expect(all.rows(40..<60) == part)
    #expect(law.samples(64, stream: RandomStream(seed: 22, step: 3, purpose: .test)) != all)
  }

  @Test("Single-precision samples have the covariance of the law")
  func singlePrecision() {
    let law = TestLaws.flatGaussian
    let (count, D) = (40_000, law.dimension)
    var y = Matrix<Float>(rows: count, columns: D)
    var scratch = y
    y.withView { y in
      scratch.withView { law.drawCentred(into: y, scratch: $0, stream: stream, firstSample: 0) }
    }
    for j in 0..<D {
      let squares = Estimate(
        meanOf: (0..<count).map { pow(Double(y[$0, j]), 2) })
      var variance = 0.0
      for (k, value) in law.eigenvalues.enumerated() {
        variance += value * pow(law.eigenvectors?[k, j] ?? 0, 2)
      }
      // 6 numbers at five standard errors: fails once in 300 000 seeds.
      #expect(abs(squares.value - variance) < 5 * squares.standardError)
    }
  }

  @Test("Points are drawn as often as they weigh", arguments: [nil, [0.05, 0.15, 0.3, 0.5]])
  func frequencies(weights: [Double]?) {
    let law = TestLaws.makePoints(Matrix([[0], [1], [2], [3]]), weights: weights)
    let count = 100_000
    let y = law.samples(count, stream: stream)
    for k in 0..<4 {
      let weight = law.weights[k]
      let share = Double((0..<count).count { y[$0, 0] == Double(k) }) / Double(count)
      // 8 numbers at five standard errors: fails once in 200 000 seeds.
      #expect(abs(share - weight) < 5 * (weight * (1 - weight) / Double(count)).squareRoot())
    }
  }
}
