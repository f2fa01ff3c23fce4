import ForwardProcess
import Glibc
import LinearAlgebra
import Randomness
import Statistics
import Testing

@testable import Distributions

/// The laws of information curves, and their values against independent references.
@Suite struct CurveTests {
  /// A team for each case: a team serves one caller at a time, and cases run side by side.
  private let workers = Workers(count: 2)

  private func curve(
    _ law: some Law, _ sigmas: [Double], samples: Int = 16_384, seed: UInt64 = 31
  ) -> [InformationPoint] {
    law.informationCurve(
      at: sigmas, sampling: CurveSampling(samples: samples, seed: seed, workers: workers))
  }

  /// The five numbers of a row of `ReferenceValues`.
  private func row(_ point: InformationPoint) -> [Double] {
    [
      point.sigma, point.entropyRate.value, point.conditionalEntropy?.value ?? .nan,
      point.posteriorEntropyVariance?.value ?? .nan, point.surprisalVariance?.value ?? .nan,
    ]
  }

  @Test("Two points in any dimension have the curve of two points", arguments: [1, 2, 5, 4096])
  func twoPoints(dimension: Int) {
    let rows = [-1.0, 1.0].map { sign in
      (0..<dimension).map { 3 + sign * ($0 % 2 == 0 ? 1 : -1) / Double(dimension).squareRoot() }
    }
    let law = TestLaws.makePoints(Matrix(rows))
    let points = curve(law, ReferenceValues.twoPoints.map { $0[0] })
    for (point, expected) in zip(points, ReferenceValues.twoPoints) {
      #expect(maximumDifference(row(point), expected) < 1e-12)
      #expect(point.entropyRate.standardError == 0)
    }
  }

  @Test("Unequal points on a line in space have the curve of the line")
  func unequalLine() {
    // (1, 2, 3) + s (1, −2, 2)/3 for s = 0, 1.5, 6.
    let law = TestLaws.makePoints(
      Matrix([[1, 2, 3], [1.5, 1, 4], [3, -2, 7]]), weights: [0.5, 0.3, 0.2])
    let points = curve(law, ReferenceValues.unequalLine.map { $0[0] })
    for (point, expected) in zip(points, ReferenceValues.unequalLine) {
      #expect(maximumDifference(row(point), expected) < 1e-11)
    }
  }

  @Test("A ring has the curve of a ring, in the plane and rotated in space", arguments: [2, 3, 64])
  func ring(dimension: Int) {
    // Rows 2k and 2k + 1 of the plane's coordinates, spread over all axes by an orthonormal pair.
    let norm = Double(dimension / 2).squareRoot()
    let rows = TestLaws.ringRows(8).map { point in
      (0..<dimension).map { $0 / 2 < dimension / 2 ? point[$0 % 2] / norm : 7 }
    }
    let points = curve(TestLaws.makePoints(Matrix(rows)), ReferenceValues.ring.map { $0[0] })
    for (point, expected) in zip(points, ReferenceValues.ring) {
      #expect(maximumDifference(row(point), expected) < 2e-8)
      #expect(point.entropyRate.standardError == 0)
    }
  }

  @Test(
    "A simplex agrees with its exact curve within its standard errors", arguments: [31, 32, 33])
  func simplex(seed: UInt64) {
    let points = curve(
      TestLaws.simplex5, ReferenceValues.simplex.map { $0[0] }, seed: seed)
    for (point, expected) in zip(points, ReferenceValues.simplex) {
      let (rate, entropy) = (point.entropyRate, point.conditionalEntropy ?? Estimate(.nan))
      // 42 numbers at 4.5 standard errors: fails once in 3000 seeds.
      #expect(abs(rate.value - expected[1]) < 4.5 * rate.standardError)
      #expect(abs(entropy.value - expected[2]) < 4.5 * entropy.standardError)
      // The error is small where the rate is, too, and not stated so large as to say nothing.
      #expect(rate.standardError < 0.05 * expected[1])
      #expect(!point.restsOnRareEvents)
    }
  }

  @Test("Standard errors are those of repetition", arguments: [0.16, 0.3, 1.0])
  func standardErrors(sigma: Double) {
    let runs = (0..<40).map {
      curve(TestLaws.simplex5, [sigma], samples: 2048, seed: UInt64(100 + $0))[0]
    }
    func compare(_ estimate: (InformationPoint) -> Estimate?) {
      let estimates = runs.compactMap(estimate)
      var (spread, variance) = (RunningMoments(), 0.0)
      for one in estimates {
        spread.add(one.value)
        variance += one.standardError * one.standardError / Double(runs.count)
      }
      // The ratio of variances has a standard deviation of √(2/39) = 0.23; strata only widen
      // errors.
      #expect(spread.variance < 2.2 * variance && spread.variance > 0.25 * variance)
    }
    compare(\.entropyRate)
    compare(\.conditionalEntropy)
    compare(\.posteriorEntropyVariance)
    compare(\.surprisalVariance)
  }

  @Test("Importance weights are bounded and average to 1", arguments: [0.08, 0.16, 0.2])
  func importanceWeights(sigma: Double) {
    let law = TestLaws.simplex5
    let plan = RareEventPlan(
      law: law, neighbours: NearestNeighbours(law, workers: workers), sigma: sigma)
    #expect(plan.isShifted)
    let count = 40_000
    let stream = RandomStream(seed: 51, step: 0, purpose: .test)
    let z = stream.normals(count, law.dimension)
    var halves = [RunningMoments(), RunningMoments()]
    for row in 0..<count {
      let i = row % law.points.rows
      var x = Array(z.row(row))
      if row % 2 == 1 {
        let shift = plan.shift(of: i, at: stream.with(.data).uniforms(at: UInt64(row)).0)
        for j in x.indices {
          let difference = law.points[shift.neighbour, j] - law.points[i, j]
          x[j] += shift.length / shift.distance * difference
        }
      }
      let weight = plan.balance(of: i) { neighbour, distance in
        x.indices.reduce(0) {
          $0 + x[$1] * (law.points[neighbour, $1] - law.points[i, $1]) / distance
        }
      }
      #expect(weight > 0 && weight <= 2)
      halves[row % 2].add(weight)
    }
    // Three cases at 4.5 standard errors: fails once in 50 000 seeds.
    let mean = (halves[0].mean + halves[1].mean).scaled(by: 0.5)
    #expect(abs(mean.value - 1) < 4.5 * mean.standardError)
  }

  @Test("A rate that no sample has seen says so")
  func rareEvents() {
    let point = curve(TestLaws.simplex5, [0.01], samples: 64)[0]
    #expect(point.restsOnRareEvents)
    #expect(point.entropyRate.value.isFinite)
  }

  @Test("Threads do not change a curve")
  func threads() {
    for law in [TestLaws.simplex5, TestLaws.ring] {
      let alone = law.informationCurve(
        at: [0.2, 1],
        sampling: CurveSampling(samples: 2000, seed: 3, workers: Workers(count: 1)))
      #expect(curve(law, [0.2, 1], samples: 2000, seed: 3).map(row) == alone.map(row))
    }
  }

  @Test(
    "The rate is the derivative of the conditional entropy",
    arguments: [
      NamedLaw("two points", TestLaws.twoPoints),
      NamedLaw("unequal two points", TestLaws.unequalTwoPoints),
      NamedLaw("unequal line", TestLaws.unequalLine), NamedLaw("ring", TestLaws.ring),
      NamedLaw("gaussian", TestLaws.gaussian),
    ], [0.1, 0.25, 0.7, 3])
  func rateIsDerivative(_ named: NamedLaw, sigma: Double) {
    let h = 0.01
    let points = curve(named.law, [-2, -1, 0, 1, 2].map { sigma * exp($0 * h) })
    let entropy = points.map { $0.conditionalEntropy?.value ?? .nan }
    let derivative = (8 * (entropy[3] - entropy[1]) - (entropy[4] - entropy[0])) / (12 * h)
    // The plane's quadrature errs by 1e-8, which the difference magnifies by 1/h.
    #expect(abs(derivative - points[2].entropyRate.value) < 1e-6)
  }

  @Test(
    "The rate integrates to the entropy of the weights over the noise range",
    arguments: TestLaws.points.dropLast())
  func integral(_ named: NamedPoints) throws {
    let law = named.law
    let range = law.noiseRange
    let points = curve(law, range.levels(193))
    let step = range.logWidth / 192
    var (integral, variance) = (0.0, 0.0)
    for (k, point) in points.enumerated() {
      // Simpson's rule: the ends are not negligible, so the trapezoidal rule would err by 1e-5.
      let weight = step / 3 * (k == 0 || k == 192 ? 1 : k % 2 == 1 ? 4 : 2)
      integral += weight * point.entropyRate.value
      variance += pow(weight * point.entropyRate.standardError, 2)
    }
    let (low, high) = (
      try #require(points[0].conditionalEntropy), try #require(points[192].conditionalEntropy)
    )
    // One case is sampled: five standard errors fail once in a million seeds.
    let tolerance = 1e-6 + 5 * (variance + pow(high.standardError, 2)).squareRoot()
    #expect(abs(integral - (high.value - low.value)) < tolerance)
    let entropy = try #require(law.entropy)
    #expect(integral > 0.995 * entropy - tolerance && integral < entropy + tolerance)
    #expect(low.value <= 0.001 * entropy + tolerance)
  }

  @Test("A Gaussian's curve is the sum over its eigenvalues")
  func gaussian() {
    for (law, rank) in [(TestLaws.gaussian, 6), (TestLaws.flatGaussian, 3)] {
      for point in curve(law, [1e-3, 0.5, 1e3]) {
        let sigma = point.sigma
        let rate = (0..<rank).reduce(0) {
          let eigenvalue = 0.05 * exp(Double($1) / Double(rank - 1) * log(60.0))
          return $0 + eigenvalue / (eigenvalue + sigma * sigma)
        }
        #expect(abs(point.entropyRate.value - rate) < 1e-12 * rate)
        #expect((point.conditionalEntropy == nil) == (rank < 6))
        #expect(point.surprisalVariance?.value == (rank < 6 ? nil : 3))
        #expect(point.posteriorEntropyVariance?.value == 0)
      }
    }
  }

  @Test(
    "The divergence is C/σ² − D/σ² on average",
    arguments: [
      NamedLaw("simplex", TestLaws.simplex5), NamedLaw("ring", TestLaws.ring),
      NamedLaw("unequal line", TestLaws.unequalLine), NamedLaw("flat", TestLaws.flatGaussian),
    ], [0.3, 1, 4])
  func dataDivergence(_ named: NamedLaw, sigma: Double) {
    let law = named.law
    let divergence = Estimate(
      meanOf: law.divergence(at: law.noised(20_000, sigma: sigma, seed: 41), sigma: sigma))
    let measured = divergence.scaled(by: sigma * sigma, offset: Double(law.dimension))
    let rate = curve(law, [sigma])[0].entropyRate
    // 12 cases at 4.5 standard errors: fails once in 10 000 seeds.
    let error = hypot(measured.standardError, rate.standardError)
    #expect(abs(measured.value - rate.value) < 4.5 * error + 1e-9)
  }

  @Test("Curves are finite however small or large the noise", arguments: TestLaws.all)
  func finiteEverywhere(_ named: NamedLaw) {
    let sigmas = [1e-300, 1e-20, 1e-6, 1e-2, 1e3, 1e6, 1e20].filter {
      // The blocked posterior needs the squares of distances in units of σ to be numbers.
      $0 > 1e-100
    }
    for point in curve(named.law, sigmas, samples: 512) {
      #expect(point.entropyRate.value.isFinite && point.entropyRate.value >= 0)
      #expect(point.entropyRate.value <= Double(named.law.dimension) * (1 + 1e-9))
      if let entropy = point.conditionalEntropy { #expect(entropy.value.isFinite) }
      if let variance = point.surprisalVariance { #expect(variance.value.isFinite) }
    }
  }
}
