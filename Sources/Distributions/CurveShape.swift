internal import Glibc

/// The curves in the plane that a `CurveLaw` may follow, by their names in JSON.
public enum CurveShape: String, Sendable, CaseIterable {
  /// The unit circle, uniform.
  case circle
  /// `t ~ U[1.5π, 4.5π]`, `y = (t cos t, t sin t)/4.5π`.
  case swissRoll = "swiss-roll"
  /// `θ ~ U[0, π]`: half `(cos θ, sin θ)`, half `(1 − cos θ, ½ − sin θ)`.
  case twoMoons = "two-moons"
  /// `θ = 3π√u`, `u ~ U[0, 1]`, `y = ±(θ/3π)(cos θ, sin θ)`, either sign by half.
  case spiral

  /// How many arcs of equal weight the curve consists of.
  var branches: Int {
    switch self {
    case .circle, .swissRoll: 1
    case .twoMoons, .spiral: 2
    }
  }

  /// The parameter's range, the same on every branch.
  var parameters: (lower: Double, upper: Double) {
    switch self {
    case .circle: (0, 2 * Double.pi)
    case .swissRoll: (1.5 * Double.pi, 4.5 * Double.pi)
    case .twoMoons: (0, Double.pi)
    case .spiral: (0, 3 * Double.pi)
    }
  }

  /// The point at parameter `t` of a branch.
  func point(_ branch: Int, _ t: Double) -> (Double, Double) {
    let (c, s) = (cos(t), sin(t))
    switch self {
    case .circle: return (c, s)
    case .swissRoll: return (t * c / (4.5 * Double.pi), t * s / (4.5 * Double.pi))
    case .twoMoons: return branch == 0 ? (c, s) : (1 - c, 0.5 - s)
    case .spiral:
      let radius = (branch == 0 ? t : -t) / (3 * Double.pi)
      return (radius * c, radius * s)
    }
  }

  /// `‖dy/dt‖`, which nowhere falls with `t`.
  func speed(_ t: Double) -> Double {
    switch self {
    case .circle, .twoMoons: 1
    case .swissRoll: hypot(1, t) / (4.5 * Double.pi)
    case .spiral: hypot(1, t) / (3 * Double.pi)
    }
  }

  /// The density of the parameter on one branch; over all branches it integrates to 1.
  func density(_ t: Double) -> Double {
    let (lower, upper) = parameters
    switch self {
    case .spiral: return t / (upper * upper)
    default: return 1 / (upper - lower) / Double(branches)
    }
  }

  /// The parameter at which a fraction `u` of the branch lies behind.
  func parameter(at u: Double) -> Double {
    let (lower, upper) = parameters
    return self == .spiral ? upper * u.squareRoot() : lower + (upper - lower) * u
  }

  /// The lower end of the noise range of the unit curve without noise, as `BandwidthEdge` finds it:
  /// for the limit 1 within 0.002, from the data scale down.
  ///
  /// A number, because the search takes over a second: the smaller σ, the more nodes a curve needs.
  var noiseFloor: Double {
    switch self {
    case .circle: 0.06207796158565031
    case .swissRoll: 0.005277572613921698
    case .twoMoons: 0.0034436733300603995
    case .spiral: 0.010619474913249907
    }
  }
}
