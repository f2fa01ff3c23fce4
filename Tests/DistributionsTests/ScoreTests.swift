import Distributions
import ForwardProcess
import Glibc
import LinearAlgebra
import Randomness
import Statistics
import Testing

/// The laws of scores, for every law at every noise level: at σ relative to a data scale of about
/// 1.
@Suite struct ScoreTests {
  static let levels = [0.05, 0.3, 1.0, 5.0]

  @Test("Score is the gradient of the log density", arguments: TestLaws.all, levels)
  func scoreIsGradient(_ named: NamedLaw, sigma: Double) {
    let law = named.law
    let x = law.noised(6, sigma: sigma, seed: 1)
    let score = law.score(at: x, sigma: sigma)
    // Five-point differences err by h⁴ relative to the scale σ, and by ε/h of rounding.
    let h = 2e-3 * sigma
    var differences = score
    for j in 0..<law.dimension {
      let column = centralDifference(x, column: j, step: h) { law.logDensity(at: $0, sigma: sigma) }
      for row in 0..<x.rows { differences[row, j] = column[row] }
    }
    let scale = 1 / sigma + maximumNorm(score.elements)
    #expect(maximumDifference(score.elements, differences.elements) < 1e-6 * scale)
  }

  @Test("Jacobian is the derivative of the score", arguments: TestLaws.all, levels)
  func jacobianIsDerivative(_ named: NamedLaw, sigma: Double) {
    let (law, D) = (named.law, named.law.dimension)
    let x = law.noised(4, sigma: sigma, seed: 2)
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
  }

  @Test(
    "Jacobian products are derivatives of the score along a direction, a row each",
    arguments: TestLaws.all + ContinuousLaws.quick, levels)
  func jacobianProducts(_ named: NamedLaw, sigma: Double) {
    let (law, D) = (named.law, named.law.dimension)
    let x = law.noised(4, sigma: sigma, seed: 8)
    let v = RandomStream(seed: 9, step: 0, purpose: .test).normals(4, D)
    let products = law.jacobianProducts(at: x, along: v, sigma: sigma)
    let jacobian = law.jacobian(at: x, sigma: sigma)
    func score(_ steps: Double) -> [Double] {
      law.score(at: perturbed(x, noise: v, sigma: steps * 2e-3 * sigma), sigma: sigma).elements
    }
    let (near, far) = (zip(score(1), score(-1)), zip(score(2), score(-2)))
    let differences = zip(near, far).map {
      (8 * ($0.0 - $0.1) - ($1.0 - $1.1)) / (12 * 2e-3 * sigma)
    }
    var exact: [Double] = []
    for row in 0..<4 {
      for i in 0..<D {
        exact.append((0..<D).reduce(0) { $0 + jacobian[row, i * D + $1] * v[row, $1] })
      }
    }
    let scale = 1 / (sigma * sigma) + maximumNorm(jacobian.elements)
    #expect(maximumDifference(products.elements, differences) < 1e-5 * scale)
    #expect(maximumDifference(products.elements, exact) < 1e-12 * scale * Double(D))
  }

  // Two points 1e-3 apart, a million away from the origin: their own digits are the only error.
  @Test("Products with a covariance keep their digits far from the origin")
  func productsFarAway() {
    let (near, sigma) = (Matrix([[0, 0], [0.0009765625, 0.001953125]]), 0.002)
    var far = near
    for row in 0..<2 { for j in 0..<2 { far[row, j] += 1 + 0x1p20 } }
    let x = Matrix([[0.0, 0.001953125]])
    let shifted = Matrix(rows: 1, columns: 2, elements: x.elements.map { $0 + 1 + 0x1p20 })
    let expected = TestLaws.makePoints(near).jacobianProducts(
      at: x, along: Matrix([[1, -3]]), sigma: sigma)
    let found = TestLaws.makePoints(far).jacobianProducts(
      at: shifted, along: Matrix([[1, -3]]), sigma: sigma)
    let scale = maximumNorm(expected.elements)
    #expect(maximumDifference(found.elements, expected.elements) < 1e-6 * scale)
  }

  @Test("Divergence is the trace of the Jacobian", arguments: TestLaws.all, levels)
  func divergenceIsTrace(_ named: NamedLaw, sigma: Double) {
    let law = named.law
    let x = law.noised(6, sigma: sigma, seed: 3)
    let jacobian = law.jacobian(at: x, sigma: sigma)
    let trace = (0..<x.rows).map { row in
      (0..<law.dimension).reduce(0) { $0 + jacobian[row, $1 * law.dimension + $1] }
    }
    let scale = maximumNorm(jacobian.elements) * Double(law.dimension)
    #expect(maximumDifference(law.divergence(at: x, sigma: sigma), trace) < 1e-12 * scale)
  }

  @Test(
    "Expected divergence is minus the expected squared score", arguments: TestLaws.all, levels)
  func divergenceIsMinusSquaredNorm(_ named: NamedLaw, sigma: Double) {
    let law = named.law
    let x = law.noised(20_000, sigma: sigma, seed: 4)
    let score = law.score(at: x, sigma: sigma)
    let divergence = law.divergence(at: x, sigma: sigma)
    let sums = (0..<x.rows).map { row in
      divergence[row] + score.row(row).reduce(0) { $0 + $1 * $1 }
    }
    let mean = Estimate(meanOf: sums)
    // 36 cases at five standard errors: fails by chance once in 50 000 seeds.
    #expect(abs(mean.value) < 5 * mean.standardError)
  }

  @Test(
    "Scores are finite however small or large the noise", arguments: TestLaws.all,
    [1e-6, 1e-3, 1e3, 1e6])
  func finiteEverywhere(_ named: NamedLaw, sigma: Double) {
    let law = named.law
    for distance in [0.0, sigma, 1.0, 1e6] {
      var x = law.noised(3, sigma: sigma, seed: 7)
      for row in 0..<x.rows { for j in 0..<law.dimension { x[row, j] += distance } }
      #expect(maximumNorm(law.score(at: x, sigma: sigma).elements).isFinite)
      #expect(maximumNorm(law.jacobian(at: x, sigma: sigma).elements).isFinite)
      #expect(maximumNorm(law.divergence(at: x, sigma: sigma)).isFinite)
      let products = law.jacobianProducts(at: x, along: x, sigma: sigma)
      #expect(maximumNorm(products.elements).isFinite)
      #expect(maximumNorm(law.logDensity(at: x, sigma: sigma)).isFinite)
    }
  }
}

/// The derivative of `f` along column `column` of every row at once, by five points.
func centralDifference(
  _ x: Matrix<Double>, column: Int, step: Double, _ f: (Matrix<Double>) -> [Double]
) -> [Double] {
  func shifted(_ count: Double) -> [Double] {
    var x = x
    for row in 0..<x.rows { x[row, column] += count * step }
    return f(x)
  }
  let (near, far) = (zip(shifted(1), shifted(-1)), zip(shifted(2), shifted(-2)))
  return zip(near, far).map { (8 * ($0.0 - $0.1) - ($1.0 - $1.1)) / (12 * step) }
}
