public import ForwardProcess
internal import Glibc
public import LinearAlgebra

/// The search for the fixed points of a score over a range of noise levels.
///
/// Every path that is stable at small noise is followed upward from its starting point until it
/// ends in a turn, and the path of large noise downward through its changes of stability. Turns are
/// then taken in the order of their noise levels: two arms that are both stable make a pitchfork,
/// whose middle is followed to both sides; after a fold the path goes on at the nearest stable
/// fixed point, and ascent on the log density shows where a sample would go. What ascent finds and
/// no path leads to becomes a path of its own, so nothing stable that others end in is missed.
public struct FixedPointSearch: Sendable {
  /// The score, learned or exact.
  public let score: any ScoreFunction
  /// The starting points, `(K, D)`.
  public let starts: Matrix<Double>
  /// The noise level, for each starting point, at which a stable fixed point lies beside it.
  public let startLevels: [Double]
  /// Where at the largest noise level the fixed point is looked for: the mean of the data, `(D)`.
  public let mean: [Double]
  /// The largest noise level, at which one fixed point is left.
  public let maximum: Double
  /// The smallest one, down to which paths are followed.
  public let minimum: Double
  /// Whether the score is a learned one: its fields are then those of a model fitted around the
  /// branching.
  public let isLearned: Bool
  /// Whether unstable paths between neighbouring starting points are looked for.
  public let findsSaddles: Bool

  /// A search as given.
  public init(
    score: any ScoreFunction, starts: Matrix<Double>, startLevels: [Double], mean: [Double],
    range: ClosedRange<Double>, isLearned: Bool = false, findsSaddles: Bool = true
  ) {
    precondition(starts.columns == score.dimension && startLevels.count == starts.rows)
    precondition(mean.count == score.dimension)
    precondition(range.lowerBound > 0 && startLevels.allSatisfy { $0 > 0 })
    self.score = score
    self.starts = starts
    self.startLevels = startLevels
    self.mean = mean
    (minimum, maximum) = (range.lowerBound, range.upperBound)
    self.isLearned = isLearned
    self.findsSaddles = findsSaddles
  }

  /// Whether branchings are looked at closely: their fields, and what happens around them.
  var findsFields: Bool { starts.rows <= Self.mostCloseStarts }

  /// The Curie–Weiss field, in nats, below which a fold counts as a pitchfork: for an exact score
  /// so small that it moves the fold by less than 1e-6; a learned score breaks a symmetry by much
  /// more.
  var fieldTolerance: Double { isLearned ? 0.05 : 1e-9 }

  /// What a model may leave of a learned `r = σ s` around a branching.
  static let largestResidual = 0.05

  /// Starting points, at most, whose branchings are looked at closely.
  private static let mostCloseStarts = 256

  var equation: FixedPointEquation { FixedPointEquation(score: score) }
  var tracer: PathTracer { PathTracer(equation: equation) }

  /// The path that rises from starting point `index`; nil where no stable fixed point lies beside
  /// it.
  func leaf(_ index: Int) -> TracedPath? {
    let (u, x) = (log(startLevels[index]), Array(starts.row(index)))
    guard let x = equation.fixedPoint(near: x, u) else { return nil }
    let node = equation.node(x, u)
    guard node.index == 0 else { return nil }
    return rising(from: node, start: index, reachesDown: true)
  }

  /// The path that rises from a stable fixed point.
  func rising(from node: CurveNode, start: Int? = nil, reachesDown: Bool = false) -> TracedPath {
    let (nodes, ending) = tracer.trace(
      from: node, rising: true, to: log(maximum), stoppingAt: .stability)
    var path = TracedPath(start: start, nodes: nodes, end: .open, reachesDown: reachesDown)
    switch ending {
    case .turn:
      path.nodes.removeLast()
      if let turn = TurningPoint(nodes, tracer: tracer) { path.finish(in: turn, equation) }
    case .stability:
      path.nodes.removeLast()
      if let (critical, direction) = criticalNode(between: path.last, and: nodes[nodes.count - 1]) {
        path.nodes.append(critical)
        path.end = .instability(direction: direction)
      }
    case .stalled:
      // In the gap that a field no larger than rounding opens at a pitchfork no step leads on.
      if let turn = TurningPoint(nodes, tracer: tracer), turn.isPitchfork,
        abs(turn.u - path.last.u) < 1e-5
      {
        path.finish(in: turn, equation)
      }
    case .level: break
    }
    return path
  }

  /// Where between two nodes of a path its stability changes, and the direction that does: the zero
  /// of an eigenvalue by the secants of the regula falsi, which keep it bracketed (Dowell and
  /// Jarratt 1971).
  func criticalNode(
    between low: CurveNode, and high: CurveNode
  ) -> (node: CurveNode, direction: [Double])? {
    let place = score.dimension - 1 - min(low.unstableDirections, high.unstableDirections)
    guard low.spectrum.indices.contains(place), high.spectrum.indices.contains(place) else {
      return nil
    }
    var (a, b) = (low, high)
    var (fa, fb) = (a.spectrum[place], b.spectrum[place])
    var critical = abs(fa) < abs(fb) ? a : b
    // One of the two may be critical to rounding.
    let isBracketed = fa * fb < 0
    for _ in 0..<(isBracketed ? 40 : 0) {
      let share = fa / (fa - fb)
      let u = a.u + share * (b.u - a.u)
      let guess = zip(a.x, b.x).map { $0 + share * ($1 - $0) }
      // Near a zero eigenvalue Newton's method moves along its direction until only rounding is
      // left: on the chord of two places that are known better, one stays on it if it is a fixed
      // point.
      let isFixed = FixedPointEquation.norm(equation.residual(guess, u)) < 1e-9
      let x = isFixed ? guess : equation.fixedPoint(near: guess, u) ?? guess
      let node = equation.node(x, u)
      guard node.spectrum.indices.contains(place) else { break }
      critical = node
      let value = node.spectrum[place]
      guard value.isFinite, abs(value) > 1e-12 else { break }
      if value * fb < 0 { (a, fa) = (b, fb) } else { fa *= fb / (fb + value) }
      (b, fb) = (critical, value)
      if abs(b.u - a.u) < 1e-14 { break }
    }
    let jacobian = equation.jacobian(critical.x, critical.u)
    let symmetric = Matrix(
      rows: jacobian.rows, columns: jacobian.rows,
      elements: zip(jacobian.elements, jacobian.transposed.elements).map { ($0 + $1) / 2 })
    guard let eigen = SymmetricEigen(symmetric) else { return nil }
    let least = eigen.values.indices.min { abs(eigen.values[$0]) < abs(eigen.values[$1]) } ?? 0
    return (critical, Array(eigen.vectors.row(least)))
  }

  /// The path through a fixed point, upward to its end and downward through changes of stability.
  func path(through node: CurveNode) -> TracedPath {
    var path = rising(from: node)
    let (below, ending) = tracer.trace(from: node, rising: false, to: log(minimum))
    var lower = below.dropFirst()
    if ending == .turn { lower = lower.dropLast() }
    path.nodes = lower.reversed() + path.nodes
    return path
  }

  /// The fixed point at the largest noise level.
  var top: CurveNode? {
    let u = log(maximum)
    return equation.ascended(from: mean, u).map { equation.node($0, u) }
  }
}
