internal import Glibc

/// The Curie–Weiss model `m = tanh(m/T + h)` of a decision between two points (Ambrogioni 2025,
/// Equation 28).
///
/// For the points ±v of weights w₁ and w₂, `m = x_v/|v|`, `T = σ²/|v|²` and `h = ½ log(w₁/w₂)`;
/// other points act as a field that depends on x, near a decision all but constant.
public struct CurieWeiss: Sendable {
  /// The field h in nats.
  public let field: Double

  /// The model of a field.
  public init(field: Double) { self.field = field }

  /// The magnetisation against the field at which the solution on that side is about to vanish: it
  /// solves `m = tanh(m/T + h)` where the slope of the right side is that of the left, `T = 1 −
  /// m²`.
  ///
  /// With h > 0 it is negative; 0 for h = 0.
  public var criticalMagnetization: Double {
    // artanh m = m/(1 − m²) + h: the difference of the two sides rises with −m from −h to infinity.
    let h = abs(field)
    guard h > 0 else { return 0 }
    var (low, high) = (0.0, 1.0)
    for _ in 0..<200 {
      let m = (low + high) / 2
      if m / (1 - m * m) - atanh(m) < h { low = m } else { high = m }
    }
    return -copysign((low + high) / 2, field)
  }

  /// The temperature at which the solution against the field vanishes: 1 without a field, less with
  /// one.
  public var criticalTemperature: Double {
    let m = criticalMagnetization
    return 1 - m * m
  }

  /// How far m jumps there, 0 without a field.
  public var jump: Double {
    guard field != 0 else { return 0 }
    return abs(solution(temperature: criticalTemperature) - criticalMagnetization)
  }

  /// The solution on the side of the field, or of 1 without one, which is there at every
  /// temperature.
  public func solution(temperature: Double) -> Double {
    let h = abs(field)
    // tanh(m/T + h) − m is positive at 0 (with a field) and negative at 1, and concave between.
    var (low, high) = (h > 0 ? 0 : 1e-12, 1.0)
    if h == 0 && temperature >= 1 { return 0 }
    for _ in 0..<200 {
      let m = (low + high) / 2
      if tanh(m / temperature + h) > m { low = m } else { high = m }
    }
    return field < 0 ? -(low + high) / 2 : (low + high) / 2
  }
}
