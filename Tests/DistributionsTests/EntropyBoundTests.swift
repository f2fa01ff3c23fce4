import ForwardProcess
import Glibc
import LinearAlgebra
import Randomness
import Statistics
import Testing

@testable import Distributions

@Suite struct EntropyBoundTests {
  private let workers = Workers(count: 2)

  private func curve(_ law: some Law, _ sigmas: [Double]) -> [InformationPoint] {
    law.informationCurve(
      at: sigmas, sampling: CurveSampling(samples: 4096, seed: 3, workers: workers))
  }

  @Test(
    "The distances of pairs bound what random points leave undecided, at any noise",
    arguments: Array(0..<24))
  func bound(seed: Int) throws {
    let stream = RandomStream(seed: UInt64(seed), step: 0, purpose: .test)
    let (count, dimension) = (2 + seed, 1 + seed % 3)
    let raw = (0..<count).map { pow(stream.with(.level).uniforms(at: UInt64($0)).0, 3) + 1e-6 }
    let sum = raw.reduce(0, +)
    let law = TestLaws.makePoints(
      stream.normals(count, dimension), weights: raw.map { $0 / sum })
    let entropy = try #require(law.entropy)
    let sigmas = (0..<12).map { 0.01 * pow(2, Double($0)) }
    for point in curve(law, sigmas) {
      let truth = try #require(point.conditionalEntropy)
      let bound = try #require(
        law.conditionalEntropyBound(at: point.sigma, workers: workers))
      // By quadrature in one dimension and in two, else sampled: 96 numbers at 4.5 standard errors.
      #expect(bound >= truth.value - 4.5 * truth.standardError - 1e-9)
      #expect(bound <= entropy)
    }
  }

  @Test("The bound is within a factor of 1.3 where two points hardly mix")
  func tight() throws {
    for sigma in [0.2, 0.25, 0.3] {
      let truth = try #require(curve(TestLaws.twoPoints, [sigma])[0].conditionalEntropy).value
      let bound = try #require(
        TestLaws.twoPoints.conditionalEntropyBound(at: sigma, workers: workers))
      #expect(bound >= truth && bound < 1.3 * truth)
    }
  }

  @Test("The bound of two equal points is the formula by hand")
  func byHand() throws {
    let bound = try #require(
      TestLaws.twoPoints.conditionalEntropyBound(at: 0.4, workers: workers))
    // a = 5: exp(−25/8) √(2π)/5, once for each order of the pair, √(w w) = 1/2.
    #expect(abs(bound - exp(-25.0 / 8) * (2 * Double.pi).squareRoot() / 5) < 1e-15)
  }

  @Test("The largest log(1 + v)/√v is below the constant of the bound")
  func constant() {
    let largest = (1...4000).reduce(0.0) {
      let v = Double($1) / 400
      return max($0, log1p(v) / v.squareRoot())
    }
    #expect(largest < 0.8048 && largest > 0.8047)
  }

  @Test("An exact point is its own tail; a sampled one is bounded; a continuous law has no end")
  func undecided() throws {
    let exact = curve(TestLaws.ring, [0.2])[0]
    let tail = try #require(TestLaws.ring.undecidedEntropy(below: exact, workers: workers))
    #expect(tail.lowerBound == tail.upperBound)
    #expect(tail.lowerBound == exact.conditionalEntropy?.value)
    let sampled = curve(TestLaws.simplex5, [0.3])[0]
    let bound = try #require(TestLaws.simplex5.undecidedEntropy(below: sampled, workers: workers))
    #expect(bound.lowerBound == 0)
    #expect(
      bound.upperBound == TestLaws.simplex5.conditionalEntropyBound(at: 0.3, workers: workers))
    let box = ContinuousLaws.box
    #expect(box.undecidedEntropy(below: curve(box, [0.2])[0], workers: workers) == nil)
  }
}
