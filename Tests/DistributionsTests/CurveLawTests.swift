import ForwardProcess
import Glibc
import LinearAlgebra
import Testing

@testable import Distributions

@Suite struct CurveLawTests {
  private let sampling = CurveSampling(samples: 0, seed: 0, workers: Workers(count: 2))

  private func curve(_ shape: CurveShape, scale: Double = 1, noise: Double = 0) -> CurveLaw {
    ContinuousLaws.make { try CurveLaw(shape: shape, scale: scale, noise: noise) }
  }

  @Test("The circle is the sphere of the plane", arguments: [1e-3, 0.05, 1, 100])
  func circle(sigma: Double) {
    let (curve, sphere) = (curve(.circle, scale: 1.5), ContinuousLaws.circle)
    let x = Matrix([[0.1, 0], [1.5, 0.01], [-1, 1.3], [40, -20], [0, 0]])
    let tolerance = 1e-8 * (1 + 1 / sigma)
    #expect(
      maximumDifference(
        curve.score(at: x, sigma: sigma).elements, sphere.score(at: x, sigma: sigma).elements)
        < tolerance * (1 + 1 / sigma) * 40)
    for (a, b) in zip(
      curve.logDensity(at: x, sigma: sigma), sphere.logDensity(at: x, sigma: sigma))
    { #expect(abs(a - b) < 1e-9 * (1 + abs(b))) }
    #expect(
      curve.informationCurve(at: [sigma], sampling: sampling)[0].entropyRate
        == sphere.informationCurve(at: [sigma], sampling: sampling)[0].entropyRate)
  }

  @Test("At small noise the rate reads one dimension", arguments: CurveShape.allCases)
  func dimension(_ shape: CurveShape) {
    let law = curve(shape, scale: 3)
    let point = law.informationCurve(at: [0.02], sampling: sampling)[0]
    #expect(abs(point.entropyRate.value - 1) < 0.004)
    #expect(point.conditionalEntropy == nil)
  }

  @Test("With noise the rate is that of the noise below it", arguments: CurveShape.allCases)
  func noise(_ shape: CurveShape) {
    let law = curve(shape, noise: 0.05)
    let point = law.informationCurve(at: [1e-4], sampling: sampling)[0]
    #expect(abs(point.entropyRate.value - 2) < 1e-5)
  }

  @Test("The noise range begins where the search does", arguments: CurveShape.allCases)
  func noiseFloor(_ shape: CurveShape) {
    let law = curve(shape, scale: 3)
    let floor = law.noiseRange.minimum
    // The search steps by factors of 1.5 from the data scale and bisects the last step three times.
    let step = pow(1.5, 0.125)
    let steps = log(law.moments.scale / floor) / log(step)
    #expect(abs(steps - steps.rounded()) < 1e-12 * steps)
    let points = law.informationCurve(at: [floor, floor * step], sampling: sampling)
    #expect(abs(points[0].entropyRate.value - 1) <= 0.002)
    #expect(abs(points[1].entropyRate.value - 1) > 0.002)
  }

  @Test("Where x is near the curve a series goes on", arguments: CurveShape.allCases)
  func thinCurve(_ shape: CurveShape) {
    let s = ThinCurve.limit * 1.000_1
    let (entropy, rate) = curve(shape, noise: 0.001).entropyAndRate(s)
    let thin = ThinCurve(shape)
    #expect(abs(thin.rate(s) - rate) < 1e-9)
    #expect(abs(thin.entropy(s) - entropy) < 1e-8)
    // dH/d ln s = 2 − C.
    let h = 1e-4
    let slope = (thin.entropy(3e-3 * exp(h)) - thin.entropy(3e-3 * exp(-h))) / (2 * h)
    #expect(abs(slope - 2 + thin.rate(3e-3)) < 1e-9)
  }

  @Test("Curves with hardly any noise are known down to it", arguments: CurveShape.allCases)
  func hardlyNoisy(_ shape: CurveShape) {
    let law = curve(shape, scale: 2, noise: 1e-6)
    let points = law.informationCurve(at: [1e-9, 1e-6, 1e-3], sampling: sampling)
    // Along the curve all is undecided; across it the noise is a Gaussian's, λ/(λ + σ²).
    for (point, across) in zip(points, [1, 0.5, 1e-6]) {
      #expect(abs(point.entropyRate.value - 1 - across) < 1e-3)
    }
    let across = 0.5 * (log(2.0) - 1e-6)
    let along = log(1e-3 / 1e-6)
    let gained = points[2].conditionalEntropy.map(\.value) ?? .nan
    let before = points[1].conditionalEntropy.map(\.value) ?? .nan
    #expect(abs(gained - before - across - along) < 1e-3)
  }

  @Test(
    "However little noise there is, no memory is taken for it", arguments: CurveShape.allCases,
    [1e-12, 1e-300])
  func vanishingNoise(_ shape: CurveShape, noise: Double) {
    let law = curve(shape, noise: noise)
    let points = law.informationCurve(at: [0.1, 1], sampling: sampling)
    let exact = curve(shape).informationCurve(at: [0.1, 1], sampling: sampling)
    for (point, without) in zip(points, exact) {
      #expect(abs(point.entropyRate.value - without.entropyRate.value) < 1e-6)
    }
    #expect(law.noiseRange.minimum < law.noiseRange.maximum)
  }

  @Test("Impossible curves are refused by name")
  func parameters() {
    for scale in [0, -1, Double.nan, .infinity, 1e200] {
      #expect(throws: LawError.self) { try CurveLaw(shape: .circle, scale: scale) }
    }
    for noise in [-1, Double.nan, .infinity] {
      #expect(throws: LawError.self) { try CurveLaw(shape: .circle, noise: noise) }
    }
  }
}
