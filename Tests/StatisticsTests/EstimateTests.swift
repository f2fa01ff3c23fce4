import Glibc
import Testing

@testable import Statistics

@Suite struct EstimateTests {
  // Quantiles to 16 digits: Python, mpmath 1.3, roots of log(erfc(-x/√2)/2) = log p at 40 digits.
  @Test(
    "The normal quantile is the inverse of the distribution function",
    arguments: [
      (0.975, 1.959963984540054), (0.5, 0), (0.84134474606854293, 1), (1e-10, -6.361340902404056),
      (0.3, -0.5244005127080409), (1e-300, -37.04709629936120),
    ])
  func quantile(p: Double, expected: Double) {
    #expect(abs(normalQuantile(p) - expected) <= 1e-12 * max(1, abs(expected)))
  }

  @Test("The variance of a few numbers and its error are those by hand")
  func variance() {
    let numbers = [1.0, 2, 3, 6]
    let estimate = Estimate(varianceOf: numbers)
    // Squares 4, 1, 0 and 9 about the mean 3; their variance is 49/3, and n/(n − 1) = 4/3.
    #expect(abs(estimate.value - 14.0 / 3) < 1e-14)
    #expect(abs(estimate.standardError - (49.0 / 12).squareRoot() * 4 / 3) < 1e-14)
    let none = Estimate(sumOfVariances: [(1, numbers), (-1, numbers)])
    #expect(none.value == 0 && none.standardError == 0)
    #expect(Estimate(varianceOf: [1]).standardError == .infinity)
  }

  @Test("A peak is moved from a known one as far as the curves are apart, whatever a fit misses")
  func movedPeak() throws {
    let places = (0..<41).map { Double($0 - 20) / 10 }
    // Lopsided, so that a polynomial of degree 4 misses the top.
    func curve(_ x: Double) -> Double { exp(-x * x) * (1 + 0.5 * tanh(2 * x)) }
    let sigmas = places.map { exp($0) }
    let known = try #require(
      Peak.refined(sigmas: sigmas, values: places.map(curve)) { $0.map { curve(log($0)) } })
    let moved = try #require(
      Peak(
        sigmas: sigmas, values: places.map { Estimate(curve($0 - 0.003), standardError: 1e-3) },
        reference: (places.map(curve), known)))
    // A central difference of the curve is 0 at its top.
    let top = log(known.sigma.value)
    #expect(abs(curve(top + 1e-3) - curve(top - 1e-3)) < 1e-7)
    #expect(abs(log(moved.sigma.value / known.sigma.value) - 0.003) < 3e-4)
  }

  @Test("Mean and standard error of a few numbers are those by hand")
  func mean() {
    let estimate = Estimate(meanOf: [1, 2, 3, 6])
    #expect(estimate.value == 3)
    // Variance (4 + 1 + 0 + 9)/3, error √(14/3/4).
    #expect(abs(estimate.standardError - (14.0 / 12).squareRoot()) < 1e-15)
    #expect(Estimate(meanOf: [5]).standardError == .infinity)
  }

  @Test("The spread of a few estimates is that by hand")
  func spread() throws {
    let spread = try #require(
      Spread([(1.0, 0.3), (2, 0.4), (6, 0)].map { Estimate($0, standardError: $1) }))
    // Squares 4, 1 and 9 about the mean 3, over two; (0.09 + 0.16)/3.
    #expect(spread.mean == 3 && abs(spread.standardDeviation - 7.0.squareRoot()) < 1e-15)
    #expect(abs(spread.samplingError - (0.25 / 3).squareRoot()) < 1e-15)
    #expect(Spread([Estimate(1)]) == nil)
  }

  @Test("Merged moments equal those of all values")
  func merge() {
    let values = (0..<100).map { 1e6 + sin(Double($0)) }
    var (left, right, all) = (RunningMoments(), RunningMoments(), RunningMoments())
    for value in values.prefix(37) { left.add(value) }
    for value in values.dropFirst(37) { right.add(value) }
    for value in values { all.add(value) }
    left.merge(right)
    #expect(left.count == 100)
    #expect(abs(left.mean.value - all.mean.value) < 1e-9)
    #expect(abs(left.variance / all.variance - 1) < 1e-9)
  }

  @Test("A 95 % interval reaches 1.96 standard errors to each side")
  func interval() {
    let (lower, upper) = Estimate(2, standardError: 0.5).interval(confidence: 0.95)
    #expect(abs(lower - (2 - 0.5 * 1.959963984540054)) < 1e-12)
    #expect(abs(upper - (2 + 0.5 * 1.959963984540054)) < 1e-12)
    #expect(Estimate(2).interval(confidence: 0.95) == (2, 2))
    // The largest confidence below 1: eight standard errors, not a trap.
    let wide = Estimate(0, standardError: 1).interval(confidence: 1.0.nextDown)
    #expect(wide.upper > 8 && wide.upper < 9 && wide.lower == -wide.upper)
  }

  @Test("The trapezoid rule is exact for rates that are linear in ln σ, on any grid")
  func trapezoid() {
    let sigmas = [0.1, 0.15, 0.7, 3, 20]
    let rule = LogIntegral(sigmas: sigmas)
    let rates = sigmas.map { Estimate(2 + 3 * log($0), standardError: 0.1) }
    let integral = rule.integral(rates)
    let (a, b) = (log(0.1), log(20.0))
    #expect(abs(integral.value - (2 * (b - a) + 1.5 * (b * b - a * a))) < 1e-12)
    let error = rule.weights.reduce(0) { $0 + $1 * $1 * 0.01 }.squareRoot()
    #expect(abs(integral.standardError - error) < 1e-15)
  }
}

@Suite struct ControlledMomentsTests {
  /// Deterministic numbers that behave like uniform ones in (−½, ½).
  static func noise(_ i: Int, _ k: Int) -> Double {
    let x = sin(Double(i * 12 + k * 7 + 1)) * 43758.5453
    return x - x.rounded(.down) - 0.5
  }

  /// Samples with targets `3 + 2c₁ − c₂ + e` and `1 + c₂`, controls c₁, c₂ and one that is always
  /// 0.
  static func filled(_ n: Int) -> ControlledMoments {
    var moments = ControlledMoments(targets: 2, controls: 3)
    for i in 0..<n {
      let (c1, c2, e) = (noise(i, 1), noise(i, 2), 0.1 * noise(i, 3))
      moments.add([3 + 2 * c1 - c2 + e, 1 + c2, c1, c2, 0])
    }
    return moments
  }

  @Test("Controls remove from a mean what they explain, and its error tells what is left")
  func removes() {
    let n = 2000
    let moments = Self.filled(n)
    let controlled = moments.controlledMean(0)
    // Seedless: the numbers are fixed. The residual 0.1 e has standard deviation 0.1/√12.
    #expect(abs(controlled.standardError / (0.1 / (12 * Double(n)).squareRoot()) - 1) < 0.05)
    #expect(abs(controlled.value - 3) < 4 * controlled.standardError)
    #expect(moments.plainMean(0).standardError > 20 * controlled.standardError)
    // The second target is a control plus 1: nothing is left of its error.
    #expect(abs(moments.controlledMean(1).value - 1) < 1e-12)
    #expect(moments.controlledMean(1).standardError < 1e-9)
  }

  @Test("Linear relations between targets survive the correction to rounding")
  func linear() {
    var moments = ControlledMoments(targets: 3, controls: 2)
    for i in 0..<500 {
      let (a, b) = (Self.noise(i, 1) + 1, Self.noise(i, 4) * Self.noise(i, 2))
      moments.add([a, b, 5 - 2 * a + b, Self.noise(i, 2), Self.noise(i, 3) + Self.noise(i, 1)])
    }
    let (means, _) = moments.controlledMeans()
    #expect(abs(means[2] - (5 - 2 * means[0] + means[1])) < 1e-13)
  }

  @Test("Merged sums equal the sums of all samples")
  func merge() {
    var (left, right, all) = (
      ControlledMoments(targets: 1, controls: 1), ControlledMoments(targets: 1, controls: 1),
      ControlledMoments(targets: 1, controls: 1)
    )
    for i in 0..<400 {
      let sample = [Self.noise(i, 1), Self.noise(i, 2)]
      if i < 100 { left.add(sample) } else { right.add(sample) }
      all.add(sample)
    }
    left.merge(right)
    #expect(left.count == 400)
    for (a, b) in zip(left.sums, all.sums) { #expect(abs(a - b) < 1e-11) }
  }

  @Test("Too few samples leave an infinite error, not a confident one")
  func tooFew() {
    #expect(Self.filled(3).controlledMean(0).standardError == .infinity)
    #expect(ControlledMoments(targets: 1, controls: 0).plainMean(0).value.isNaN)
  }
}
