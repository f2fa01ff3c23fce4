import Distributions
import ForwardProcess
import Glibc
import LinearAlgebra
import Randomness
import Statistics
import Testing

@testable import Estimation

@Suite struct PredictionCurveTests {
  static let routes: [Route] = [.loss, .divergence, .scoreNorm, .upperBound]
  static let sigmas = [0.6, 1.0, 1.6, 2.5]

  static func exact(_ law: any Law, _ curve: PredictionCurve) -> [InformationPoint] {
    curve.exactPoints {
      law.informationCurve(
        at: $0, sampling: CurveSampling(samples: 20_000, seed: 1, workers: Workers(count: 2)))
    }
  }

  /// Checks every route of every level and of the total, at five standard errors.
  private func expectRoutes(_ example: PredictionExample, _ curve: PredictionCurve) {
    let exact = Self.exact(example.law, curve)
    let evaluation = curve.evaluation(exact: exact, moments: nil)
    func check(_ found: Estimate?, _ rates: [Double], weights: [Double], _ route: Route) {
      let expected = zip(weights, rates).reduce(0) {
        $0 + $1.0 * example.expected(route, rate: $1.1)
      }
      guard let found, found.standardError.isFinite else {
        Issue.record("no estimate by \(route)")
        return
      }
      #expect(abs(found.value - expected) < 5 * found.standardError + 1e-12, "\(route)")
      let scale = weights.reduce(0, +) * Double(example.law.dimension)
      #expect(found.standardError < 0.15 * scale, "\(route)")
    }
    for route in Self.routes {
      for (level, point) in zip(evaluation.levels, exact) {
        let rates = [point.entropyRate.value]
        check(evaluation.rate(route, at: level), rates, weights: [1], route)
      }
      check(
        evaluation.entropy(route), exact.map(\.entropyRate.value), weights: curve.weights, route)
    }
    for level in curve.sampled.levels {
      let half = (level.loss.value + level.scoreNorm.value) / 2
      #expect(abs(half - level.divergence.value) < 1e-12)
      let miscalibration = level.loss.value - level.scoreNorm.value
      #expect(abs(miscalibration - level.miscalibration.value) < 1e-12)
    }
  }

  // Seed 3; 3 laws × 2 factors × 2 × 5 × 4 routes at 5 standard errors: fewer than 2 seeds in 10⁴
  // fail.
  @Test(
    "Every route of rows at a few noise levels is what it must be, its sign and its factor",
    arguments: [0.8, 1], [false, true])
  func rows(factor: Double, hasClean: Bool) throws {
    for law in try exampleLaws() {
      let example = PredictionExample(law: law, factor: factor, hasClean: hasClean)
      let sigmas = (0..<8000).map { Self.sigmas[$0 % 4] }.sorted()
      let levels = PredictionLevels(of: sigmas, mostBands: 48)
      #expect(levels.levels.map(\.samples) == [2000, 2000, 2000, 2000])
      #expect(levels.levels.map(\.sigma) == Self.sigmas)
      let table = example.rows(sigmas, seed: 3)
      #expect(table.noiseFault == nil && table.mistake == nil)
      expectRoutes(example, PredictionCurve(table, levels, moments: nil))
    }
  }

  // Seed 4; as above.
  @Test(
    "Every route of a grid, its levels in either order, is what it must be",
    arguments: [false, true], [false, true])
  func grid(sharesNoise: Bool, descends: Bool) throws {
    for law in try exampleLaws() {
      let example = PredictionExample(law: law, factor: 0.8)
      let sigmas = descends ? Self.sigmas.reversed() : Self.sigmas
      let table = example.grid(sigmas, samples: 2000, seed: 4, sharesNoise: sharesNoise)
      let levels = PredictionLevels(gridOf: 4, sigmas: table.sigmas)
      #expect(levels.levels.map(\.sigma) == Self.sigmas)
      expectRoutes(example, PredictionCurve(table, levels, moments: law.moments))
    }
  }

  // Seed 5; 3 laws × 2 × at most 13 × 4 routes at 5 standard errors: fewer than 3 seeds in 10⁴
  // fail.
  @Test(
    "Bands of log-normal noise levels give the mean over ln σ, whatever the slope of the density",
    arguments: [0.8, 1])
  func bands(factor: Double) throws {
    for law in try exampleLaws() {
      let example = PredictionExample(law: law, factor: factor)
      let sigmas = PredictionExample.logNormal(12_000, mean: 0.5, deviation: 0.4, seed: 5)
      let levels = PredictionLevels(of: sigmas, mostBands: 12)
      #expect((6...12).contains(levels.levels.count))
      let curve = PredictionCurve(example.rows(sigmas, seed: 5), levels, moments: nil)
      #expect(curve.rowsLeftOut <= 120 && curve.hasBands)
      for (level, next) in zip(levels.levels, levels.levels.dropFirst()) {
        #expect(level.band?.upperBound == next.band?.lowerBound)
      }
      expectRoutes(example, curve)
    }
  }

  @Test("A loss that is a parabola over ln σ has its exact mean in each band, and no error")
  func parabola() throws {
    let loss = { (u: Double) in 2 + 0.5 * u - 0.3 * u * u }
    let integral = { (u: Double) in 2 * u + 0.25 * u * u - 0.1 * u * u * u }
    let sigmas = PredictionExample.logNormal(2000, mean: 0.3, deviation: 0.6, seed: 7)
    let z = RandomStream(seed: 7, step: 0, purpose: .noise).normals(2000, 1)
    var table = PredictionTable(dimension: 1)
    let predicted = (0..<2000).map { z[$0, 0] - loss(log(sigmas[$0])).squareRoot() }
    table.add(
      sigmas: sigmas[...], noise: z,
      predicted: Matrix(rows: 2000, columns: 1, elements: predicted), clean: nil)
    let curve = PredictionCurve(table, PredictionLevels(of: sigmas, mostBands: 5), moments: nil)
    #expect(curve.levels.count == 5)
    var total = 0.0
    for (level, estimate) in zip(curve.levels, curve.sampled.levels) {
      let band = try #require(level.band)
      let (low, high) = (log(band.lowerBound), log(band.upperBound))
      total += integral(high) - integral(low)
      let mean = (integral(high) - integral(low)) / (high - low)
      #expect(abs(estimate.loss.value - mean) < 1e-10)
      #expect(estimate.loss.standardError < 1e-10)
    }
    #expect(abs((curve.sampled.integrals?.loss.value ?? 0) - total) < 1e-10)
  }

  // Seeds 0 to 199, 64 samples a level; a cell of fewer than 178 has probability 2e-4 at 95 %.
  @Test("Intervals of 95 % hold the exact rates and totals as often, in every form")
  func coverage() throws {
    let law = try PointsLaw(points: Matrix([[1.0], [-1.0]]))
    let example = PredictionExample(law: law)
    let fixed = law.informationCurve(
      at: Self.sigmas, sampling: CurveSampling(samples: 1, seed: 1, workers: Workers(count: 1))
    ).map(\.entropyRate)
    var counts: [String: Int] = [:]
    for seed in UInt64(0)..<200 {
      let drawn = PredictionExample.logNormal(400, mean: 0.2, deviation: 0.4, seed: seed)
      let few = (0..<256).map { Self.sigmas[$0 % 4] }
      let forms: [(String, PredictionTable, PredictionLevels)] =
        [
          ("rows", example.rows(few, seed: seed), PredictionLevels(of: few, mostBands: 48)),
          ("bands", example.rows(drawn, seed: seed), PredictionLevels(of: drawn, mostBands: 4)),
        ]
        + [false, true].map { sharesNoise in
          let table = example.grid(Self.sigmas, samples: 64, seed: seed, sharesNoise: sharesNoise)
          return (
            "grid, shared noise: \(sharesNoise)", table,
            PredictionLevels(gridOf: 4, sigmas: table.sigmas)
          )
        }
      for (name, table, levels) in forms {
        let curve = PredictionCurve(table, levels, moments: law.moments)
        let exact = curve.hasBands ? Self.exact(law, curve).map(\.entropyRate) : fixed
        let total = curve.sampled.integrals?.loss
        let found = curve.sampled.levels.map(\.loss) + [total].compactMap(\.self)
        for (place, (estimate, truth)) in zip(found, exact + [curve.integral(exact)]).enumerated() {
          let (lower, upper) = estimate.interval(confidence: 0.95)
          // The number of bands is not always the same.
          let cell =
            place == found.count - 1
            ? "\(name): total" : name == "bands" && place > 0 ? "" : "\(name): \(place)"
          counts[cell, default: 0] += lower <= truth.value && truth.value <= upper ? 1 : 0
        }
      }
    }
    counts[""] = nil
    #expect(counts.count == 3 * 5 + 2)
    for (cell, count) in counts { #expect((178...199).contains(count), "\(cell): \(count)") }
  }

  /// 64 samples at each of some levels with these losses, in one dimension.
  private func table(
    _ sigmas: [Double], samples: Int = 64, _ loss: (_ sigma: Double, _ row: Int) -> Double
  ) -> PredictionTable {
    var table = PredictionTable(dimension: 1)
    for sigma in sigmas {
      let z = (0..<samples).map { $0 % 4 < 2 ? 1.0 : -1 }
      let predicted = z.enumerated().map { $1 - loss(sigma, $0).squareRoot() }
      table.add(
        sigmas: Array(repeating: sigma, count: samples)[...],
        noise: Matrix(rows: samples, columns: 1, elements: z),
        predicted: Matrix(rows: samples, columns: 1, elements: predicted), clean: nil)
    }
    return table
  }

  @Test("A total without any loss allows for what went unseen at its levels")
  func unseen() throws {
    let moments = DataMoments(mean: [0], totalVariance: 1)
    let table = table([0.5, 1, 2]) { _, _ in 0 }
    for (levels, sharesSamples) in [
      (PredictionLevels(gridOf: 3, sigmas: table.sigmas), true),
      (PredictionLevels(of: table.sigmas, mostBands: 4), false),
    ] {
      let curve = PredictionCurve(table, levels, moments: moments)
      let total = try #require(curve.sampled.integrals)
      #expect(total.restsOnRareEvents && total.loss.value == 0)
      let errors = zip(curve.weights, curve.sampled.levels).map { $0 * $1.loss.standardError }
      let expected =
        sharesSamples
        ? errors.reduce(0, +) : errors.reduce(0) { $0 + $1 * $1 }.squareRoot()
      for estimate in [total.loss, total.divergence, total.scoreNorm] {
        #expect(abs(estimate.standardError - expected) < 1e-12 * expected)
      }
    }
  }

  @Test("A total that all samples of a grid make up is not widened by levels that rest on few")
  func seen() throws {
    let table = table([0.1, 1, 2]) { sigma, row in
      sigma < 1 ? (row == 0 ? 0.5 : 0) : 0.4 + 0.1 * Double(row % 2)
    }
    let levels = PredictionLevels(gridOf: 3, sigmas: table.sigmas)
    let curve = PredictionCurve(
      table, levels, moments: DataMoments(mean: [0], totalVariance: 1))
    #expect(curve.sampled.levels[0].restsOnRareEvents)
    let total = try #require(curve.sampled.integrals)
    #expect(!total.restsOnRareEvents && total.loss.standardError < 0.02)
  }

  @Test("The freedom of a total is what is left by the coefficients of all independent levels")
  func freedom() throws {
    // Residuals of one size, so that nothing but their number says how well their squares are
    // known.
    let table = table([1, 2, 3], samples: 16) { _, row in row % 2 == 0 ? 0.3 : 0.7 }
    for (levels, freedom) in [
      (PredictionLevels(of: table.sigmas, mostBands: 4), 48.0 - 6),
      (PredictionLevels(gridOf: 3, sigmas: table.sigmas), 16 - 2),
    ] {
      let curve = PredictionCurve(
        table, levels, moments: DataMoments(mean: [0], totalVariance: 0))
      #expect(curve.sampled.integrals?.loss.freedom == freedom)
    }
  }

  @Test("The error of a total counts samples that the levels share once")
  func sharedErrors() throws {
    let law = try GaussianLaw(mean: [0, 0], standardDeviations: [1, 1])
    let example = PredictionExample(law: law, hasClean: false)
    // Neighbouring levels with the same samples: their losses are the same but for little.
    let sigmas = (0..<8).map { 1 + 0.01 * Double($0) }
    func errors(sharesNoise: Bool) throws -> (total: Double, level: Double) {
      let table = example.grid(sigmas, samples: 1000, seed: 6, sharesNoise: sharesNoise)
      let curve = PredictionCurve(
        table, PredictionLevels(gridOf: 8, sigmas: table.sigmas), moments: nil)
      let total = try #require(curve.sampled.integrals?.loss)
      return (
        total.standardError / curve.weights.reduce(0, +), curve.sampled.levels[3].loss.standardError
      )
    }
    let (shared, own) = (try errors(sharesNoise: true), try errors(sharesNoise: false))
    #expect(shared.total > 0.98 * shared.level)
    // Half of the error is that of y, which is the same in either case.
    #expect(own.total < 0.8 * own.level)
  }
}
