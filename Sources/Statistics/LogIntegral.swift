internal import Glibc

/// The trapezoid rule in `ln σ` over ascending noise levels: integrals of rates per e-fold.
///
/// A left Riemann sum on such a grid is biased by several per cent; the trapezoid rule's error is
/// `−h²/12 [f′]` over the range for spacing h, small where the rate begins and ends flat.
public struct LogIntegral: Sendable {
  /// The weight of each level.
  public let weights: [Double]
  private let logs: [Double]

  /// The rule for levels `sigmas`, ascending and positive; a single level has weight 0.
  public init(sigmas: [Double]) {
    let logs = sigmas.map { log($0) }
    weights = logs.indices.map { i in
      let left = i > 0 ? logs[i] - logs[i - 1] : 0
      let right = i + 1 < logs.count ? logs[i + 1] - logs[i] : 0
      return (left + right) / 2
    }
    self.logs = logs
  }

  /// The integral of rates whose errors are independent from level to level.
  public func integral(_ rates: [Estimate]) -> Estimate {
    precondition(rates.count == weights.count)
    return zip(weights, rates).reduce(Estimate(0)) { $0 + $1.1.scaled(by: $1.0) }
  }

  /// The integral of `rates`.
  public func integral(_ rates: [Double]) -> Double {
    precondition(rates.count == weights.count)
    return zip(weights, rates).reduce(0) { $0 + $1.0 * $1.1 }
  }

  /// An estimate from above of how far `integral(rates)` is from the integral of the smooth curve
  /// through `rates`: 0 for one level, infinite for two or three, which leave nothing to compare.
  ///
  /// Half as much again as the distance T − S of the rule from the cubic spline's integral S, which
  /// holds the ends' `−h²/12 [f′]` and uneven steps; and what S itself may miss: a quarter of its
  /// change when every second level is left out, or a sixteenth of that when two of three are, the
  /// largest over where one begins. A spline's error falls 16 and 81 times then, and faster for
  /// peaks well resolved. Both coarser rules are needed: a peak's place between the levels can make
  /// the change of either vanish, not of both. On the exact curves of the shipped laws, all or part
  /// of their range at 8 to 200 equal levels, never below the true error, ten times it in the
  /// median; on levels moved by a third of a step at random, below it in 0.7 % of cases, where
  /// there are too few to see a peak. Independent errors ε of the rates add `ε h √n/3` or a little
  /// more, a third of the integral's own.
  public func error(of rates: [Double]) -> Double {
    precondition(rates.count == weights.count)
    guard rates.count > 1 else { return 0 }
    guard rates.count > 3 else { return .infinity }
    let trapezoid = integral(rates)
    let spline = splineIntegral(rates, every: 1, from: 0)
    func change(leaving stride: Int) -> Double {
      (0..<stride).map { abs(splineIntegral(rates, every: stride, from: $0) - spline) }.max() ?? 0
    }
    let rounding = zip(weights, rates).reduce(0) { $0 + abs($1.0 * $1.1) } * 4 * .ulpOfOne
    return 1.5 * abs(trapezoid - spline)
      + max(change(leaving: 2) / 4, change(leaving: 3) / 16) + rounding
  }

  /// The integral of the spline through each `stride`-th of `rates` from `start` on, and both ends.
  private func splineIntegral(_ rates: [Double], every stride: Int, from start: Int) -> Double {
    let last = rates.count - 1
    let kept = rates.indices.filter { $0 == 0 || $0 == last || $0 % stride == start }
    return CubicSpline(places: kept.map { logs[$0] }, values: kept.map { rates[$0] }).integral
  }
}
