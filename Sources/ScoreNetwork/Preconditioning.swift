internal import Glibc

/// The preconditioning of Karras and others (2022, Table 1) in the noise predictor's form.
///
/// With the data scale s, `ρ = √(σ² + s²)` and the scaled point `u = (x − mean)/ρ`, the published
/// `D(x) = c_skip x + c_out F(c_in x, ·)`, `c_skip = s²/ρ²`, `c_out = σ s/ρ`, `c_in = 1/ρ`, gives
/// the predicted noise `ẑ = (x − D)/σ = keep · u − gain · F` with `keep = σ/ρ` and `gain = s/ρ`,
/// which needs no difference of nearly equal numbers at small σ. `keep² + gain² = 1`.
///
/// Training minimises Equation 10, `‖z − ẑ‖² = gain² ‖F − F*‖²`: as the published loss of F with
/// the weight `s²/(σ² + s²)` in place of 1.
public struct Preconditioning: Sendable, Equatable {
  /// The mean of the data, `(D)`.
  public let mean: [Double]
  /// The data scale s, positive: the root of the mean variance over coordinates.
  public let scale: Double

  /// Preconditioning for data of this mean and scale.
  public init(mean: [Double], scale: Double) {
    precondition(scale > 0 && scale.isFinite)
    self.mean = mean
    self.scale = scale
  }

  /// The coefficients at one noise level.
  public struct Coefficients: Sendable {
    /// `1/ρ`: from the centred point to the network's input.
    public let inputScale: Double
    /// `σ/ρ`: what of the scaled input is noise when the data are Gaussian of scale s.
    public let keep: Double
    /// `s/ρ`: how far the network's output moves the predicted noise.
    public let gain: Double
  }

  /// The coefficients at noise level `sigma`.
  public func coefficients(sigma: Double) -> Coefficients {
    let rho = hypot(sigma, scale)
    return Coefficients(inputScale: 1 / rho, keep: sigma / rho, gain: scale / rho)
  }
}
