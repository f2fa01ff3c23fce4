internal import Glibc
internal import LinearAlgebra

/// The assembly of traced paths into a diagram: their ends, taken in the order of the noise levels.
struct DiagramBuilder {
  let search: FixedPointSearch
  private(set) var paths: [TracedPath]
  private(set) var branchings: [Branching] = []
  /// Where ascent leads from the end of a path, as far as that was computed in advance.
  private var landings: [Int: CurveNode]
  /// The paths whose ends are still to be taken.
  private var pending: Set<Int>

  private var equation: FixedPointEquation { search.equation }

  /// Ends nearer to each other than this in `ln σ` are one.
  private static let coincidence = 1e-6
  /// The least `−μ` at which a fixed point is clear of a branching, and how far above one it is.
  private static let leastCurvature = 1e-4
  private static let clearance = 2e-3
  /// Paths, at most, beside two for each starting point.
  private static let mostOthers = 64

  /// The builder of the diagram of these paths.
  init(_ search: FixedPointSearch, paths: [TracedPath], landings: [Int: CurveNode]) {
    self.search = search
    self.paths = paths
    self.landings = landings
    pending = Set(paths.indices)
  }

  /// Adds a path that was met beside those that rise; its number.
  mutating func add(_ path: TracedPath) -> Int {
    paths.append(path)
    pending.insert(paths.count - 1)
    return paths.count - 1
  }

  /// Takes all ends in the order of their noise levels.
  mutating func takeEnds() {
    while let id = pending.min(by: { (paths[$0].last.u, $0) < (paths[$1].last.u, $1) }) {
      pending.remove(id)
      switch paths[id].end {
      case .open: break
      case .turn(let turn):
        if turn.isPitchfork { takePitchfork(id, turn) } else { takeFold(id, turn) }
      case .instability(let direction): takeInstability(id, direction)
      }
    }
    mergeMirrored()
    branchings.sort { $0.endSigma < $1.endSigma }
  }

  // MARK: Kinds of ends

  /// Stable paths that meet in the same place, and the one that goes on from there.
  private mutating func takePitchfork(_ id: Int, _ turn: TurningPoint) {
    let sigma = exp(turn.u)
    var ending = [id]
    for other in pending.sorted() where paths[other].endsInPitchfork {
      guard let turn2 = paths[other].turn, abs(turn2.u - turn.u) < Self.coincidence,
        FixedPointEquation.distance(turn2.x, turn.x) < 1e-2 * sigma
      else { continue }
      ending.append(other)
    }
    pending.subtract(ending)
    if ending.count == 1 {
      // A field too weak to be told from none may let the other arm pass, and so go on from here
      // itself.
      if let other = knownPath(at: turn.beyond, besides: id, within: 0.2 * turn.reach) {
        append(.pitchfork, turn, ending: ending, continuing: other, gradientFlow: other)
        return
      }
      // Or the other arm leads down to a fixed point that no starting point is near.
      ending.append(addArm(beyond: turn))
    }
    let u = turn.u + Self.clearance
    let parent =
      (equation.fixedPoint(near: turn.x, u) ?? equation.ascended(from: turn.x, u))
      .flatMap { place(equation.node($0, u)) }
    append(.pitchfork, turn, ending: ending.sorted(), continuing: parent, gradientFlow: parent)
  }

  /// The stable path that comes up the other arm of a turn.
  private mutating func addArm(beyond turn: TurningPoint) -> Int {
    let (below, ending) = search.tracer.trace(
      from: turn.beyond, rising: false, to: log(search.minimum))
    let kept = ending == .turn ? below.dropLast() : below[...]
    paths.append(
      TracedPath(
        start: nil, nodes: kept.reversed() + [equation.node(turn.x, turn.u)], end: .turn(turn),
        reachesDown: false))
    return paths.count - 1
  }

  /// A path that ends together with an unstable one.
  private mutating func takeFold(_ id: Int, _ turn: TurningPoint) {
    let landing = (landings[id] ?? search.landing(from: turn)).flatMap { place($0) }
    let nearest = nearestStable(to: turn.x, turn.u + Self.coincidence, except: id) ?? landing
    append(.saddleNode, turn, ending: [id], continuing: nearest, gradientFlow: landing)
  }

  /// A path that loses its stability where two unstable ones run into it.
  private mutating func takeInstability(_ id: Int, _ direction: [Double]) {
    let node = paths[id].last
    let (sigma, u) = (exp(node.u), node.u + Self.coincidence)
    let side = zip(node.x, direction).map { $0 + 0.3 * sigma * $1 }
    let landing = equation.ascended(from: side, u).flatMap { place(equation.node($0, u)) }
    let nearest = nearestStable(to: node.x, u, except: id) ?? landing
    branchings.append(
      Branching(
        kind: .firstOrder, sigma: sigma, endSigma: sigma, x: node.x, direction: direction,
        ending: [id],
        continuing: nearest, gradientFlow: landing,
        jump: nearest.map { jump(from: node.x, to: $0, u) } ?? 0, exponent: nil, field: nil,
        unperturbedSigma: nil, approach: []))
  }

  private mutating func append(
    _ kind: Branching.Kind, _ turn: TurningPoint, ending: [Int], continuing: Int?,
    gradientFlow: Int?
  ) {
    let sigma = exp(turn.u)
    var result = Branching(
      kind: kind, sigma: sigma, endSigma: sigma, x: turn.x, direction: turn.direction,
      ending: ending,
      continuing: continuing, gradientFlow: gradientFlow, jump: 0,
      exponent: turn.exponent.isFinite ? turn.exponent : nil,
      field: kind == .pitchfork ? 0 : nil,
      unperturbedSigma: kind == .pitchfork ? sigma : nil, approach: [])
    if kind == .saddleNode {
      if let continuing {
        result.jump = jump(from: turn.x, to: continuing, turn.u)
      }
    }
    if kind == .saddleNode && search.findsFields { addField(to: &result, turn) }
    guard search.findsFields else { return branchings.append(result) }
    result.approach = approach(result, path: ending[0], critical: turn)
    branchings.append(result)
  }

  /// Adds the field that makes a fold of a pitchfork, and calls it one where the field is below the
  /// tolerance.
  private func addField(to branching: inout Branching, _ turn: TurningPoint) {
    var found: (sigma: Double, x: [Double], field: Double)?
    if search.isLearned {
      let other = branching.continuing.map { paths[$0].position(turn.u + Self.coincidence) }
      found = other.flatMap { CurieWeissFit(turn, other: $0, equation: equation) }
        .flatMap {
          $0.residual < FixedPointSearch.largestResidual ? ($0.sigma, $0.x, $0.field) : nil
        }
    } else {
      found = Unfolding(turn, equation: equation).map { (exp($0.u), $0.x, $0.field) }
    }
    guard let found else { return }
    branching.field = abs(found.field)
    branching.unperturbedSigma = found.sigma
    guard abs(found.field) < search.fieldTolerance else { return }
    branching.kind = .pitchfork
    (branching.sigma, branching.x) = (found.sigma, found.x)
  }

  /// What a path does shortly below a branching, and the one that goes on shortly above.
  private func approach(
    _ branching: Branching, path id: Int, critical turn: TurningPoint
  ) -> [Branching.Approach] {
    func entry(_ path: Int, _ u: Double) -> Branching.Approach? {
      guard let node = paths[path].fixedPoint(u, equation) else { return nil }
      let variance = exp(2 * u)
      return Branching.Approach(
        sigma: exp(u), separation: 2 * FixedPointEquation.distance(node.x, turn.x),
        curvature: equation.curvature(node.x, u, along: branching.direction) / variance)
    }
    let distances = (2...8).map { 0.2 / pow(2, Double($0)) }
    let below = distances.compactMap { entry(id, turn.u - $0) }
    guard branching.jump == 0, let continuing = branching.continuing else { return below }
    return below + distances.reversed().compactMap { entry(continuing, turn.u + $0) }
  }

  // MARK: Who is where

  /// The distance from a place to a path.
  private func jump(from x: [Double], to path: Int, _ u: Double) -> Double {
    FixedPointEquation.distance(
      paths[path].fixedPoint(u, equation)?.x ?? paths[path].position(u), x)
  }

  /// The number of the path on which a stable fixed point lies, a known one or a new one through
  /// it; nil where that makes too many.
  private mutating func place(_ node: CurveNode) -> Int? {
    var node = node
    // Right beside a branching Newton's method does not tell the curves apart.
    if (node.spectrum.last ?? 1) > -Self.leastCurvature {
      let u = node.u + Self.clearance
      guard let x = equation.ascended(from: node.x, u) else { return nil }
      node = equation.node(x, u)
    }
    if let id = knownPath(at: node, within: 1e-4) { return id }
    guard paths.count < 2 * search.starts.rows + Self.mostOthers else { return nil }
    return add(search.path(through: node))
  }

  /// The stable path that has its fixed point at a node, to within a number of σ.
  private func knownPath(
    at node: CurveNode, besides other: Int? = nil, within reach: Double
  ) -> Int? {
    let near = stablePaths(at: node.u).filter { $0 != other }.map {
      ($0, FixedPointEquation.distance(paths[$0].position(node.u), node.x))
    }.sorted { $0.1 < $1.1 }
    return near.prefix(4).first { id, _ in
      guard let found = paths[id].fixedPoint(node.u, equation) else { return false }
      return FixedPointEquation.distance(found.x, node.x) < reach * exp(node.u)
    }?.0
  }

  private func nearestStable(to x: [Double], _ u: Double, except id: Int) -> Int? {
    stablePaths(at: u).filter { $0 != id }
      .map { ($0, FixedPointEquation.distance(paths[$0].position(u), x)) }
      .sorted { $0.1 < $1.1 }.prefix(4)
      .first { paths[$0.0].fixedPoint(u, equation)?.index == 0 }?.0
  }

  private func stablePaths(at u: Double) -> [Int] {
    paths.indices.filter { paths[$0].isStable(u) }
  }

  /// Makes one branching of folds that happen at once and end on the same path.
  private mutating func mergeMirrored() {
    var merged: [Branching] = []
    for branching in branchings.sorted(by: { $0.endSigma < $1.endSigma }) {
      if branching.kind == .saddleNode,
        let index = merged.lastIndex(where: {
          $0.kind != .pitchfork && $0.continuing == branching.continuing
            && abs(log($0.sigma / branching.sigma)) < Self.coincidence
        })
      {
        merged[index].kind = .firstOrder
        // The field of a decision between two says nothing of one between many.
        (merged[index].field, merged[index].unperturbedSigma) = (nil, nil)
        merged[index].ending = (merged[index].ending + branching.ending).sorted()
      } else {
        merged.append(branching)
      }
    }
    branchings = merged
  }
}

extension FixedPointSearch {
  /// Where ascent on the log density leads from beyond a fold, just above it.
  func landing(from turn: TurningPoint) -> CurveNode? {
    let u = turn.u + 1e-6
    let start = zip(turn.x, turn.direction).map { $0 + 0.3 * exp(u) * $1 }
    return equation.ascended(from: start, u).map { equation.node($0, u) }
  }
}
