import Distributions
import ForwardProcess
import Glibc
import LinearAlgebra
import Randomness
import Statistics
import Testing

@testable import Estimation

@Suite struct InformationSpectrumTests {
  private static func spectrum(
    _ score: any ScoreFunction, at x: Matrix<Double>, sigma: Double, weights: [Double]? = nil,
    clusterSize: Int = 1
  ) -> InformationSpectrum {
    var result = InformationSpectrum(
      dimension: x.columns, sigma: sigma, clusterSize: clusterSize)
    result.add(score.jacobian(at: x, sigma: sigma), weights: weights)
    return result
  }

  @Test(
    "A Gaussian's eigenvalues are λ/(λ + σ²), however small or large σ",
    arguments: [1e-3, 0.5, 3, 1e3])
  func gaussian(sigma: Double) throws {
    let law = try Example.gaussian
    let x = Matrix([[0.0, 0, 0], [1, 1, 1], [-3, 2, 5]])
    let spectrum = Self.spectrum(law, at: x, sigma: sigma)
    let exact = law.eigenvalues.map { $0 / ($0 + sigma * sigma) }.sorted()
    for (found, exact) in zip(spectrum.eigenvalues, exact) {
      // The bound of the type's documentation, and an error no larger.
      #expect(abs(found.value - exact) < 10 * 3 * 1.2e-16)
      #expect(found.standardError < 1e-15)
    }
    for (found, exact) in zip(spectrum.jacobianEigenvalues, exact) {
      let value = (exact - 1) / (sigma * sigma)
      #expect(abs(found.value - value) <= 4e-15 / (sigma * sigma))
    }
    let trace = exact.reduce(0, +)
    #expect(abs(spectrum.fisherTrace.value - trace) < 4e-15)
    #expect(abs(spectrum.jacobianTrace.value - trace) < 4e-15)
    #expect(spectrum.softCount == Estimate(Double(exact.count { $0 > 0.5 })))
    #expect(spectrum.asymmetry.value < 1e-15)
  }

  @Test("Nothing leaves the range of numbers at extreme noise")
  func extremes() throws {
    let law = try Example.gaussian
    for sigma in [1e-150, 1e-100, 1e100, 1e150] {
      // At 1e±150 the law's own Jacobian is at the ends of the range.
      let spectrum = Self.spectrum(law, at: Matrix([[0.0, 0, 0]]), sigma: sigma)
      let values = spectrum.eigenvalues.map { $0.value }
      let expected = sigma < 1 ? [0.0, 1, 1] : [0, 0, 0]
      #expect(zip(values, expected).allSatisfy { abs($0 - $1) < 1e-15 })
    }
  }

  // Seed 51; 9 examples × 2 levels × 2 traces at 4 standard errors: fails for one seed in 400.
  @Test("The mean trace is the entropy rate by Stein's form", arguments: Example.all, [0.4, 2])
  func trace(_ example: Example, sigma: Double) {
    let (x, z) = example.noised(4000, sigma: sigma, seed: 51)
    let spectrum = Self.spectrum(example.score, at: x, sigma: sigma)
    let score = example.score.score(at: x, sigma: sigma)
    let dimension = x.columns
    let stein = Estimate(
      meanOf: (0..<x.rows).map { row in
        (0..<dimension).reduce(Double(dimension)) { $0 + sigma * z[row, $1] * score[row, $1] }
      })
    for found in [spectrum.fisherTrace, spectrum.jacobianTrace] {
      #expect(
        abs(found.value - stein.value) <= 4 * (found + stein).standardError + 1e-12)
    }
    #expect(
      abs(spectrum.fisherTrace.value - spectrum.jacobianTrace.value) < 1e-12 * Double(dimension))
    let sum = spectrum.eigenvalues.reduce(0) { $0 + $1.value }
    #expect(abs(sum - spectrum.fisherTrace.value) < 1e-12 * Double(dimension))
    let values = spectrum.eigenvalues.map { $0.value }
    #expect(values == values.sorted())
  }

  // Seed 52; one level each at 4 standard errors, 5 numbers: fails for one seed in 3000.
  @Test("Importance weights give the means of the law that they point to, with their errors")
  func weights() throws {
    let points = Matrix([[1.0, 0], [-1, 0.5]])
    let law = try PointsLaw(points: points, weights: [0.9, 0.1])
    let other = try PointsLaw(points: points, weights: [0.4, 0.6])
    let sigma = 0.7
    let x = Example("", other).noised(20_000, sigma: sigma, seed: 52).x
    let weights = zip(
      law.logDensity(at: x, sigma: sigma), other.logDensity(at: x, sigma: sigma)
    ).map { exp($0 - $1) }
    let weighted = Self.spectrum(law, at: x, sigma: sigma, weights: weights)
    let plain = Self.spectrum(
      law, at: Example("", law).noised(200_000, sigma: sigma, seed: 53).x, sigma: sigma)
    let exact = law.informationCurve(
      at: [sigma], sampling: CurveSampling(samples: 1000, seed: 1, workers: Workers(count: 1)))[0]
    let rate = exact.entropyRate.value
    for trace in [weighted.fisherTrace, plain.fisherTrace] {
      #expect(abs(trace.value - rate) < 4 * trace.standardError)
      #expect(trace.standardError < 0.02 * rate)
    }
    for (a, b) in zip(
      weighted.eigenvalues + [weighted.softCount], plain.eigenvalues + [plain.softCount])
    {
      #expect(abs(a.value - b.value) <= 4 * (a + b).standardError + 1e-14)
    }
    // Weights add no noise to what is constant.
    let gaussian = try GaussianLaw(mean: [0, 0], standardDeviations: [1, 2])
    let constant = Self.spectrum(gaussian, at: x, sigma: sigma, weights: weights).fisherTrace
    #expect(abs(constant.value - 1 / 1.49 - 4 / 4.49) < 1e-13 && constant.standardError < 1e-9)
  }

  // Seed 54; 400 repeats: the spread of the means against the error they state, within 5 of its own
  // errors of 1/√800; fails for one seed in 10⁵.
  @Test("Standard errors are the spread of repeated means, weighted or not")
  func errors() throws {
    let law = try PointsLaw(points: Matrix([[1.0], [-1.0]]), weights: [0.8, 0.2])
    let other = try PointsLaw(points: Matrix([[1.0], [-1.0]]))
    for isWeighted in [false, true] {
      var (means, variances) = (RunningMoments(), RunningMoments())
      for repetition in 0..<400 {
        let source = isWeighted ? other : law
        let x = Example("", source).noised(100, sigma: 0.8, seed: 54 + UInt64(repetition)).x
        let weights = zip(law.logDensity(at: x, sigma: 0.8), other.logDensity(at: x, sigma: 0.8))
          .map { exp($0 - $1) }
        let trace = Self.spectrum(
          law, at: x, sigma: 0.8, weights: isWeighted ? weights : nil
        ).fisherTrace
        means.add(trace.value)
        variances.add(trace.standardError * trace.standardError)
      }
      let ratio = (means.variance / variances.mean.value).squareRoot()
      #expect(abs(ratio - 1) < 5 / 800.0.squareRoot())
    }
  }

  @Test("Samples in two parts, merged, are all samples; a cluster counts once")
  func merging() {
    let example = Example.laws[0]
    let x = example.noised(300, sigma: 0.6, seed: 55).x
    let weights = (0..<300).map { 1 + 0.5 * sin(Double($0)) }
    let whole = Self.spectrum(example.law, at: x, sigma: 0.6, weights: weights, clusterSize: 2)
    var parts = InformationSpectrum(dimension: 3, sigma: 0.6, clusterSize: 2)
    for range in [0..<0, 0..<100, 100..<300] {
      parts.merge(
        Self.spectrum(
          example.law, at: x.rows(range), sigma: 0.6, weights: Array(weights[range]),
          clusterSize: 2))
    }
    func close(_ a: Estimate, _ b: Estimate) -> Bool {
      abs(a.value - b.value) < 1e-13 && abs(a.standardError - b.standardError) < 1e-13
    }
    #expect(zip(whole.eigenvalues, parts.eigenvalues).allSatisfy { close($0, $1) })
    #expect(close(whole.fisherTrace, parts.fisherTrace) && parts.clusters == 150)

    // Every sample twice, in pairs: no more is known than from each once.
    let once = Self.spectrum(example.law, at: x, sigma: 0.6)
    let twice = Matrix((0..<600).map { Array(x.row($0 / 2)) })
    let paired = Self.spectrum(example.law, at: twice, sigma: 0.6, clusterSize: 2)
    #expect(close(once.fisherTrace, paired.fisherTrace) && close(once.softCount, paired.softCount))
    let naive = Self.spectrum(example.law, at: twice, sigma: 0.6).fisherTrace
    #expect(naive.standardError < 0.75 * once.fisherTrace.standardError)
  }

  @Test("The symmetric part has the eigenvalues, the rest is the asymmetry")
  func asymmetry() {
    let x = Matrix([[1.0, 2], [0, 1]])
    // Symmetric part diag(−1, −1/2) in units of σ⁻² at σ = 2, skew part of any size.
    let field = LinearField(matrix: Matrix([[-0.25, 3], [-3, -0.125]]))
    let spectrum = Self.spectrum(field, at: x, sigma: 2)
    #expect(zip(spectrum.eigenvalues, [0, 0.5]).allSatisfy { abs($0.value - $1) < 1e-15 })
    let expected = (72 / (18 + 0.0625 + 0.015625)).squareRoot()
    #expect(abs(spectrum.asymmetry.value - expected) < 1e-14)
    let rotation = LinearField(matrix: Matrix([[0.0, 1], [-1, 0]]))
    #expect(abs(Self.spectrum(rotation, at: x, sigma: 1e-3).asymmetry.value - 2) < 1e-15)
    let zero = LinearField(matrix: Matrix([[0.0, 0], [0, 0]]))
    #expect(Self.spectrum(zero, at: x, sigma: 1).asymmetry == Estimate(0))
    #expect(Self.spectrum(zero, at: x, sigma: 1).softCount == Estimate(2))
  }

  @Test("A Jacobian that is not finite, or too few samples, show in the result")
  func unusable() {
    let field = LinearField(matrix: Matrix([[.nan, 0], [0, 1]]))
    let spectrum = Self.spectrum(field, at: Matrix([[0.0, 0], [1, 1]]), sigma: 1)
    #expect(spectrum.softCount.value.isNaN && spectrum.fisherTrace.value.isNaN)
    #expect(spectrum.fisherTrace.standardError == .infinity)
    let one = Self.spectrum(LinearField.random(2, seed: 1), at: Matrix([[0.0, 0]]), sigma: 1)
    #expect(one.fisherTrace.value.isFinite && one.fisherTrace.standardError == .infinity)
    let none = InformationSpectrum(dimension: 2, sigma: 1)
    #expect(none.fisherTrace.value.isNaN && none.clusters == 0)
  }
}
