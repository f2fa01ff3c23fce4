import Distributions
import ForwardProcess
import LinearAlgebra
import Testing

/// Which parameters a law takes, and what it makes of them.
@Suite struct ParameterTests {
  private func key(_ make: () throws -> some Law) -> String? {
    do {
      _ = try make()
      return nil
    } catch LawError.invalid(let key, expected: _, found: _) {
      return key
    } catch {
      return "\(error)"
    }
  }

  @Test("Equal points merge into weights, and points of weight 0 go")
  func merging() throws {
    let law = try PointsLaw(
      points: Matrix([[1, 0], [2, 0], [1, -0.0], [5, 5]]), weights: [0.25, 0.5, 0.25, 0])
    #expect(law.points == Matrix([[1, 0], [2, 0]]))
    #expect(law.weights == [0.5, 0.5])
    #expect(law.moments == DataMoments(mean: [1.5, 0], totalVariance: 0.25))
  }

  @Test("Weights are normalised when their sum is 1 to 1e-6")
  func normalisation() throws {
    let law = try PointsLaw(points: Matrix([[0], [1]]), weights: [0.5, 0.500_000_9])
    #expect(abs(law.weights.reduce(0, +) - 1) < 1e-15)
    #expect(
      key { try PointsLaw(points: Matrix([[0], [1]]), weights: [0.5, 0.500_002]) } == "weights")
  }

  @Test("Standard deviations whose squares are no numbers are refused by name")
  func deviationsOutOfRange() throws {
    for deviation in [1e-200, 1e200, -1, Double.nan, .infinity] {
      #expect(
        key { try GaussianLaw(mean: [0], standardDeviations: [deviation]) } == "standardDeviations")
    }
    let law = try GaussianLaw(mean: [0, 0], standardDeviations: [0, 1e-150])
    #expect(law.rank == 1)
  }

  @Test("Impossible points and weights are refused by name")
  func invalidPoints() {
    #expect(key { try PointsLaw(points: Matrix(rows: 0, columns: 2)) } == "points")
    #expect(key { try PointsLaw(points: Matrix(rows: 2, columns: 0)) } == "points")
    #expect(key { try PointsLaw(points: Matrix([[0], [.nan]])) } == "points")
    #expect(key { try PointsLaw(points: Matrix([[0], [.infinity]])) } == "points")
    #expect(key { try PointsLaw(points: Matrix([[0], [1]]), weights: [1]) } == "weights")
    #expect(key { try PointsLaw(points: Matrix([[0], [1]]), weights: [1.5, -0.5]) } == "weights")
    #expect(key { try PointsLaw(points: Matrix([[0], [1]]), weights: [.nan, 1]) } == "weights")
  }

  @Test("Impossible Gaussians are refused by name")
  func invalidGaussians() {
    func make(_ rows: [[Double]], mean: [Double] = [0, 0]) -> String? {
      key { try GaussianLaw(mean: mean, covariance: Matrix(rows)) }
    }
    #expect(make([[1, 0], [0, 1]]) == nil)
    #expect(make([[1, 1], [1, 1]]) == nil)
    #expect(make([[1, 0.5], [0.4, 1]]) == "covariance")
    #expect(make([[1, 2], [2, 1]]) == "covariance")
    #expect(make([[1, 0], [0, -1e-3]]) == "covariance")
    #expect(make([[1, 0], [0, .nan]]) == "covariance")
    #expect(make([[1]]) == "covariance")
    #expect(make([[1, 0], [0, 1]], mean: [0, .infinity]) == "mean")
    #expect(key { try GaussianLaw(mean: [], covariance: Matrix([])) } == "mean")
    #expect(key { try GaussianLaw(mean: [0], standardDeviations: [-1]) } == "standardDeviations")
    #expect(key { try GaussianLaw(mean: [0], standardDeviations: []) } == "standardDeviations")
  }

  @Test("Eigenvalues within rounding of 0 count as 0, and a diagonal covariance is exact")
  func rank() throws {
    #expect(
      try GaussianLaw(mean: [0, 0], covariance: Matrix([[1, 1], [1, 1 - 5e-10]])).rank == 1)
    #expect(TestLaws.flatGaussian.rank == 3)
    let thin = try GaussianLaw(mean: [0, 0], covariance: Matrix([[1, 0], [0, 1e-12]]))
    #expect(thin.eigenvalues == [1, 1e-12])
  }

  @Test("A single point, a point mass and wide Gaussians work")
  func extremes() throws {
    let single = try PointsLaw(points: Matrix([[1, 2, 3]]))
    #expect(single.entropy == 0)
    #expect(single.noiseRange == NoiseRange(minimum: 0.01, maximum: 10))
    #expect(single.score(at: Matrix([[2, 2, 3]]), sigma: 2) == Matrix([[-0.25, 0, 0]]))
    let still = try GaussianLaw(mean: [1], standardDeviations: [0])
    #expect(still.noiseRange == NoiseRange(minimum: 0.01, maximum: 10))
    #expect(still.score(at: Matrix([[2]]), sigma: 2) == Matrix([[-0.25]]))

    let wide = try GaussianLaw(
      mean: Array(repeating: 0, count: 4096),
      standardDeviations: (0..<4096).map { 1 + Double($0 % 7) })
    let x = Matrix(rows: 1, columns: 4096, elements: Array(repeating: 1.0, count: 4096))
    #expect(wide.score(at: x, sigma: 1)[0, 6] == -1.0 / 50)
    let two = try PointsLaw(
      points: Matrix(rows: 2, columns: 4096, elements: (0..<8192).map { $0 < 4096 ? -1 : 1 }))
    #expect(maximumNorm(two.score(at: x, sigma: 1).elements) < 1e-12)
    #expect(two.entropy.map { abs($0 - 0.693_147_180_559_945_3) < 1e-15 } == true)
  }

  @Test("A Gaussian's bandwidth at the lower end is within 0.1 % of its limit")
  func gaussianRange() throws {
    let workers = Workers(count: 1)
    let sampling = CurveSampling(samples: 0, seed: 0, workers: workers)
    for law in [TestLaws.gaussian, TestLaws.flatGaussian, TestLaws.axisGaussian] {
      let range = law.noiseRange
      let ends = law.informationCurve(at: [range.minimum, range.maximum], sampling: sampling)
      let limit = Double(law.rank)
      #expect(abs(ends[0].entropyRate.value / limit - 1) < 0.001)
      #expect(ends[1].entropyRate.value < 0.0026 * limit)
    }
  }

  @Test("A mixture in a vast space has a range without a matrix of it")
  func vastMixture() throws {
    let component = {
      try GaussianLaw(
        mean: Array(repeating: $0, count: 100_000),
        standardDeviations: Array(repeating: 1, count: 100_000))
    }
    let law = try GaussianMixtureLaw(
      components: [component(-1), component(1)], weights: [0.5, 0.5])
    let range = law.noiseRange
    #expect(range.minimum > 0 && range.maximum > law.moments.scale && range.maximum.isFinite)
  }

  @Test("The noise range scales with the data and does not move")
  func scaling() throws {
    let range = TestLaws.cloud.noiseRange
    var scaled = TestLaws.cloud.points
    scaled.withView { $0.vector.update(adding: 99, times: $0.vector) }
    let other = try PointsLaw(points: scaled, weights: TestLaws.cloud.weights).noiseRange
    #expect(abs(other.maximum / range.maximum - 100) < 1e-9)
    // The lower end lies on a grid of 1/64 in ln σ.
    #expect(abs(other.minimum / range.minimum - 100) < 2)
  }
}
