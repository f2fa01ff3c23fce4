internal import Glibc

/// The trapezoid rule in `ln σ` over ascending noise levels: integrals of rates per e-fold.
///
/// A left Riemann sum on such a grid is biased by several per cent; the trapezoid rule's error is
/// `−h²/12 [f′]` over the range for spacing h, small where the rate begins and ends flat.
public struct LogIntegral: Sendable {
  /// The weight of each level.
  public let weights: [Double]

  /// The rule for levels `sigmas`, ascending and positive; a single level has weight 0.
  public init(sigmas: [Double]) {
    let logs = sigmas.map { log($0) }
    weights = logs.indices.map { i in
      let left = i > 0 ? logs[i] - logs[i - 1] : 0
      let right = i + 1 < logs.count ? logs[i + 1] - logs[i] : 0
      return (left + right) / 2
    }
  }

  /// The integral of rates whose errors are independent from level to level.
  public func integral(_ rates: [Estimate]) -> Estimate {
    precondition(rates.count == weights.count)
    return zip(weights, rates).reduce(Estimate(0)) { $0 + $1.1.scaled(by: $1.0) }
  }
}
