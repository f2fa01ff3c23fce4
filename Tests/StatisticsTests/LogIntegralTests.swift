import Glibc
import Testing

@testable import Statistics

/// A curve over ln σ whose integral is known.
struct KnownCurve: CustomTestStringConvertible, Sendable {
  let testDescription: String
  /// The range of ln σ.
  let range: ClosedRange<Double>
  let value: @Sendable (Double) -> Double
  let primitive: @Sendable (Double) -> Double

  static let all = [
    KnownCurve(
      testDescription: "one Gaussian direction", range: -5...3,
      value: { 1 / (1 + exp(2 * $0)) }, primitive: { -log1p(exp(-2 * $0)) / 2 }),
    KnownCurve(
      testDescription: "a Gaussian in four decades", range: -9...4,
      value: { x in (0..<4).reduce(0) { $0 + 1 / (1 + exp(2 * x + 3 * Double($1))) } },
      primitive: { x in
        (0..<4).reduce(0) { $0 - log1p(exp(-2 * x - 3 * Double($1))) / 2 }
      }),
    KnownCurve(
      testDescription: "a peak", range: -2...2.5,
      value: { 1 / cosh(2 * $0) / cosh(2 * $0) }, primitive: { tanh(2 * $0) / 2 }),
    KnownCurve(
      testDescription: "a step off the middle", range: -3...2,
      value: { 1 - tanh(3 * ($0 - 0.4)) },
      // log cosh without overflow or loss.
      primitive: { x in
        let u = 3 * abs(x - 0.4)
        return x - (u + log1p(exp(-2 * u)) - log(2)) / 3
      }),
    KnownCurve(
      testDescription: "a slope at both ends", range: -1...1, value: { exp($0) },
      primitive: { exp($0) }),
  ]
}

@Suite struct LogIntegralTests {
  /// The true and the estimated error of the rule on `curve` at places `x`.
  static func errors(_ curve: KnownCurve, _ x: [Double]) -> (true: Double, estimated: Double) {
    let rule = LogIntegral(sigmas: x.map { exp($0) })
    let rates = x.map { curve.value($0) }
    let truth = curve.primitive(x[x.count - 1]) - curve.primitive(x[0])
    return (abs(rule.integral(rates) - truth), rule.error(of: rates))
  }

  @Test("The estimated error of equal levels holds the true one", arguments: KnownCurve.all)
  func equal(curve: KnownCurve) {
    var ratios: [Double] = []
    let width = curve.range.upperBound - curve.range.lowerBound
    // From steps of 1.4 e-folds on, wider than any curve here is smooth over.
    for count in max(8, Int(width / 1.4) + 2)...200 {
      let x = (0..<count).map {
        curve.range.lowerBound + width * Double($0) / Double(count - 1)
      }
      let (truth, estimate) = Self.errors(curve, x)
      #expect(estimate >= truth, "\(count) levels")
      ratios.append(estimate / max(truth, 1e-12))
    }
    // A peak that is resolved leaves a true error that no coarser rule foretells: the median
    // counts.
    #expect(ratios.sorted()[ratios.count / 2] < 30)
  }

  @Test("The estimated error of uneven levels holds the true one", arguments: KnownCurve.all)
  func uneven(curve: KnownCurve) {
    for count in 12...120 {
      // Steps that grow twofold, and shake by a fifth.
      let steps = (1..<count).map { k in
        (1 + Double(k) / Double(count)) * (1 + 0.2 * sin(Double(k * k + count)))
      }
      let scale = (curve.range.upperBound - curve.range.lowerBound) / steps.reduce(0, +)
      let x = steps.reduce(into: [curve.range.lowerBound]) { $0.append($0.last! + scale * $1) }
      let (truth, estimate) = Self.errors(curve, x)
      #expect(estimate >= truth, "\(count) levels")
    }
  }

  @Test("A spline integrates a cubic exactly, with uneven steps, from four places on")
  func cubic() {
    let places = [0.0, 0.3, 1.1, 1.5, 2.9, 3]
    for count in 4...6 {
      let x = Array(places.prefix(count))
      let values = x.map { 1 - 2 * $0 + 3 * $0 * $0 - $0 * $0 * $0 }
      let end = x[count - 1]
      let truth = end - end * end + pow(end, 3) - pow(end, 4) / 4
      #expect(abs(CubicSpline(places: x, values: values).integral - truth) < 1e-13)
    }
    let parabola = CubicSpline(places: [0, 1, 3], values: [0, 1, 9])
    #expect(abs(parabola.integral - 9) < 1e-14)
    #expect(CubicSpline(places: [1, 3], values: [2, 6]).integral == 8)
  }

  @Test("One level has no error, two and three an unknown one, a straight line none")
  func few() {
    #expect(LogIntegral(sigmas: [1]).error(of: [3]) == 0)
    #expect(LogIntegral(sigmas: [1, 2]).error(of: [3, 4]) == .infinity)
    #expect(LogIntegral(sigmas: [1, 2, 3]).error(of: [3, 4, 5]) == .infinity)
    let sigmas = [0.1, 0.15, 0.7, 3, 20]
    #expect(LogIntegral(sigmas: sigmas).error(of: sigmas.map { 2 + log($0) }) < 1e-13)
  }

  @Test("Noise in the rates adds less to the estimated error than to the integral's")
  func noise() {
    let sigmas = (0..<100).map { exp(Double($0) / 20 - 2) }
    let rule = LogIntegral(sigmas: sigmas)
    let own = 0.01 * rule.weights.reduce(0) { $0 + $1 * $1 }.squareRoot()
    var sum = 0.0
    for run in 0..<50 {
      let rates = sigmas.indices.map {
        // Variance 1/12 of the noise made 1.
        1 + 0.01 * 12.0.squareRoot() * ControlledMomentsTests.noise($0 + 100 * run, 5)
      }
      sum += rule.error(of: rates) / 50
    }
    #expect(sum < 0.8 * own)
  }
}
