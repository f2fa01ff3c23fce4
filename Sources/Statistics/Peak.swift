internal import Glibc

/// Where a curve over ln σ is largest, and how large.
public struct Peak: Sendable, Equatable {
  /// The noise level of the largest value.
  public let sigma: Estimate
  /// The largest value.
  public let value: Estimate

  /// The values that a fit goes through are at least this part of the largest where they are known
  /// well, and below it by four standard errors of the largest where they are not; half of it at
  /// least.
  private static let fittedPart = 0.85
  private static let leastPart = 0.5
  /// The largest degree of a fit: a curved top with its lean and its flattening.
  private static let mostDegree = 4

  /// A peak as given.
  public init(sigma: Estimate, value: Estimate) {
    (self.sigma, self.value) = (sigma, value)
  }

  /// The peak of values with independent errors at ascending `sigmas`; nil where the curve is
  /// largest at an end, or known at fewer than five levels about its top.
  ///
  /// The top of a polynomial of degree 4 in ln σ, or less by as much as levels are fewer than
  /// seven, through all values about the largest that are at least 0.85 of it, or 0.5 where errors
  /// are large or levels few. The place's error is that of the slope over the curvature; of a fit
  /// without errors it is 0, though the curve is no polynomial: see `refined`.
  ///
  /// `reference` are values of a like curve without errors, whose peak is known: the place is then
  /// that peak, moved as far as the fit of the values lies from the same fit of those, so that what
  /// the polynomial misses drops out.
  public init?(
    sigmas: [Double], values: [Estimate], reference: (values: [Double], peak: Peak)? = nil
  ) {
    guard let top = Self.top(values), top > 0, top + 1 < values.count else { return nil }
    guard let (low, high) = Self.fitted(values, top) else { return nil }
    let degree = min(Self.mostDegree, high - low - 2)
    let center = log(sigmas[top])
    let places = (low...high).map { log(sigmas[$0]) - center }
    let fit = PolynomialFit(
      places: places, values: Array(values[low...high]), degree: degree)
    guard
      let x = Self.root(of: fit, in: places[0]...places[places.count - 1], from: places[top - low])
    else { return nil }
    var logSigma = center + x
    if let reference {
      // Of the same weights.
      let known = zip(low...high, values[low...high]).map {
        Estimate(reference.values[$0], standardError: $1.standardError)
      }
      let same = PolynomialFit(places: places, values: known, degree: degree)
      let range = places[0]...places[places.count - 1]
      guard let y = Self.root(of: same, in: range, from: x) else { return nil }
      logSigma = log(reference.peak.sigma.value) + x - y
    }
    let sigma = exp(logSigma)
    let error = fit.error(at: x, derivative: 1) / abs(fit.value(at: x, derivative: 2))
    self.sigma = Estimate(sigma, standardError: sigma * error)
    value = Estimate(fit.value(at: x), standardError: fit.error(at: x))
  }

  /// The levels about `top` that a fit goes through: at least five, or nil.
  private static func fitted(_ values: [Estimate], _ top: Int) -> (low: Int, high: Int)? {
    let noise = 4 * values[top].standardError / values[top].value
    for part in [min(fittedPart, 1 - noise), 0.7, leastPart] {
      let least = max(leastPart, part) * values[top].value
      var (low, high) = (top, top)
      while low > 0 && values[low - 1].value >= least { low -= 1 }
      while high + 1 < values.count && values[high + 1].value >= least { high += 1 }
      if high - low >= 4 { return (low, high) }
    }
    return nil
  }

  /// The peak of a smooth curve without errors, known at the ascending `sigmas` and wherever it is
  /// asked for; nil where it is largest at an end.
  ///
  /// Vertices of parabolas, through the largest known value and its neighbours, then through values
  /// 0.02 and twice 0.004 to either side in ln σ. A vertex misses the top by `h²/6` times the ratio
  /// of the third derivative to the second, 1e-5 in ln σ for a ratio of 4.
  public static func refined(
    sigmas: [Double], values: [Double], curve: ([Double]) -> [Double]
  ) -> Peak? {
    guard let top = top(values.map { Estimate($0) }), top > 0, top + 1 < values.count else {
      return nil
    }
    let logs = (top - 1...top + 1).map { log(sigmas[$0]) }
    guard var x = vertex(logs, Array(values[top - 1...top + 1])) else { return nil }
    var value = values[top]
    for step in [0.02, 0.004, 0.004] {
      let places = [x - step, x, x + step]
      let heights = curve(places.map { exp($0) })
      guard let next = vertex(places, heights) else { return nil }
      (x, value) = (next, heights[1])
    }
    return Peak(sigma: Estimate(exp(x)), value: Estimate(value))
  }

  private static func top(_ values: [Estimate]) -> Int? {
    guard values.allSatisfy({ $0.value.isFinite }) else { return nil }
    return values.indices.max { values[$0].value < values[$1].value }
  }

  /// Where the parabola through three points is extreme; nil unless it is largest there.
  private static func vertex(_ x: [Double], _ y: [Double]) -> Double? {
    let (left, right) = (x[1] - x[0], x[2] - x[1])
    let (rise, fall) = (y[1] - y[0], y[1] - y[2])
    let curvature = rise * right + fall * left
    guard curvature > 0 else { return nil }
    return x[1] + (rise * right * right - fall * left * left) / (2 * curvature)
  }

  /// Where the fit's slope is 0 and its curvature negative, by Newton's iteration; nil outside of
  /// `range`.
  private static func root(
    of fit: PolynomialFit, in range: ClosedRange<Double>, from start: Double
  ) -> Double? {
    var x = start
    for _ in 0..<30 {
      let curvature = fit.value(at: x, derivative: 2)
      guard curvature < 0, range.contains(x) else { return nil }
      x -= fit.value(at: x, derivative: 1) / curvature
    }
    return range.contains(x) && fit.value(at: x, derivative: 2) < 0 ? x : nil
  }
}
