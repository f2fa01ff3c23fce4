internal import Glibc

/// A path as it was traced: nodes that ascend in `u = ln σ`, from `start` on or from wherever it
/// was met.
struct TracedPath: Sendable {
  /// How the path ends as the noise grows.
  enum End: Sendable {
    /// It goes on to the largest noise level, or to where no step led on.
    case open
    /// In a turn.
    case turn(TurningPoint)
    /// It loses its stability to paths that come in from both sides; what goes on there, unstable,
    /// is not part of it.
    case instability(direction: [Double])
  }

  /// The starting point it rises from.
  var start: Int?
  /// The nodes, ascending in u.
  var nodes: [CurveNode]
  /// How it ends.
  var end: End
  /// Whether the path goes on below its first node, where it hardly moves.
  var reachesDown: Bool

  /// The last node.
  var last: CurveNode { nodes[nodes.count - 1] }

  /// The turn in which it ends.
  var turn: TurningPoint? {
    if case .turn(let turn) = end { turn } else { nil }
  }

  /// Whether it ends in a pitchfork.
  var endsInPitchfork: Bool { turn?.isPitchfork ?? false }

  /// Ends the path in a turn: without the nodes of the other arm, and with the turn itself.
  mutating func finish(in turn: TurningPoint, _ equation: FixedPointEquation) {
    while nodes.count > 1, last.u >= turn.u || turn.isBeyond(last.x) { nodes.removeLast() }
    nodes.append(equation.node(turn.x, turn.u))
    end = .turn(turn)
  }

  /// Whether the path is there at `u`.
  func covers(_ u: Double) -> Bool { u <= last.u && (reachesDown || u >= nodes[0].u) }

  /// Whether the path is there and stable at `u`, as far as its nodes tell.
  func isStable(_ u: Double) -> Bool {
    guard covers(u) else { return false }
    guard let upper = nodes.firstIndex(where: { $0.u >= u }) else { return false }
    return nodes[max(0, upper - 1)].index == 0 || nodes[upper].index == 0
  }

  /// Where the path is at `u` within its range, by interpolation; next to a turn along a parabola.
  func position(_ u: Double) -> [Double] {
    guard let upper = nodes.firstIndex(where: { $0.u >= u }) else { return last.x }
    guard upper > 0 else { return nodes[0].x }
    let (a, b) = (nodes[upper - 1], nodes[upper])
    var share = (u - a.u) / (b.u - a.u)
    if turn != nil && upper == nodes.count - 1 { share = 1 - (1 - share).squareRoot() }
    return zip(a.x, b.x).map { $0 + share * ($1 - $0) }
  }

  /// The fixed point of the path at `u`; nil where Newton's method does not find it from the
  /// interpolation.
  func fixedPoint(_ u: Double, _ equation: FixedPointEquation) -> CurveNode? {
    guard covers(u) else { return nil }
    if let node = nodes.first(where: { $0.u == u }) { return node }
    guard let x = equation.fixedPoint(near: position(u), u, reach: 0.3) else { return nil }
    return equation.node(x, u)
  }
}
