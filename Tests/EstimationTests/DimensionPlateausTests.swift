import Distributions
import ForwardProcess
import Foundation
import Glibc
import LinearAlgebra
import Randomness
import Statistics
import Storage
import Testing

@testable import Estimation

@Suite struct DimensionPlateausTests {
  typealias Reading = DimensionPlateaus

  /// The plateaus of a function of `ln σ` from `low` to `high`, with equal standard errors.
  private static func reading(
    _ low: Double, _ high: Double, levels: Int = 60, error: Double = 0,
    _ d: (Double) -> Double
  ) -> Reading {
    let x = (0..<levels).map { low + (high - low) * Double($0) / Double(levels - 1) }
    return DimensionPlateaus(
      sigmas: x.map { exp($0) }, dimensions: x.map { Estimate(d($0), standardError: error) })
  }

  /// The plateaus of a law's exact curve, over its range unless told otherwise.
  private static func reading(
    of law: any Law, levels: Int = 48, range: NoiseRange? = nil
  ) -> Reading {
    let sigmas = (range ?? law.noiseRange).levels(levels)
    let curve = law.informationCurve(
      at: sigmas, sampling: CurveSampling(samples: 2000, seed: 1, workers: Workers(count: 2)))
    return DimensionPlateaus(sigmas: sigmas, dimensions: curve.map(\.entropyRate))
  }

  private static func logistic(_ x: Double) -> Double { 1 / (1 + exp(2 * x)) }

  // What each shipped law is, in the order of σ: its support; then what it looks like from further
  // away.
  @Test(
    "Every shipped law reads the dimension of its support",
    arguments: [
      ("subspace-4-in-16", 4), ("sphere-8", 7), ("circle", 1), ("swiss-roll", 1),
      ("two-points", 0), ("unequal-two-points", 0), ("ring-8", 0), ("simplex-16", 0),
      ("hierarchy", 0), ("two-moons", 1), ("spiral", 1), ("checkerboard", 2), ("gaussian-16", 16),
      ("grid-25", 2),
    ])
  func shipped(name: String, dimension: Int) throws {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    let law = try Dataset(
      root.appendingPathComponent("datasets/\(name).json").path, shareFolders: []
    ).law
    let reading =
      ShippedCurves.rates[name].map {
        DimensionPlateaus(
          sigmas: law.noiseRange.levels(48), dimensions: $0.map { Estimate($0) })
      } ?? Self.reading(of: law)
    for plateau in reading.plateaus {
      print(
        "\(name): \(plateau.dimension), mean \(plateau.mean.value), flattest \(plateau.flattest.value)"
          + ", σ \(plateau.from) to \(plateau.to)")
    }
    #expect(reading.supportDimension == dimension)
    let support = try #require(reading.support)
    #expect(support.from == law.noiseRange.minimum)
    let error = abs(support.flattest.value - Double(dimension))
    #expect(error <= (dimension > 0 ? 0.01 * Double(dimension) : 0.05))
  }

  @Test("A straight curve through an integer is no plateau", arguments: [0.12, 0.3, 1, 4])
  func crossing(slope: Double) {
    for (center, level) in [(0.0, 1.0), (0.4, 3), (-1.3, 6)] {
      for sign in [1.0, -1] {
        let reading = Self.reading(-6, 6, error: 0.005) { level + sign * slope * ($0 - center) }
        #expect(reading.plateaus.isEmpty && reading.support == nil)
      }
    }
  }

  @Test("A peak that touches an integer is no plateau, a shelf beside one none of it")
  func peak() {
    for top in [0.97, 1, 1.04] {
      let peak = Self.reading(-6, 3) { top * exp(-$0 * $0 / 2) }
      // Zero on either side of it is one, where there is room.
      #expect(peak.plateaus.map { $0.dimension } == [0])
    }
    #expect(Self.reading(-6, 3) { _ in 1.4 }.plateaus.isEmpty)
    #expect(Self.reading(-6, 3) { _ in 0.06 }.plateaus.isEmpty)
    #expect(Self.reading(-6, 3) { _ in -0.06 }.plateaus.isEmpty)
  }

  @Test("Steps far apart have a plateau each, with ends where the curve leaves 5 %")
  func steps() throws {
    // 5 at the lower end, 2 between the steps, 0 beyond them.
    let reading = Self.reading(-8, 10, levels: 200) {
      3 * Self.logistic($0 + 4) + 2 * Self.logistic($0 - 4)
    }
    #expect(reading.plateaus.map { $0.dimension } == [5, 2, 0])
    #expect(reading.supportDimension == 5 && reading.support == reading.plateaus.first)
    // 3/(1 + e^{−2u}) = 0.05 at u = −½ ln 59; 2/(1 + e^{2u}) = 0.05 at u = ½ ln 39.
    let (first, second, last) = (reading.plateaus[0], reading.plateaus[1], reading.plateaus[2])
    #expect(abs(log(first.to) - (-4 - log(59) / 2)) < 0.01)
    #expect(abs(log(second.from) - (-4 + log(59) / 2)) < 0.01)
    #expect(abs(log(second.to) - (4 - log(39) / 2)) < 0.01)
    #expect(abs(log(last.from) - (4 + log(39) / 2)) < 0.01)
    #expect(first.from == exp(-8) && abs(log(last.to) - 10) < 1e-12)
    for plateau in reading.plateaus {
      #expect(abs(plateau.mean.value - Double(plateau.dimension)) < 0.05)
      #expect(abs(plateau.flattest.value - Double(plateau.dimension)) < 0.005)
    }
    // Steps too near one another leave no shelf between them.
    let near = Self.reading(-8, 8) { 3 * Self.logistic($0 + 0.7) + 2 * Self.logistic($0 - 0.7) }
    #expect(near.plateaus.map { $0.dimension } == [5, 0])
  }

  @Test("The units of the noise level, and the number of levels, change nothing that matters")
  func invariance() throws {
    func curve(_ x: Double) -> Double {
      Self.logistic(x + 6) + 4 * Self.logistic(x) + Self.logistic(x - 6)
    }
    let reference = Self.reading(-10, 10, levels: 400, curve).plateaus
    #expect(reference.map { $0.dimension } == [6, 5, 1, 0])
    for levels in [40, 60, 90] {
      let found = Self.reading(-10, 10, levels: levels, curve).plateaus
      #expect(found.map { $0.dimension } == [6, 5, 1, 0])
      for (a, b) in zip(found, reference) {
        #expect(abs(log(a.from / b.from)) < 0.25 && abs(log(a.to / b.to)) < 0.25)
      }
    }
    let scaled = Self.reading(10, 30, levels: 60) { curve($0 - 20) }.plateaus
    for (a, b) in zip(scaled, Self.reading(-10, 10, levels: 60, curve).plateaus) {
      #expect(abs(log(a.from / b.from) - 20) < 1e-9 && a.dimension == b.dimension)
    }
  }

  // Seed 61; 24 levels in each of 20 curves, within three errors, of which twenty may leave one:
  // half of the plateaus would have to break for this to fail.
  @Test("Sampling errors do not hide a plateau; where they are too large there is none")
  func noise() {
    let stream = RandomStream(seed: 61, step: 0, purpose: .test)
    var support: [Int?] = []
    for repetition in 0..<20 {
      let z = stream.normals(40, 1, firstSample: 40 * repetition).elements
      let x = (0..<40).map { -5 + Double($0) / 4 }
      support.append(
        DimensionPlateaus(
          sigmas: x.map { exp($0) },
          dimensions: x.indices.map {
            Estimate(2 * Self.logistic(x[$0]) + 0.015 * z[$0], standardError: 0.015)
          }
        ).supportDimension)
    }
    #expect(support.count { $0 == 2 } >= 18 && support.allSatisfy { $0 == 2 || $0 == nil })
    #expect(Self.reading(-5, 5, error: 0.2) { _ in 1 }.plateaus.isEmpty)
    #expect(Self.reading(-5, 5, error: .infinity) { _ in 0 }.plateaus.isEmpty)
    #expect(Self.reading(-5, 5) { _ in .nan }.plateaus.isEmpty)
    // A gap in what is known parts two plateaus.
    let gap = Self.reading(-5, 5) { abs($0) < 0.5 ? .nan : 1 }
    #expect(gap.plateaus.map { $0.dimension } == [1, 1] && gap.supportDimension == 1)
  }

  @Test("Points that are nearly told apart read 0, what falls more slowly or less far does not")
  func points() {
    // Two points at ±1: the rate falls as e^{−1/2σ²}.
    func decided(_ x: Double) -> Double { 8 * exp(-exp(-2 * x) / 2) / (1 + exp(2 * x)) }
    let steep = Self.reading(-1.08, 4, decided)
    #expect(steep.supportDimension == 0 && (steep.support?.mean.value ?? 0) > 0.05)
    #expect(Self.reading(-0.6, 4, decided).support == nil)
    // As σ: from 0.1 to 3 over 3.4 e-folds.
    #expect(Self.reading(0, 3.4) { 0.1 * exp($0) }.support == nil)
    // Within the slack it does not matter how.
    #expect(Self.reading(0, 3.4) { 0.04 * exp($0) }.supportDimension == 0)
    #expect(Self.reading(0, 3.4, error: 0.02) { 0.08 * exp($0) }.supportDimension == 0)
  }

  // Seed 63.
  @Test("Scattered points read 0 over their own noise range", arguments: [3, 20, 100])
  func scattered(count: Int) throws {
    let stream = RandomStream(seed: 63, step: 0, purpose: .test)
    let law = try PointsLaw(points: stream.normals(count, 4))
    #expect(Self.reading(of: law, levels: 24).supportDimension == 0)
  }

  @Test("A curve that begins within a step, or too short a one, reads no support")
  func truncated() {
    #expect(Self.reading(-0.5, 8) { 3 * Self.logistic($0) }.support == nil)
    #expect(Self.reading(-0.5, 8) { 3 * Self.logistic($0) }.plateaus.map { $0.dimension } == [0])
    #expect(Self.reading(0, 0.9) { _ in 1 }.plateaus.isEmpty)
    #expect(DimensionPlateaus(sigmas: [], dimensions: []).plateaus.isEmpty)
    #expect(DimensionPlateaus(sigmas: [1], dimensions: [Estimate(1)]).plateaus.isEmpty)
  }

  // Seed 62.
  @Test(
    "A Gaussian reads its rank, whatever its spectrum", arguments: [1, 2, 5, 12, 30, 64])
  func gaussians(rank: Int) throws {
    let stream = RandomStream(seed: 62, step: UInt32(rank), purpose: .test)
    let deviations =
      stream.normals(rank, 1).elements.map { exp(0.7 * $0) } + Array(repeating: 0, count: 3)
    let law = try GaussianLaw(
      mean: Array(repeating: 0, count: rank + 3), standardDeviations: deviations)
    let support = try #require(Self.reading(of: law).support)
    #expect(abs(support.flattest.value - Double(rank)) <= 0.01 * Double(rank))
    #expect(abs(support.dimension - rank) <= (rank <= 50 ? 0 : 1))
  }

  @Test("Boxes and spheres read their own dimension, flat sides not counted")
  func shapes() throws {
    var laws: [(law: any Law, dimension: Int)] = []
    for dimension in [1, 2, 6, 20] {
      let sides = (0..<dimension).map { 1 + 0.3 * Double($0 % 5) } + [0]
      laws.append(
        (
          try BoxLaw(lower: Array(repeating: 0, count: dimension + 1), upper: sides), dimension
        ))
    }
    for dimension in [1, 2, 3, 20, 60] {
      laws.append((try HypersphereLaw(dimension: dimension, radius: 5), dimension - 1))
    }
    for (law, dimension) in laws {
      let support = try #require(Self.reading(of: law).support)
      let error = abs(support.flattest.value - Double(dimension))
      #expect(error <= (dimension > 0 ? 0.01 * Double(dimension) : 0.05), "\(law): \(support)")
      #expect(abs(support.dimension - dimension) <= (dimension <= 50 ? 0 : 1))
    }
  }

  @Test("Data look one way from near and another from afar")
  func scales() throws {
    // Two directions a thousand times as long as the other three.
    let cigar = try GaussianLaw(
      mean: [0, 0, 0, 0, 0], standardDeviations: [1, 1, 1e-3, 1e-3, 1e-3])
    let range = try #require(NoiseRange(minimum: 2e-5, maximum: 100))
    #expect(
      Self.reading(of: cigar, range: range).plateaus.map { $0.dimension } == [5, 2, 0])
    // A hundred and fifty points on a circle: points, a line, and a single point.
    let ring = try PointsLaw(
      points: Matrix(
        (0..<150).map { [cos(2 * .pi * Double($0) / 150), sin(2 * .pi * Double($0) / 150)] }))
    let wide = try #require(NoiseRange(minimum: 4e-3, maximum: 30))
    #expect(
      Self.reading(of: ring, levels: 30, range: wide).plateaus.map { $0.dimension } == [0, 1, 0])
    // Three Gaussians in the plane, far narrower than apart.
    let spots = try GaussianMixtureLaw(
      components: [[0.0, 0], [1, 0], [0, 2]].map {
        try GaussianLaw(mean: $0, standardDeviations: [3e-3, 3e-3])
      }, weights: [0.5, 0.2, 0.3])
    let spotRange = try #require(NoiseRange(minimum: 1e-4, maximum: 30))
    let reading = Self.reading(of: spots, levels: 36, range: spotRange)
    #expect(reading.plateaus.map { $0.dimension } == [2, 0, 0])
  }
}
