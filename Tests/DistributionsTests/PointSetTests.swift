import ForwardProcess
import Glibc
import LinearAlgebra
import Randomness
import Statistics
import Testing

@testable import Distributions

/// Point sets as users bring them: of awkward shapes, with repeats, and large.
@Suite struct PointSetTests {
  private static let stream = RandomStream(seed: 9, step: 0, purpose: .test)

  /// Sets of every awkward shape: `(N, D)`, and whether a coordinate is constant.
  private static let shapes: [(count: Int, dimension: Int, isFlat: Bool)] = [
    (1, 1, false), (1, 4096, false), (2, 1, false), (2, 3, true), (2, 4096, true), (5, 1, false),
    (5, 1, true), (40, 4096, true), (300, 3, true), (300, 2, true),
  ]

  /// A set of that shape; a constant coordinate is the last, with the value 1e6.
  private func points(_ count: Int, _ dimension: Int, isFlat: Bool) -> Matrix<Double> {
    var points = Self.stream.normals(count, dimension)
    if isFlat { for row in 0..<count { points[row, dimension - 1] = 1e6 } }
    return points
  }

  @Test("Every shape of set can be trained on and evaluated", arguments: shapes)
  func awkwardShapes(count: Int, dimension: Int, isFlat: Bool) throws {
    let law = try PointsLaw(points: points(count, dimension, isFlat: isFlat))
    #expect(law.points.rows == (isFlat && dimension == 1 ? 1 : count))
    #expect(maximumNorm(law.moments.mean) < 2e6 && law.moments.totalVariance >= 0)
    let range = law.noiseRange
    #expect(range.minimum > 0 && range.maximum < 1e4)
    var drawn = Matrix<Float>(rows: 8, columns: dimension)
    var scratch = drawn
    drawn.withView { drawn in
      scratch.withView {
        law.drawCentred(into: drawn, scratch: $0, stream: Self.stream, firstSample: 0)
      }
    }
    #expect(drawn.elements.allSatisfy { abs($0) < 10 })
    let levels = range.levels(5)
    for sigma in levels {
      let x = law.noised(3, sigma: sigma, seed: 2)
      #expect(maximumNorm(law.score(at: x, sigma: sigma).elements) < 20 / sigma)
      #expect(maximumNorm(law.divergence(at: x, sigma: sigma)) < .infinity)
    }
    let curve = law.informationCurve(
      at: levels, sampling: CurveSampling(samples: 64, seed: 1, workers: Workers(count: 1)))
    for point in curve {
      #expect(point.entropyRate.value >= 0 && point.entropyRate.value < Double(dimension))
      #expect((point.conditionalEntropy?.value).map { $0 < log(Double(count)) + 0.1 } == true)
    }
  }

  @Test("Points as far and as near as numbers go have a noise range")
  func extremes() throws {
    for reach in [1e154, 1e-160] {
      let law = try PointsLaw(points: Matrix([[-reach], [reach]]))
      #expect(law.noiseRange.minimum > 0 && law.noiseRange.maximum.isFinite)
    }
  }

  @Test("A far constant coordinate changes nothing but the log density")
  func constantCoordinate() throws {
    let near = try PointsLaw(points: Self.stream.normals(50, 3))
    let far = try PointsLaw(
      points: Matrix((0..<50).map { Array(near.points.row($0)) + [1e6] }))
    #expect(abs(far.moments.totalVariance / near.moments.totalVariance - 1) < 1e-12)
    #expect(far.noiseRange.maximum / near.noiseRange.maximum - 1 < 1e-12)
    let x = near.noised(20, sigma: 0.5, seed: 3)
    let scores = near.score(at: x, sigma: 0.5)
    let lifted = far.score(
      at: Matrix((0..<20).map { Array(x.row($0)) + [1e6] }), sigma: 0.5)
    for row in 0..<20 {
      #expect(maximumDifference(Array(lifted.row(row)), Array(scores.row(row)) + [0]) < 1e-12)
    }
  }

  @Test("Repeats merge whether they are few or many", arguments: [1, 2, 7, 100, 5000])
  func repeats(distinct: Int) throws {
    let base = Self.stream.normals(distinct, 2)
    let total = 5000
    let law = try PointsLaw(
      points: Matrix((0..<total).map { Array(base.row($0 % distinct)) }))
    #expect(law.points == base)
    var expected = [Double](repeating: 0, count: distinct)
    for row in 0..<total { expected[row % distinct] += 1 / Double(total) }
    #expect(maximumDifference(law.weights, expected) < 1e-12)
  }

  @Test("Points on a lattice, whose numbers have few bits, merge as fast as others")
  func lattice() throws {
    let rows = (0..<40_000).map { [Double($0 % 200), Double($0 / 200) * 0.5] }
    let law = try PointsLaw(points: Matrix(rows + rows))
    #expect(law.points.rows == 40_000)
  }

  @Test("A batch of any size has the score of its rows, on any number of threads")
  func batches() throws {
    let law = TestLaws.cloud
    let x = law.noised(600, sigma: 0.7, seed: 4)
    let one = law.score(at: x, sigma: 0.7, workers: Workers(count: 1))
    #expect(one == law.score(at: x, sigma: 0.7, workers: Workers(count: 3)))
    #expect(maximumDifference(one.elements, law.score(at: x, sigma: 0.7).elements) < 1e-12)
    for row in [0, 255, 256, 599] {
      let single = law.score(at: x.rows(row..<row + 1), sigma: 0.7)
      #expect(maximumDifference(Array(one.row(row)), single.elements) < 1e-11)
    }
    #expect(law.score(at: Matrix(rows: 0, columns: 7), sigma: 1).rows == 0)
  }

  @Test("A level of a large set takes the samples it can afford, and says so by its error")
  func affordableSamples() throws {
    #expect(RareEventSampler.affordableSamples(16_384, law: TestLaws.cloud) == 16_384)
    let large = try PointsLaw(points: Self.stream.normals(20_000, 64))
    let samples = RareEventSampler.affordableSamples(1 << 20, law: large)
    #expect(samples == 11_235)
    #expect(RareEventSampler.affordableSamples(100, law: large) == 100)
  }

  // The solutions of Σ_d 2 (1 − d/K) g(d/σ) = 0.001 log K with g of `makeNoiseRange()`, by
  // bisection in NumPy with g by the trapezoidal rule, step 0.01 over [−40, 9].
  @Test(
    "The noise range of a lattice begins where its neighbours are hardly confused",
    arguments: [(100, 0.158_615), (400, 0.162_556)])
  func noiseRangeOfLattice(count: Int, expected: Double) throws {
    let law = try PointsLaw(points: Matrix((0..<count).map { [Double($0)] }))
    // Distances and the result are rounded down to steps of 1.6 % each.
    let ratio = law.noiseRange.minimum / expected
    #expect(ratio <= 1 && ratio > 0.965)
  }
}
