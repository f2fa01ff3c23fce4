internal import Glibc
public import LinearAlgebra

extension HypersphereLaw {
  /// What score and Jacobian have in common at one point.
  private struct Radial {
    /// `‖x‖`.
    let r: Double
    /// `σ s(x)` along the outward normal.
    let pull: Double
    /// `tr Cov(y|x)/σ²`.
    let variance: Double
    /// `Cov(y|x)/σ²` along the surface.
    let tangent: Double
    /// `E[y|x]/x`.
    let gain: Double
    /// `log p_σ(x)`.
    let logDensity: Double

    init(law: HypersphereLaw, length: Double, sigma: Double) {
      let (D, ρ) = (Double(law.dimension), law.radius / sigma)
      r = length
      let s = r / sigma
      // Beyond 1e300 the ratio is 1 to all digits.
      let bessel = BesselRatio(dimension: law.dimension, kappa: min(ρ * s, 1e300))
      // R A − r as (R − r) − R (1 − A): near the surface R A and r are nearly equal.
      pull = (law.radius - r) / sigma - ρ * bessel.complement
      // ρ² (1 − A²), with 1 − A² as a product, since A is nearly 1 at small σ.
      variance = ρ * (ρ * (bessel.complement * (1 + bessel.ratio)))
      tangent = ρ * (ρ * bessel.slope)
      gain = r > 1e-3 * law.radius ? law.radius / r * bessel.ratio : tangent
      logDensity =
        bessel.logScaled - (s - ρ) * (s - ρ) / 2 - D * (log(2 * Double.pi) / 2 + log(sigma))
    }
  }

  private func radial(at x: Matrix<Double>, row: Int, sigma: Double) -> Radial {
    precondition(x.columns == dimension && sigma > 0)
    // In units of the largest coordinate, whose square could leave the range of numbers.
    let unit = x.row(row).reduce(0) { max($0, abs($1)) }
    let square = x.row(row).reduce(0) { unit > 0 ? $0 + ($1 / unit) * ($1 / unit) : 0 }
    return Radial(law: self, length: unit * square.squareRoot(), sigma: sigma)
  }

  /// `log p_σ(x) = −(r − R)²/2σ² + log(Γ(ν+1)(2/κ)^ν I_ν(κ) e^{−κ}) − (D/2) log 2πσ²` at the rows
  /// of `x`, `(B)`, in nats; `r = ‖x‖`, `κ = R r/σ²`, `ν = D/2 − 1`.
  public func logDensity(at x: Matrix<Double>, sigma: Double) -> [Double] {
    (0..<x.rows).map { radial(at: x, row: $0, sigma: sigma).logDensity }
  }

  /// The scores `(R A(κ) − r)/σ² x/r` at the rows of `x`, `(B, D)`.
  public func score(at x: Matrix<Double>, sigma: Double) -> Matrix<Double> {
    var result = x
    for row in 0..<x.rows {
      let radial = radial(at: x, row: row, sigma: sigma)
      // Near the origin x/r has no direction: there the score is (R² A/(κ σ²) − 1) x/σ².
      let factor =
        radial.r > 1e-3 * radius
        ? radial.pull / sigma / radial.r : (radial.gain - 1) / sigma / sigma
      for j in 0..<dimension { result[row, j] *= factor }
    }
    return result
  }

  /// The posterior means `R A(κ) x/r` at the rows of `x`, `(B, D)`.
  public func denoised(at x: Matrix<Double>, sigma: Double) -> Matrix<Double> {
    var result = x
    for row in 0..<x.rows {
      let gain = radial(at: x, row: row, sigma: sigma).gain
      for j in 0..<dimension { result[row, j] *= gain }
    }
    return result
  }

  /// The divergences `(R² (1 − A²)/σ² − D)/σ²` at the rows of `x`, `(B)`.
  public func divergence(at x: Matrix<Double>, sigma: Double) -> [Double] {
    (0..<x.rows).map {
      (radial(at: x, row: $0, sigma: sigma).variance - Double(dimension)) / sigma / sigma
    }
  }

  /// The Jacobians `(Cov(y|x)/σ² − 1)/σ²` at the rows of `x`, `(B, D · D)`.
  ///
  /// The covariance is `R² A/κ` along the surface, and what is left of the trace `R² (1 − A²)`
  /// along x.
  public func jacobian(at x: Matrix<Double>, sigma: Double) -> Matrix<Double> {
    let (D, scale) = (dimension, 1 / sigma / sigma)
    var result = Matrix<Double>(rows: x.rows, columns: D * D)
    for row in 0..<x.rows {
      let radial = radial(at: x, row: row, sigma: sigma)
      let along = max(0, radial.variance - Double(D - 1) * radial.tangent)
      let excess = radial.r > 0 ? scale * (along - radial.tangent) : 0
      let normal = x.row(row).map { radial.r > 0 ? $0 / radial.r : 0 }
      for i in 0..<D {
        for j in 0..<D { result[row, i * D + j] = excess * normal[i] * normal[j] }
        result[row, i * D + i] += scale * (radial.tangent - 1)
      }
    }
    return result
  }
}
