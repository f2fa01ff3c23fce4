import ForwardProcess
import Glibc
import LinearAlgebra
import Randomness
import Statistics
import Testing

@testable import Distributions

/// What holds for every continuous law.
@Suite struct ContinuousLawTests {
  static let levels = [0.05, 0.4, 4.0]
  private let workers = Workers(count: 2)

  private func curve(_ law: some Law, _ sigmas: [Double], samples: Int = 4096)
    -> [InformationPoint]
  {
    law.informationCurve(
      at: sigmas, sampling: CurveSampling(samples: samples, seed: 61, workers: workers))
  }

  @Test("Score is the gradient of the log density", arguments: ContinuousLaws.all, levels)
  func scoreIsGradient(_ named: NamedLaw, sigma: Double) {
    let law = named.law
    let x = law.noised(4, sigma: sigma, seed: 1)
    let score = law.score(at: x, sigma: sigma)
    let h = 2e-3 * sigma
    var differences = score
    for j in 0..<law.dimension {
      let column = centralDifference(x, column: j, step: h) { law.logDensity(at: $0, sigma: sigma) }
      for row in 0..<x.rows { differences[row, j] = column[row] }
    }
    let scale = 1 / sigma + maximumNorm(score.elements)
    #expect(maximumDifference(score.elements, differences.elements) < 1e-6 * scale)
  }

  @Test(
    "Jacobian is the derivative of the score, divergence its trace, both finite",
    arguments: ContinuousLaws.all, levels)
  func jacobianIsDerivative(_ named: NamedLaw, sigma: Double) {
    let (law, D) = (named.law, named.law.dimension)
    let x = law.noised(3, sigma: sigma, seed: 2)
    let jacobian = law.jacobian(at: x, sigma: sigma)
    var differences = jacobian
    for j in 0..<D {
      let column = centralDifference(x, column: j, step: 2e-3 * sigma) {
        law.score(at: $0, sigma: sigma).elements
      }
      for row in 0..<x.rows {
        for i in 0..<D { differences[row, i * D + j] = column[row * D + i] }
      }
    }
    let scale = 1 / (sigma * sigma) + maximumNorm(jacobian.elements)
    #expect(maximumDifference(jacobian.elements, differences.elements) < 1e-6 * scale)
    let trace = (0..<x.rows).map { row in
      (0..<D).reduce(0) { $0 + jacobian[row, $1 * D + $1] }
    }
    let divergence = law.divergence(at: x, sigma: sigma)
    #expect(maximumDifference(divergence, trace) < 1e-12 * scale * Double(D))
  }

  @Test("The posterior mean is x + σ² s(x)", arguments: ContinuousLaws.all, levels)
  func denoised(_ named: NamedLaw, sigma: Double) {
    let law = named.law
    let x = law.noised(4, sigma: sigma, seed: 3)
    let score = law.score(at: x, sigma: sigma)
    let denoised = law.denoised(at: x, sigma: sigma)
    let expected = x.elements.indices.map {
      x.elements[$0] + sigma * sigma * score.elements[$0]
    }
    #expect(maximumDifference(denoised.elements, expected) < 1e-11 * (1 + maximumNorm(x.elements)))
  }

  @Test(
    "The posterior mean is the mean of samples, weighted by their likelihood",
    arguments: ContinuousLaws.all)
  func posteriorMean(_ named: NamedLaw) {
    let (law, sigma) = (named.law, 1.0)
    let y = law.samples(20_000, stream: RandomStream(seed: 71, step: 0, purpose: .test))
    let x = Matrix([Array(law.noised(2, sigma: sigma, seed: 4).row(1))])
    let points = ContinuousLaws.make { try PointsLaw(points: y) }
    let (exact, sampled) = (
      law.denoised(at: x, sigma: sigma), points.denoised(at: x, sigma: sigma)
    )
    // The error of self-normalised importance sampling, from the weights themselves.
    let logs = (0..<y.rows).map { row in
      -(0..<law.dimension).reduce(0) { $0 + pow(y[row, $1] - x[0, $1], 2) } / 2
    }
    let largest = logs.reduce(-.infinity, max)
    let weights = logs.map { exp($0 - largest) }
    let sum = weights.reduce(0, +)
    for j in 0..<law.dimension {
      let square = (0..<y.rows).reduce(0) {
        $0 + pow(weights[$1] / sum * (y[$1, j] - sampled[0, j]), 2)
      }
      // At most 30 numbers at five standard errors: fails once in 50 000 seeds.
      #expect(abs(exact[0, j] - sampled[0, j]) < 5 * square.squareRoot() + 1e-12)
    }
  }

  @Test(
    "Everything is finite however small or large the noise, and however far out",
    arguments: ContinuousLaws.all, [1e-6, 1e-3, 1e3, 1e6])
  func finiteEverywhere(_ named: NamedLaw, sigma: Double) {
    let law = named.law
    for distance in [0.0, sigma, 1.0, 1e6] {
      var x = law.noised(3, sigma: sigma, seed: 7)
      for j in 0..<law.dimension {
        for row in 0..<2 { x[row, j] += distance }
        x[2, j] = law.moments.mean[j] + distance
      }
      #expect(maximumNorm(law.score(at: x, sigma: sigma).elements).isFinite)
      #expect(maximumNorm(law.denoised(at: x, sigma: sigma).elements).isFinite)
      #expect(maximumNorm(law.jacobian(at: x, sigma: sigma).elements).isFinite)
      #expect(maximumNorm(law.divergence(at: x, sigma: sigma)).isFinite)
      #expect(maximumNorm(law.logDensity(at: x, sigma: sigma)).isFinite)
    }
  }

  @Test("Samples have the moments of the law, in either precision", arguments: ContinuousLaws.all)
  func moments(_ named: NamedLaw) {
    let (law, count) = (named.law, 20_000)
    let stream = RandomStream(seed: 62, step: 3, purpose: .test)
    let y = law.samples(count, stream: stream)
    var single = Matrix<Float>(rows: count, columns: law.dimension)
    var scratch = single
    single.withView { y in
      scratch.withView { law.drawCentred(into: y, scratch: $0, stream: stream, firstSample: 0) }
    }
    for isSingle in [false, true] {
      let centred = { (row: Int, j: Int) in
        isSingle ? Double(single[row, j]) : y[row, j] - law.moments.mean[j]
      }
      let squares = Estimate(
        meanOf: (0..<count).map { row in
          (0..<law.dimension).reduce(0) { $0 + centred(row, $1) * centred(row, $1) }
        })
      // At most 15 laws, 2 · 9 numbers each, five standard errors: fails once in 8000 seeds.
      let tolerance = 5 * squares.standardError + 1e-5 * law.moments.totalVariance
      #expect(abs(squares.value - law.moments.totalVariance) < tolerance)
      for j in 0..<law.dimension {
        let mean = Estimate(meanOf: (0..<count).map { centred($0, j) })
        #expect(abs(mean.value) < 5 * mean.standardError + 1e-7)
      }
    }
  }

  @Test("A sample depends on the stream and its number alone", arguments: ContinuousLaws.all)
  func addressed(_ named: NamedLaw) {
    let law = named.law
    let stream = RandomStream(seed: 63, step: 3, purpose: .test)
    let all = law.samples(64, stream: stream)
    #expect(
      all.rows(40..<60) == law.samples(20, stream: stream.with(.noise), firstSample: 40))
    #expect(law.samples(64, stream: RandomStream(seed: 64, step: 3, purpose: .test)) != all)
  }

  @Test("The divergence is C/σ² − D/σ² on average", arguments: ContinuousLaws.all, [0.3, 2])
  func dataDivergence(_ named: NamedLaw, sigma: Double) {
    let law = named.law
    let x = law.noised(2000, sigma: sigma, seed: 41)
    let divergence = Estimate(meanOf: law.divergence(at: x, sigma: sigma))
    let measured = divergence.scaled(by: sigma * sigma, offset: Double(law.dimension))
    let rate = curve(law, [sigma])[0].entropyRate
    // 24 cases at 4.5 standard errors: fails by chance once in 6000 seeds.
    let error = hypot(measured.standardError, rate.standardError)
    #expect(abs(measured.value - rate.value) < 4.5 * error + 1e-9)
  }

  @Test(
    "The rate is the derivative of the conditional entropy", arguments: ContinuousLaws.all,
    [0.1, 0.7, 3])
  func rateIsDerivative(_ named: NamedLaw, sigma: Double) {
    let middle = curve(named.law, [sigma], samples: 16)[0]
    guard middle.entropyRate.standardError == 0 && middle.conditionalEntropy != nil else { return }
    let h = 0.02
    let points = curve(named.law, [-2, -1, 0, 1, 2].map { sigma * exp($0 * h) })
    let entropy = points.map { $0.conditionalEntropy?.value ?? .nan }
    let derivative = (8 * (entropy[3] - entropy[1]) - (entropy[4] - entropy[0])) / (12 * h)
    #expect(abs(derivative - points[2].entropyRate.value) < 2e-6)
  }

  @Test("Curves are finite however small or large the noise", arguments: ContinuousLaws.quick)
  func finiteCurves(_ named: NamedLaw) {
    let scale = named.law.moments.scale
    for point in curve(named.law, [1e-3, 1e-2, 1e3, 1e6].map { $0 * scale }, samples: 512) {
      #expect(point.entropyRate.value.isFinite && point.entropyRate.value >= 0)
      #expect(point.entropyRate.value <= Double(named.law.dimension) * (1 + 1e-6))
      #expect(point.conditionalEntropy?.value.isFinite ?? true)
      #expect(point.posteriorEntropyVariance?.value.isFinite ?? true)
      #expect(point.surprisalVariance?.value.isFinite ?? true)
    }
  }

  @Test("Threads do not change a curve", arguments: ContinuousLaws.all)
  func threads(_ named: NamedLaw) {
    let alone = named.law.informationCurve(
      at: [0.3, 1], sampling: CurveSampling(samples: 1000, seed: 61, workers: Workers(count: 1)))
    let together = curve(named.law, [0.3, 1], samples: 1000)
    #expect(together.map(\.entropyRate) == alone.map(\.entropyRate))
    #expect(together.map(\.conditionalEntropy) == alone.map(\.conditionalEntropy))
  }

  @Test(
    "At both ends of the noise range the rate is near its limit", arguments: ContinuousLaws.quick)
  func noiseRange(_ named: NamedLaw) {
    let (law, range) = (named.law, named.law.noiseRange)
    #expect(law.noiseRange == range)
    // A discrete law's range holds its entropy instead.
    guard law.entropy == nil else { return }
    let ends = curve(law, [range.minimum / 4, range.minimum, range.maximum])
    let dimension = Double(law.dimension)
    #expect(abs(ends[0].entropyRate.value - ends[1].entropyRate.value) < 0.0021 * dimension)
    #expect(ends[2].entropyRate.value < 0.0026 * dimension)
  }

  @Test(
    "Variances of the surprisal are those of samples", arguments: ContinuousLaws.all, [0.2, 1.5])
  func surprisals(_ named: NamedLaw, sigma: Double) {
    let (law, count) = (named.law, 5000)
    let point = curve(law, [sigma], samples: 20_000)[0]
    guard let expected = point.surprisalVariance, law.entropy == nil else { return }
    let stream = RandomStream(seed: 65, step: 0, purpose: .test)
    let y = law.samples(count, stream: stream)
    let z = stream.with(.noise).normals(count, law.dimension)
    let x = Matrix(
      rows: count, columns: law.dimension,
      elements: y.elements.indices.map { y.elements[$0] + sigma * z.elements[$0] })
    // A density hardly noised is the density, but at the edges.
    let (logNoised, logData) = (
      law.logDensity(at: x, sigma: sigma), law.logDensity(at: y, sigma: 1e-4 * sigma)
    )
    var moments = RunningMoments()
    let surprisals = (0..<count).map { row in
      logNoised[row] - logData[row] + z.row(row).reduce(0) { $0 + $1 * $1 } / 2
    }
    for value in surprisals { moments.add(value) }
    let squares = Estimate(meanOf: surprisals.map { pow($0 - moments.mean.value, 2) })
    let error = hypot(squares.standardError, expected.standardError)
    // At most 20 cases at 4.5 standard errors: fails once in 7000 seeds; 1e-3 for the edges.
    #expect(abs(squares.value - expected.value) < 4.5 * error + 1e-3 * expected.value)
    if let posterior = point.posteriorEntropyVariance {
      #expect(posterior.value <= expected.value + 1e-12)
    }
  }
}
