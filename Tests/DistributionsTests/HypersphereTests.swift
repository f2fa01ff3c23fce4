import ForwardProcess
import Glibc
import LinearAlgebra
import Testing

@testable import Distributions

@Suite struct HypersphereTests {
  private let sampling = CurveSampling(samples: 0, seed: 0, workers: Workers(count: 1))

  private func sphere(_ dimension: Int, radius: Double = 1) -> HypersphereLaw {
    ContinuousLaws.make { try HypersphereLaw(dimension: dimension, radius: radius) }
  }

  @Test(
    "Log density, score and divergence are those of Bessel functions to 50 digits",
    arguments: LawReferences.sphere)
  func density(_ values: [Double]) {
    let (dimension, sigma, r) = (Int(values[0]), values[1], values[2])
    let law = sphere(dimension)
    let x = Matrix(
      rows: 1, columns: dimension, elements: (0..<dimension).map { $0 == dimension / 2 ? r : 0 })
    let logDensity = law.logDensity(at: x, sigma: sigma)[0]
    #expect(abs(logDensity - values[3]) < 1e-13 * (Double(dimension) + abs(values[3])))
    // Near the surface the score is a difference: what rounding of r leaves of it is ε r/σ².
    let score = law.score(at: x, sigma: sigma)[0, dimension / 2]
    let tolerance = 1e-13 * (abs(values[4]) + Double(dimension) + r / sigma + 1 / sigma)
    #expect(abs(score - values[4]) < tolerance + 1e-15 * r / (sigma * sigma))
    let divergence = law.divergence(at: x, sigma: sigma)[0]
    #expect(
      abs(divergence - values[5]) < 1e-13 * (abs(values[5]) + Double(dimension) / sigma / sigma))
  }

  @Test("Rates are those of another quadrature", arguments: LawReferences.sphereRates)
  func rates(_ values: [Double]) {
    let point = sphere(Int(values[0])).informationCurve(at: [values[1]], sampling: sampling)[0]
    #expect(abs(point.entropyRate.value / values[2] - 1) < 1e-11)
    #expect(point.conditionalEntropy == nil)
  }

  @Test(
    "The Bessel ratio is finite and monotonic over all arguments", arguments: [2, 3, 8, 100_000])
  func ratio(dimension: Int) {
    var previous = -1.0
    for exponent in stride(from: -20.0, through: 40, by: 0.05) {
      let bessel = BesselRatio(dimension: dimension, kappa: pow(10, exponent))
      #expect(bessel.ratio >= previous * (1 - 1e-14) && bessel.ratio <= 1)
      #expect(bessel.complement > 0 && bessel.slope > 0 && bessel.logScaled <= 1e-12)
      previous = bessel.ratio
    }
    #expect(BesselRatio(dimension: dimension, kappa: 0).slope == 1 / Double(dimension))
  }

  @Test("At small noise the rate reads the dimension of the surface", arguments: [2, 3, 8, 784])
  func dimension(_ dimension: Int) {
    let curve = sphere(dimension, radius: 3).informationCurve(
      at: [1e-6, 1e-100], sampling: sampling)
    for point in curve {
      #expect(abs(point.entropyRate.value / Double(dimension - 1) - 1) < 1e-8)
    }
  }

  @Test("In one dimension the sphere is two points")
  func twoPoints() {
    let (law, points) = (sphere(1), TestLaws.twoPoints)
    let x = Matrix([[-3.0], [0], [0.2], [1], [40]])
    for sigma in [0.1, 1, 10] {
      #expect(
        maximumDifference(
          law.logDensity(at: x, sigma: sigma), points.logDensity(at: x, sigma: sigma)) < 1e-11)
      #expect(
        maximumDifference(
          law.score(at: x, sigma: sigma).elements, points.score(at: x, sigma: sigma).elements)
          < 1e-10)
    }
    #expect(law.entropy == points.entropy && law.noiseRange == points.noiseRange)
  }

  @Test("Impossible spheres are refused by name")
  func parameters() {
    #expect(throws: LawError.self) { try HypersphereLaw(dimension: 0, radius: 1) }
    for radius in [0, -1, Double.nan, .infinity, 1e200, 1e-200] {
      #expect(throws: LawError.self) { try HypersphereLaw(dimension: 2, radius: radius) }
    }
  }
}
