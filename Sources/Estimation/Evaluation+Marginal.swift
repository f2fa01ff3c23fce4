internal import Glibc
public import Statistics

extension Evaluation {
  /// By how much the marginal entropy `H[x]` rises from the smallest level to the largest, in nats:
  /// the noise adds `D ln(σ_max/σ_min)`, and what it decides by a route is taken off (Equations 38
  /// and 46).
  ///
  /// A loss makes it a lower bound. nil where the route's entropy is not known.
  public func marginalEntropyChange(_ route: Route) -> Estimate? {
    guard let first = levels.first, let last = levels.last else { return nil }
    return entropy(route)?.scaled(
      by: -1, offset: Double(dimension) * log(last.sigma / first.sigma))
  }

  /// The exact rate at `sigma`, by a straight line in ln σ between the levels about it; nil outside
  /// of them, and where they have none.
  public func exactRate(at sigma: Double) -> Double? {
    guard let above = levels.firstIndex(where: { $0.sigma >= sigma }),
      let upper = levels[above].exact?.entropyRate.value
    else { return nil }
    guard above > 0, let lower = levels[above - 1].exact?.entropyRate.value else {
      return levels[above].sigma == sigma ? upper : nil
    }
    let share =
      log(sigma / levels[above - 1].sigma) / log(levels[above].sigma / levels[above - 1].sigma)
    return lower + share * (upper - lower)
  }
}
