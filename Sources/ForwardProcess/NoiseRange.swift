internal import Glibc

/// The noise levels between `minimum` and `maximum` that a model is trained on or evaluated over.
///
/// A noise level is the standard deviation σ of the perturbing noise, in the units of the data; it
/// is the canonical coordinate, whatever the clock σ(t) of a diffusion.
public struct NoiseRange: Sendable, Equatable {
  /// The smallest noise level, positive.
  public let minimum: Double
  /// The largest noise level, greater than the smallest.
  public let maximum: Double

  /// The noise levels that can be: single precision carries them through a network.
  public static let bounds = 1e-30...1e30

  /// A range of noise levels; nil unless `0 < minimum < maximum`, both finite.
  public init?(minimum: Double, maximum: Double) {
    guard minimum > 0 && maximum > minimum && maximum.isFinite else { return nil }
    self.minimum = minimum
    self.maximum = maximum
  }

  /// Whether the level lies in the range, a millionth beyond its ends forgiven.
  public func contains(_ sigma: Double) -> Bool {
    sigma >= minimum * (1 - 1e-6) && sigma <= maximum * (1 + 1e-6)
  }

  /// The width of the range in `ln σ`.
  public var logWidth: Double { log(maximum) - log(minimum) }

  /// `count` levels at equal distances in `ln σ`, ascending, both ends included exactly.
  ///
  /// One level is the geometric middle of the range.
  public func levels(_ count: Int) -> [Double] {
    precondition(count >= 1)
    guard count > 1 else { return [(minimum * maximum).squareRoot()] }
    return (0..<count).map {
      switch $0 {
      case 0: minimum
      case count - 1: maximum
      default: exp(log(minimum) + logWidth * Double($0) / Double(count - 1))
      }
    }
  }
}
