internal import Glibc
public import LinearAlgebra

extension FixedPointSearch {
  /// A path that rises from a starting point, and where ascent leads from the fold in which it
  /// ends.
  private struct Leaf: Sendable {
    let path: TracedPath
    let landing: CurveNode?
  }

  /// Starting points, at most, between which unstable paths are looked for.
  private static let mostSaddleStarts = 40
  /// Pairs of them times the cube of the dimension, at most.
  private static let mostSaddleCost = 1 << 29
  /// Starting points whose paths are followed before progress is told.
  private static let leavesAtOnce = 64
  /// Distances below a turn, in `ln σ`, at which a path is given as well.
  private static let distances = [0.06, 0.03, 0.015, 0.007, 0.003, 0.001, 0.0002]
  /// Numbers, about, that the points of all paths may have.
  private static let mostNumbers = 2_000_000

  /// The diagram: all paths and where they branch.
  ///
  /// `progress` is told how many of the starting points are done.
  public func diagram(
    workers: Workers, progress: (Int) -> Void = { _ in }
  ) -> FixedPointDiagram {
    var leaves: [Leaf] = []
    for first in stride(from: 0, to: starts.rows, by: Self.leavesAtOnce) {
      let count = min(Self.leavesAtOnce, starts.rows - first)
      leaves += workers.map(count) { index -> Leaf? in
        guard let path = leaf(first + index) else { return nil }
        let fold = path.turn.flatMap { $0.isPitchfork ? nil : $0 }
        return Leaf(path: path, landing: fold.flatMap { landing(from: $0) })
      }.compactMap(\.self)
      progress(first + count)
    }
    let landings = Dictionary(
      leaves.enumerated().compactMap { id, leaf in leaf.landing.map { (id, $0) } },
      uniquingKeysWith: { first, _ in first })
    var builder = DiagramBuilder(self, paths: leaves.map(\.path), landings: landings)
    let reachesTop = builder.paths.contains { $0.last.u >= log(maximum) - 1e-6 }
    if !reachesTop, let top { _ = builder.add(path(through: top)) }
    builder.takeEnds()
    let cost = starts.rows * starts.rows * score.dimension * score.dimension * score.dimension
    let findsSaddles =
      findsSaddles && starts.rows <= Self.mostSaddleStarts && cost <= Self.mostSaddleCost
    let paths =
      builder.paths + (findsSaddles ? saddles(beside: builder.paths, workers: workers) : [])
    let changes = paths.enumerated().flatMap { id, path in stabilityChanges(id, path) }
      .sorted { $0.sigma < $1.sigma }
    let levels = levels(builder.branchings.map(\.sigma) + changes.map(\.sigma), paths: paths.count)
    let points = workers.map(paths.count) { id -> FixedPointPath in
      FixedPointPath(id: id, start: paths[id].start, points: sampled(paths[id], at: levels))
    }
    let found = Set(leaves.compactMap(\.path.start))
    return FixedPointDiagram(
      dimension: score.dimension, paths: points, branchings: builder.branchings,
      stabilityChanges: changes, missingStarts: (0..<starts.rows).filter { !found.contains($0) },
      unfinishedPaths: builder.paths.indices.filter { isUnfinished(builder.paths[$0]) })
  }

  /// Whether a path stops below the largest noise level without an end that is known.
  private func isUnfinished(_ path: TracedPath) -> Bool {
    guard case .open = path.end else { return false }
    return path.last.u < log(maximum) - 1e-6
  }

  /// The levels at which paths are given: evenly spaced in `ln σ`, and one between every two
  /// critical ones, so that no window of theirs is passed over.
  private func levels(_ critical: [Double], paths: Int) -> [Double] {
    let (low, high) = (log(minimum), log(maximum))
    let affordable = Self.mostNumbers / max(1, paths * 2 * score.dimension)
    let count = max(8, min(64, affordable))
    var result = (0..<count).map { low + (high - low) * Double($0) / Double(count - 1) }
    let marks = critical.map { log($0) }.sorted()
    let apart = zip(marks, marks.dropFirst()).filter { $1 - $0 > 1e-5 }
    if apart.count <= count { result += apart.map { ($0 + $1) / 2 } }
    return result.sorted()
  }

  /// The fixed points of a path at levels it covers, and its last one.
  private func sampled(_ path: TracedPath, at levels: [Double]) -> [FixedPoint] {
    // Close to a turn a path runs as a square root.
    let last = path.turn == nil || !findsFields ? [] : Self.distances.map { path.last.u - $0 }
    var nodes = (levels + last).sorted().filter { path.covers($0) && $0 < path.last.u }
      .compactMap { path.fixedPoint($0, equation) }
    nodes.append(path.last)
    return nodes.map { node in
      let variance = exp(2 * node.u)
      return FixedPoint(
        sigma: exp(node.u), x: node.x, eigenvalues: node.spectrum.map { $0 / variance })
    }
  }

  /// Where the stability of a path changes while it goes on.
  private func stabilityChanges(
    _ id: Int, _ path: TracedPath
  ) -> [FixedPointDiagram.StabilityChange] {
    zip(path.nodes, path.nodes.dropFirst().dropLast()).compactMap { below, above in
      let counts = (below.unstableDirections, above.unstableDirections)
      guard counts.0 != counts.1 else { return nil }
      // Along a ridge that is all but flat, rounding has the sign.
      let place = score.dimension - 1 - min(counts.0, counts.1)
      guard below.spectrum.indices.contains(place), above.spectrum.indices.contains(place) else {
        return nil
      }
      guard max(abs(below.spectrum[place]), abs(above.spectrum[place])) > 1e-7 else { return nil }
      let node = criticalNode(between: below, and: above)?.node ?? above
      return .init(path: id, sigma: exp(node.u), unstableDirections: counts)
    }
  }

  // MARK: Saddles

  /// The unstable paths that rise from between two neighbouring starting points and are not among
  /// `known`.
  ///
  /// At small noise there is one between two points if no third one lies in the ball over them as
  /// diameter (neighbours in the sense of Gabriel and Sokal 1969).
  private func saddles(beside known: [TracedPath], workers: Workers) -> [TracedPath] {
    let pairs = (0..<starts.rows).flatMap { i in (0..<i).map { (i, $0) } }
    let found = workers.map(pairs.count) { saddle(pairs[$0].0, pairs[$0].1) }.compactMap(\.self)
    var kept: [TracedPath] = []
    for (path, node) in found {
      let isKnown = (known + kept).contains { other in
        guard let there = other.fixedPoint(node.u, equation) else { return false }
        return FixedPointEquation.distance(there.x, node.x) < 1e-3 * exp(node.u)
      }
      if !isKnown { kept.append(path) }
    }
    return kept
  }

  /// The path through the saddle between two starting points, and where it was found; nil where
  /// there is none.
  private func saddle(_ i: Int, _ j: Int) -> (path: TracedPath, node: CurveNode)? {
    let (a, b) = (Array(starts.row(i)), Array(starts.row(j)))
    let middle = zip(a, b).map { ($0 + $1) / 2 }
    let square = FixedPointEquation.distance(a, middle) * FixedPointEquation.distance(a, middle)
    var margin = square
    for k in 0..<starts.rows where k != i && k != j {
      let distance = FixedPointEquation.distance(Array(starts.row(k)), middle)
      margin = min(margin, distance * distance - square)
    }
    guard margin > 1e-6 * square else { return nil }
    // The third point's share is e⁻⁹ at most, and the place is sharp enough.
    let u = max(log(minimum), log(min(margin / 18, square / 9).squareRoot()))
    guard let x = equation.fixedPoint(near: middle, u, reach: 2) else { return nil }
    let node = equation.node(x, u)
    guard node.index == 1 else { return nil }
    let (nodes, ending) = tracer.trace(from: node, rising: true, to: log(maximum))
    let rising = ending == .turn ? Array(nodes.dropLast()) : nodes
    let (down, end) = tracer.trace(from: node, rising: false, to: log(minimum))
    let below = end == .turn ? Array(down.dropLast()) : down
    let path = TracedPath(
      start: nil, nodes: below.dropFirst().reversed() + rising, end: .open, reachesDown: false)
    return (path, node)
  }
}
