internal import Glibc
internal import LinearAlgebra
internal import Statistics

/// The place at which a curve of fixed points turns back in σ: a fold, or the apex of a pitchfork.
///
/// Near it the curve is described by `w`, the distance in σ along the direction in which it runs,
/// so that `u(w)` is smooth and has its maximum there: a parabola, whether the other arm is a
/// saddle (a fold) or a second stable path (a pitchfork). The maximum is that of a polynomial
/// through Chebyshev's nodes.
struct TurningPoint: Sendable {
  /// The fixed point at the turn, `(D)`.
  let x: [Double]
  /// `ln σ_c`.
  let u: Double
  /// The unit direction in which the curve runs there, from the path that came to the other arm,
  /// `(D)`.
  let direction: [Double]
  /// The other arm a short way beyond the turn.
  let beyond: CurveNode
  /// How far beyond the turn that is, in σ.
  let reach: Double
  /// `vᵀJv` on the arm of the path and on the other one, at the same short distance.
  let curvatures: (near: Double, far: Double)
  /// `d ln ‖x − x_c‖/d ln (σ_c − σ)` close to the turn, the mean of both arms.
  let exponent: Double

  /// Half of the last stretch of `w`, at most: short for the polynomial, long for the sign of
  /// curvatures; and the shortest there is.
  private static let lastReach = 0.04
  private static let leastReach = 1e-5
  /// How often the stretch may move.
  private static let mostMoves = 40

  /// Whether the other arm is stable along the direction in which both meet.
  var isPitchfork: Bool { curvatures.far < 0 }

  /// Whether a point lies on the side of the other arm.
  func isBeyond(_ x: [Double]) -> Bool {
    zip(direction, zip(x, self.x)).reduce(0) { $0 + $1.0 * ($1.1.0 - $1.1.1) } > 0
  }

  /// Finds the turn of a curve whose last node is the first one on the other arm; nil where the
  /// fixed points around it are not found.
  init?(_ curve: [CurveNode], tracer: PathTracer) {
    guard curve.count >= 3 else { return nil }
    let last = Array(curve.suffix(3))
    let (origin, sigma) = (last[1].x, exp(last[1].u))
    guard
      let tangent = tracer.linearized(origin, last[1].u).tangent(
        along: Self.chord(last[0], last[2], sigma))
    else { return nil }
    let length = FixedPointEquation.norm(Array(tangent.dropLast()))
    guard length > 0 else { return nil }
    var chart = Chart(
      tracer: tracer, origin: origin, sigma: sigma,
      direction: tangent.dropLast().map { $0 / length })
    let places = last.map { chart.place($0.x) }
    let spread = max(abs(places[0]), abs(places[2]))
    // At a pitchfork nodes may be much closer than rounding lets a parabola be told; a fold was
    // seen with them.
    let isFold = last[1].index != last[2].index
    let reaches = isFold ? [spread, Self.lastReach] : [max(spread, Self.lastReach)]
    let found = reaches.lazy.compactMap {
      Self.maximum(of: chart, from: last[1], reach: min(0.3, $0))
    }.first
    guard let (arc, x, u, reach) = found else { return nil }
    chart.direction = arc.direction(chart.direction)
    self.init(x, u, chart: chart, reach: reach)
  }

  /// The stretch around the maximum of u near a node, on which the polynomial has it; nil where
  /// stretches as short as can be do not settle.
  private static func maximum(
    of chart: Chart, from node: CurveNode, reach: Double
  ) -> (arc: Arc, x: [Double], u: Double, reach: Double)? {
    var (center, reach) = (0.0, reach)
    var (x, u, moves) = (node.x, node.u, 0)
    while true {
      guard reach > leastReach, moves < mostMoves else { return nil }
      guard let found = Arc(chart, center: center, reach: reach, from: (x, u)) else {
        // Where the curves of a broken pitchfork pass each other, this one has a pole nearby.
        reach /= 2
        continue
      }
      center += reach * found.peak
      let change = abs(found.height(found.peak) - u)
      (x, u) = (found.value { $0.x }, found.height(found.peak))
      guard abs(found.peak) < 0.5 else {
        moves += 1
        continue
      }
      // What is left of a gap between the arms of a pitchfork changes less than this; a parabola
      // over the stretch is far higher.
      if reach <= lastReach && change < min(3e-7, 0.02 * reach * reach) {
        return (found, x, u, reach)
      }
      reach /= 3
    }
  }

  private init?(_ x: [Double], _ u: Double, chart: Chart, reach: Double) {
    (self.x, self.u, direction) = (x, u, chart.direction)
    let equation = chart.tracer.equation
    let centred = Chart(tracer: chart.tracer, origin: x, sigma: exp(u), direction: direction)
    var reach = reach
    // Shorter than this the height of the parabola is rounding.
    let least = max(1e-4, 100 * equation.rounding(x, u).squareRoot())
    while true {
      guard reach > Self.leastReach, let near = centred.node(at: -reach, from: (x, u)),
        let nearer = centred.node(at: -reach / 2, from: (x, u)),
        let farther = centred.node(at: reach / 2, from: (x, u)),
        let far = centred.node(at: reach, from: (x, u))
      else { return nil }
      /// `d ln w/d ln (σ_c − σ)` of an arm.
      func exponent(_ far: CurveNode, _ near: CurveNode) -> Double {
        log(FixedPointEquation.distance(far.x, x) / FixedPointEquation.distance(near.x, x))
          / log(expm1(far.u - u) / expm1(near.u - u))
      }
      let exponents = (exponent(near, nearer), exponent(far, farther))
      // Where they differ much another curve is near: closer to the turn they are alike.
      if !(abs(exponents.0 - exponents.1) < 0.1), reach > least {
        reach /= 3
        continue
      }
      self.reach = reach
      beyond = equation.node(far.x, far.u)
      curvatures = (centred.curvature(near), centred.curvature(far))
      // What the next order adds to one arm it takes from the other.
      self.exponent = (exponents.0 + exponents.1) / 2
      return
    }
  }

  private static func chord(_ a: CurveNode, _ b: CurveNode, _ sigma: Double) -> [Double] {
    zip(a.x, b.x).map { ($1 - $0) / sigma } + [b.u - a.u]
  }
}

/// Coordinates near a turn: `w = v·(x − x₀)/σ₀`.
private struct Chart {
  let tracer: PathTracer
  let origin: [Double]
  let sigma: Double
  var direction: [Double]

  func place(_ x: [Double]) -> Double {
    zip(direction, zip(x, origin)).reduce(0) { $0 + $1.0 * ($1.1.0 - $1.1.1) } / sigma
  }

  /// The fixed point of the curve at `w`, by Newton's method in x and u from a guess.
  func node(at w: Double, from guess: (x: [Double], u: Double)) -> CurveNode? {
    let shift = w - place(guess.x)
    var x = zip(guess.x, direction).map { $0 + sigma * shift * $1 }
    var u = guess.u
    var iteration = NewtonIteration(rounding: tracer.equation.rounding(x, u))
    while let change = iteration.step(
      right: tracer.equation.residual(x, u).map { -$0 } + [(w - place(x)) * sigma / exp(u)],
      matrix: { tracer.linearized(x, u).bordered(by: direction + [0]) })
    {
      x = zip(x, change).map { $0 + exp(u) * $1 }
      u += change[change.count - 1]
      guard abs(u - guess.u) < 1 else { return nil }
    }
    return iteration.isDone ? CurveNode(x: x, u: u, spectrum: []) : nil
  }

  /// `vᵀJv` at a node.
  func curvature(_ node: CurveNode) -> Double {
    tracer.equation.curvature(node.x, node.u, along: direction)
  }
}

/// A stretch of the curve about a turn: its nodes at Chebyshev's places, and where `u` is largest.
private struct Arc {
  private let nodes: [CurveNode]
  private let heights: LagrangePolynomial
  /// Where `u` is largest, in units of the reach, 0 at the centre.
  let peak: Double

  /// nil where some fixed point is not found.
  init?(_ chart: Chart, center: Double, reach: Double, from guess: (x: [Double], u: Double)) {
    let places = LagrangePolynomial.chebyshevPlaces(8)
    var nodes: [CurveNode?] = Array(repeating: nil, count: places.count)
    // From the middle outward, each from its neighbour.
    for side in [Array((0..<places.count / 2).reversed()), Array(places.count / 2..<places.count)] {
      var guess = guess
      for k in side {
        guard let node = chart.node(at: center + reach * places[k], from: guess) else { return nil }
        (nodes[k], guess) = (node, (node.x, node.u))
      }
    }
    self.nodes = nodes.compactMap(\.self)
    heights = LagrangePolynomial(places: places, values: self.nodes.map(\.u))
    peak = heights.maximum
  }

  func height(_ place: Double) -> Double { heights.value(place) }

  /// The polynomial through some numbers of the nodes, at the peak.
  func value(_ numbers: (CurveNode) -> [Double]) -> [Double] {
    let weights = heights.weights(peak)
    let all = nodes.map(numbers)
    return all[0].indices.map { j in zip(weights, all).reduce(0) { $0 + $1.0 * $1.1[j] } }
  }

  /// The unit tangent of x at the peak, on the side of `direction`.
  func direction(_ direction: [Double]) -> [Double] {
    let step = 1e-3
    let (before, after) = (heights.weights(peak - step), heights.weights(peak + step))
    let difference = direction.indices.map { j in
      nodes.indices.reduce(0) { $0 + (after[$1] - before[$1]) * nodes[$1].x[j] }
    }
    let length = FixedPointEquation.norm(difference)
    return length > 0 ? difference.map { $0 / length } : direction
  }
}
