internal import Glibc

/// A noise schedule σ(t): it turns rates per unit of `ln σ` into rates in time and changes nothing
/// else (MATHEMATICS, Setting: `dH/dt = (ν²/2σ²) dH/d ln σ`).
public enum Clock: Sendable, Equatable {
  /// `σ² = t`: constant ν = 1.
  case constant
  /// `σ = t` (Karras et al. 2022): ν² = 2t.
  case edm
  /// `σ = σ_min (σ_max/σ_min)^t`, t in [0, 1] (Song et al. 2021, variance exploding).
  case geometric(NoiseRange)

  /// The time at which the noise level is `sigma`.
  public func time(sigma: Double) -> Double {
    switch self {
    case .constant: sigma * sigma
    case .edm: sigma
    case .geometric(let range): (log(sigma) - log(range.minimum)) / range.logWidth
    }
  }

  /// `d ln σ/dt = ν²/2σ²` at noise level `sigma`: the factor from rates per `ln σ` to rates in time
  /// (Equation 17).
  public func logSigmaRate(sigma: Double) -> Double {
    switch self {
    case .constant: 1 / (2 * sigma * sigma)
    case .edm: 1 / sigma
    case .geometric(let range): range.logWidth
    }
  }
}
