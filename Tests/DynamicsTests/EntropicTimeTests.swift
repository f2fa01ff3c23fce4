import Distributions
import Dynamics
import ForwardProcess
import Glibc
import LinearAlgebra
import Statistics
import Testing

@Suite struct EntropicTimeTests {
  private let workers = Workers(count: 2)

  /// A law's exact clock over its range, or another.
  private func time(
    _ kind: EntropicTime.Kind, _ law: any Law, over range: NoiseRange
  ) throws -> EntropicTime {
    try #require(
      EntropicTime(kind, over: range) { sigmas in
        law.informationCurve(
          at: sigmas, sampling: CurveSampling(samples: 1024, seed: 0, workers: workers)
        ).map(\.entropyRate)
      })
  }

  @Test(
    "For Gaussian data the rescaled levels are c tan α at equal steps of α, to 1e-6",
    arguments: [0.01, 1, 300], [2, 7, 64, 1000])
  func tangents(deviation: Double, count: Int) throws {
    let law = try GaussianLaw(
      mean: [0, 0, 0], standardDeviations: [deviation, deviation, deviation])
    for range in [law.noiseRange, try #require(NoiseRange(minimum: 0.002, maximum: 80))] {
      let levels = NoiseSchedule.entropic(
        try time(.rescaled, law, over: range), over: range, count: count)
      let (first, last) = (atan(range.maximum / deviation), atan(range.minimum / deviation))
      let expected = (0..<count).map { index in
        deviation * tan(first + (last - first) * Double(index) / Double(count - 1))
      }
      #expect(
        largestDifference(zip(levels, expected).map { $0 / $1 }, expected.map { _ in 1 }) < 1e-6)
    }
  }

  @Test("For Gaussian data the entropic levels are equal steps of ½ log(1 + c²/σ²), to 1e-6")
  func gaussianEntropy() throws {
    let law = try GaussianLaw(mean: [0], standardDeviations: [2])
    let range = try #require(NoiseRange(minimum: 0.01, maximum: 50))
    let levels = NoiseSchedule.entropic(
      try time(.entropic, law, over: range), over: range, count: 33)
    let open = { (sigma: Double) in log1p(4 / sigma / sigma) / 2 }
    for (index, level) in levels.enumerated() {
      let entropy = open(50) + (open(0.01) - open(50)) * Double(index) / 32
      // σ = c/√(e^{2H} − 1).
      #expect(abs(level * expm1(2 * entropy).squareRoot() / 2 - 1) < 1e-6)
    }
  }

  @Test("The whole entropic time of K points is ln K", arguments: [2, 3, 8])
  func totalOfPoints(count: Int) throws {
    let points = (0..<count).map { k in
      let angle = 2 * Double.pi * Double(k) / Double(count)
      return [cos(angle), sin(angle)]
    }
    let law = try PointsLaw(points: Matrix(points))
    // Above, ½ D c²/σ² of entropy is open: 1e-6 nats at a thousand radii.
    let range = try #require(NoiseRange(minimum: 0.01, maximum: 1000))
    let time = try time(.entropic, law, over: range)
    #expect(abs(time.total - log(Double(count))) < 2e-6)
  }

  @Test("The levels are the same whatever clock the entropy is integrated in")
  func clocks() throws {
    let law = try PointsLaw(points: Matrix([[1], [-1], [2.5]]), weights: [0.5, 0.3, 0.2])
    let range = try #require(NoiseRange(minimum: 0.1, maximum: 10))
    let fine = range.levels(4001)
    let rates = law.informationCurve(
      at: fine, sampling: CurveSampling(samples: 1, seed: 0, workers: workers)
    ).map(\.entropyRate.value)
    for kind in EntropicTime.Kind.allCases {
      let levels = NoiseSchedule.entropic(
        try time(kind, law, over: range), over: range, count: 17)
      for clock in [Clock.constant, .edm, .geometric(range)] {
        // dH/dt = C d ln σ/dt, times σ if rescaled, by the trapezoid rule in t.
        let inTime = zip(fine, rates).map { sigma, rate in
          rate * clock.logSigmaRate(sigma: sigma) * (kind == .rescaled ? sigma : 1)
        }
        var sums = [0.0]
        for i in 1..<fine.count {
          let step = clock.time(sigma: fine[i]) - clock.time(sigma: fine[i - 1])
          sums.append(sums[i - 1] + step * (inTime[i - 1] + inTime[i]) / 2)
        }
        let passed = levels.map { level -> Double in
          let above = fine.firstIndex { $0 >= level } ?? fine.count - 1
          guard above > 0 else { return 0 }
          let share = log(level / fine[above - 1]) / log(fine[above] / fine[above - 1])
          return sums[above - 1] + share * (sums[above] - sums[above - 1])
        }
        let total = sums[sums.count - 1]
        let expected = (0...16).map { 1 - Double($0) / 16 }
        // The trapezoid rule and the line between levels err by their squared step, 1e-6.
        #expect(
          largestDifference(passed.map { $0 / total }, expected) < 1e-5, "\(clock), \(kind)")
      }
    }
  }

  @Test(
    "Where no time passes the list still descends strictly from end to end",
    arguments: EntropicTime.Kind.allCases)
  func standstill(kind: EntropicTime.Kind) throws {
    let law = try PointsLaw(points: Matrix([[1], [-1]]))
    let range = try #require(NoiseRange(minimum: 1e-4, maximum: 100))
    // At σ = 1e-4 the rate is exp(−5e7), which is 0.
    let levels = NoiseSchedule.entropic(try time(kind, law, over: range), over: range, count: 2000)
    #expect(levels.count == 2000 && levels.first == 100 && levels.last == 1e-4)
    #expect(zip(levels, levels.dropFirst()).allSatisfy { $0 > $1 })
    // Even a curve with a gap in it, where the clock stands still between two peaks.
    let sigmas = (0..<200).map { exp(-6 + 0.06 * Double($0)) }
    let rates = sigmas.map { abs(log($0)) > 3 ? 1.0 : 0 }
    let gap = try #require(EntropicTime(kind, sigmas: sigmas, rates: rates))
    let span = try #require(NoiseRange(minimum: sigmas[0], maximum: sigmas[199]))
    let list = NoiseSchedule.entropic(gap, over: span, count: 1001)
    #expect(zip(list, list.dropFirst()).allSatisfy { $0 > $1 })
  }

  @Test("Equal steps do not depend on a constant factor of the rates", arguments: [1e-6, 1e6])
  func factor(factor: Double) throws {
    let sigmas = (0..<30).map { 0.01 * pow(1.4, Double($0)) }
    let rates = sigmas.map { 1 / (1 + $0 * $0) }
    let range = try #require(NoiseRange(minimum: sigmas[0], maximum: sigmas[29]))
    for kind in EntropicTime.Kind.allCases {
      let lists = try [1, factor].map { factor in
        NoiseSchedule.entropic(
          try #require(EntropicTime(kind, sigmas: sigmas, rates: rates.map { factor * $0 })),
          over: range, count: 20)
      }
      #expect(largestDifference(lists[0].map { log($0) }, lists[1].map { log($0) }) < 1e-12)
    }
  }

  @Test("A curve on which nothing is decided has no entropic time")
  func nothing() {
    for kind in EntropicTime.Kind.allCases {
      #expect(EntropicTime(kind, sigmas: [1, 2, 3], rates: [0, 0, 0]) == nil)
      #expect(EntropicTime(kind, sigmas: [1, 2, 3], rates: [-1, -0.5, 0]) == nil)
      #expect(EntropicTime(kind, sigmas: [1, 2, 3], rates: [1, .nan, 0]) == nil)
    }
  }

  @Test("A curve with errors is measured at 129 levels, and time is that of its values")
  func measured() throws {
    let range = try #require(NoiseRange(minimum: 0.1, maximum: 10))
    var asked: [Double] = []
    let time = try #require(
      EntropicTime(.entropic, over: range) { sigmas in
        asked += sigmas
        return sigmas.map { _ in Estimate(0.5, standardError: 0.1) }
      })
    #expect(Set(asked).count == 129 && asked.count == 129)
    #expect(abs(time.total - 0.5 * range.logWidth) < 1e-12)
  }
}
