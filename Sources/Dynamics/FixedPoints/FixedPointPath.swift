/// A fixed point of a score at one noise level.
public struct FixedPoint: Sendable {
  /// The noise level σ.
  public let sigma: Double
  /// Where it is, `(D)`.
  public let x: [Double]
  /// The eigenvalues of `∇s` there, ascending, `(D)`, in units of 1/length²; of a learned score
  /// their real parts.
  public let eigenvalues: [Double]

  /// Whether `∇s` is negative definite.
  public var isStable: Bool { (eigenvalues.last ?? 1) < 0 }
}

/// A path of fixed points over the noise level (Ambrogioni 2025, after Equation 23).
public struct FixedPointPath: Sendable {
  /// The number of the path in its diagram.
  public let id: Int
  /// The starting point, a data point say, from which the path rises; nil if it was met further up.
  public let start: Int?
  /// The fixed points, from small noise to where the path ends.
  public let points: [FixedPoint]
}

/// Where stable paths come together as the noise grows: seen from the other end, a decision.
public struct Branching: Sendable {
  /// The kinds there are.
  public enum Kind: String, Sendable, CaseIterable {
    /// Stable paths meet, and one goes on from there: the decision is continuous.
    case pitchfork
    /// A stable path meets an unstable one and both end: it goes on elsewhere, after a jump.
    case saddleNode = "saddle-node"
    /// Several stable paths that mirror each other end at once and jump to the same one, which was
    /// stable beside them; or one loses its stability to unstable paths from both sides, and jumps.
    case firstOrder = "first-order"
  }

  /// What a path and its neighbour do shortly below the branching.
  public struct Approach: Sendable {
    /// The noise level.
    public let sigma: Double
    /// Twice the distance of the path from the meeting place: that of the two arms, to first order.
    public let separation: Double
    /// `vᵀ ∇s v` along the direction v of the branching, in 1/length².
    ///
    /// Below σ_c it is taken on a path that ends, above it, for a pitchfork, on the one that goes
    /// on. It tends to 0 (Ambrogioni 2025, after Equation 24).
    public let curvature: Double
  }

  /// The kind.
  public internal(set) var kind: Kind
  /// The critical noise level σ_c.
  public internal(set) var sigma: Double
  /// The noise level up to which the ending paths are there: σ_c but for what a weak field takes
  /// away.
  public let endSigma: Double
  /// Where the paths meet, `(D)`.
  public internal(set) var x: [Double]
  /// The unit vector along which they separate, `(D)`.
  public let direction: [Double]
  /// The paths that end here, ascending.
  public internal(set) var ending: [Int]
  /// The path on which they go on: for a jump the nearest stable fixed point, the paper's
  /// convention.
  public internal(set) var continuing: Int?
  /// The path to which gradient ascent on `log p_σ` leads from here.
  public internal(set) var gradientFlow: Int?
  /// How far a path that ends is from the one that goes on: 0 for a pitchfork, but for one that a
  /// weak field breaks, which jumps at `endSigma`.
  public internal(set) var jump: Double
  /// `d ln ‖x − x_c‖/d ln (σ_c − σ)` of a path that ends, close to σ_c: ½; nil where
  /// a path loses its stability without a turn.
  public let exponent: Double?
  /// The field h of the Curie–Weiss model at this branching, in nats; nil where it is none.
  public internal(set) var field: Double?
  /// Where the pitchfork would be without the field; nil where there is none.
  public internal(set) var unperturbedSigma: Double?
  /// What happens shortly below and above, ascending in σ.
  public internal(set) var approach: [Approach]
}

/// The fixed points of a score over the noise level: paths, and where they branch.
public struct FixedPointDiagram: Sendable {
  /// Where a path gains or loses stability while it goes on.
  public struct StabilityChange: Sendable {
    /// The path.
    public let path: Int
    /// The noise level.
    public let sigma: Double
    /// The number of unstable directions below and above.
    public let unstableDirections: (below: Int, above: Int)
  }

  /// The dimension D of the space.
  public let dimension: Int
  /// The paths, numbered from 0: those that rise from starting points come first, in their order.
  public internal(set) var paths: [FixedPointPath]
  /// The branchings of stable paths, in the order in which the paths end.
  public internal(set) var branchings: [Branching]
  /// The changes of stability along paths that go on, ascending in σ.
  public internal(set) var stabilityChanges: [StabilityChange]
  /// The starting points, by their places, beside which no stable fixed point was found.
  public internal(set) var missingStarts: [Int]
  /// The stable paths that could be followed no further before they came to an end or to the
  /// largest noise level.
  public internal(set) var unfinishedPaths: [Int]

  /// The path on which the fixed point of path `id` is at noise level `sigma`, all paths that have
  /// ended by then followed to where they went on.
  public func path(of id: Int, at sigma: Double) -> Int {
    var id = id
    for branching in branchings where branching.endSigma <= sigma && branching.ending.contains(id) {
      id = branching.continuing ?? id
    }
    return id
  }

  /// The rising paths, by their numbers, in groups that share a path at noise level `sigma`.
  public func groups(at sigma: Double) -> [[Int]] {
    let starts = paths.filter { $0.start != nil }.map(\.id)
    return Dictionary(grouping: starts) { path(of: $0, at: sigma) }.values
      .map { $0.sorted() }.sorted { $0[0] < $1[0] }
  }

  /// The diagram of the same score with its origin moved, by adding `shift`, `(D)`, to every place.
  public func shifted(by shift: [Double]) -> FixedPointDiagram {
    func moved(_ x: [Double]) -> [Double] { zip(x, shift).map { $0 + $1 } }
    var result = self
    result.paths = paths.map { path in
      FixedPointPath(
        id: path.id, start: path.start,
        points: path.points.map {
          FixedPoint(sigma: $0.sigma, x: moved($0.x), eigenvalues: $0.eigenvalues)
        })
    }
    for index in branchings.indices {
      result.branchings[index].x = moved(branchings[index].x)
    }
    return result
  }
}
