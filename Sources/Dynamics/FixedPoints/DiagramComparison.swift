internal import Glibc

/// What the fixed points of a learned score miss of an exact one's, and invent.
public struct DiagramComparison: Sendable {
  /// A branching of both, by its places in their lists.
  public struct Pair: Sendable {
    /// The place in the exact diagram's branchings.
    public let exact: Int
    /// The place in the learned diagram's.
    public let learned: Int
    /// `σ_c` learned over exact, less 1.
    public let relativeDifference: Double
  }

  /// The noise level at which stable paths were compared: the smallest that both reach.
  public let sigma: Double
  /// The exact stable paths that have no learned one: outcomes that the network would not produce.
  public let lost: [Int]
  /// The learned stable paths that have no exact one: outcomes of its own, spurious states.
  public let invented: [Int]
  /// The exact path that a learned one belongs to, by their numbers.
  public let counterparts: [Int: Int]
  /// The branchings at which the same outcomes come together.
  public let pairs: [Pair]

  /// Compares two diagrams.
  ///
  /// Paths belong together that are nearer to each other at the smallest common level than half of
  /// the way from the exact one to the next exact one; branchings that bring the same of them
  /// together.
  public init(exact: FixedPointDiagram, learned: FixedPointDiagram) {
    let starts = (exact.paths + learned.paths).filter { $0.start != nil }
    sigma = starts.compactMap { $0.points.first?.sigma }.max() ?? 0
    let (left, right) = (exact.stablePositions(at: sigma), learned.stablePositions(at: sigma))
    var match: [Int: Int] = [:]
    for (id, x) in left {
      let room = left.filter { $0.id != id }.map { FixedPointEquation.distance($0.x, x) }.min()
      let near = right.filter { match[$0.id] == nil }
        .map { ($0.id, FixedPointEquation.distance($0.x, x)) }.min { $0.1 < $1.1 }
      if let near, near.1 < (room ?? .infinity) / 2 { match[near.0] = id }
    }
    counterparts = match
    let found = Set(match.values)
    lost = left.map(\.id).filter { !found.contains($0) }
    invented = right.map(\.id).filter { match[$0] == nil }
    let outcomes = exact.branchings.map { exact.outcomes(of: $0) }
    pairs = learned.branchings.enumerated().compactMap { [match] place, branching in
      let own = Set(learned.outcomes(of: branching).compactMap { match[$0] })
      guard own.count > 1 else { return nil }
      let same = outcomes.indices.filter { outcomes[$0] == own }
      func difference(_ index: Int) -> Double {
        branching.sigma / exact.branchings[index].sigma - 1
      }
      return same.min { abs(difference($0)) < abs(difference($1)) }
        .map { Pair(exact: $0, learned: place, relativeDifference: difference($0)) }
    }
  }
}

extension FixedPointDiagram {
  /// The stable paths at a noise level with their places there, between the levels at which they
  /// are given.
  public func stablePositions(at sigma: Double) -> [(id: Int, x: [Double])] {
    paths.compactMap { path in
      guard let first = path.points.first, let last = path.points.last,
        sigma >= first.sigma * (1 - 1e-9), sigma <= last.sigma,
        let upper = path.points.firstIndex(where: { $0.sigma >= sigma * (1 - 1e-9) })
      else { return nil }
      let (a, b) = (path.points[max(0, upper - 1)], path.points[upper])
      guard b.isStable else { return nil }
      let share = a.sigma < b.sigma ? log(sigma / a.sigma) / log(b.sigma / a.sigma) : 1
      return (path.id, zip(a.x, b.x).map { $0 + min(1, share) * ($1 - $0) })
    }
  }

  /// The rising paths that come together in a branching, or are together on the path that goes on.
  public func outcomes(of branching: Branching) -> Set<Int> {
    let below = branching.endSigma * (1 - 1e-9)
    let ids = Set(branching.ending + (branching.continuing.map { [$0] } ?? []))
    return Set(
      paths.filter { $0.start != nil && ids.contains(path(of: $0.id, at: below)) }.map(\.id))
  }
}
