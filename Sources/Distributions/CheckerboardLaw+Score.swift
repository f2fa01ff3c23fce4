internal import Glibc
public import LinearAlgebra

extension CheckerboardLaw {
  /// The posterior of `t = (y − x)/σ` at one point.
  private struct Posterior {
    var logDensity: Double
    var mean: (Double, Double)
    var variance: (Double, Double)
    var covariance: Double

    init(law: CheckerboardLaw, lines: [Double], x: Double, y: Double, sigma: Double) {
      let even = (
        ParityPosterior(x: x, sigma: sigma, lines: lines, parity: 0),
        ParityPosterior(x: y, sigma: sigma, lines: lines, parity: 0)
      )
      let odd = (
        ParityPosterior(x: x, sigma: sigma, lines: lines, parity: 1),
        ParityPosterior(x: y, sigma: sigma, lines: lines, parity: 1)
      )
      let (a, b) = (even.0.logMass + even.1.logMass, odd.0.logMass + odd.1.logMass)
      let (p, q) = (1 / (1 + exp(b - a)), 1 / (1 + exp(a - b)))
      let gap = (even.0.mean - odd.0.mean, even.1.mean - odd.1.mean)
      mean = (
        p * even.0.mean + q * odd.0.mean, p * even.1.mean + q * odd.1.mean
      )
      variance = (
        p * even.0.variance + q * odd.0.variance + p * q * gap.0 * gap.0,
        p * even.1.variance + q * odd.1.variance + p * q * gap.1 * gap.1
      )
      covariance = p * q * gap.0 * gap.1
      let area = log(Double(law.squares)) + 2 * log(law.width)
      logDensity = max(a, b) + log1p(exp(-abs(a - b))) - area
    }
  }

  private func posteriors(at x: Matrix<Double>, sigma: Double) -> [Posterior] {
    precondition(x.columns == 2 && sigma > 0)
    let lines = lines
    return (0..<x.rows).map {
      Posterior(law: self, lines: lines, x: x[$0, 0], y: x[$0, 1], sigma: sigma)
    }
  }

  /// `log p_σ(x)`, of the sum of two products of normal masses, at the rows of `x`, `(B)`, in nats.
  public func logDensity(at x: Matrix<Double>, sigma: Double) -> [Double] {
    posteriors(at: x, sigma: sigma).map(\.logDensity)
  }

  /// The scores `E[y − x|x]/σ²` at the rows of `x`, `(B, 2)`.
  public func score(at x: Matrix<Double>, sigma: Double) -> Matrix<Double> {
    Matrix(
      rows: x.rows, columns: 2,
      elements: posteriors(at: x, sigma: sigma).flatMap { [$0.mean.0 / sigma, $0.mean.1 / sigma] })
  }

  /// The Jacobians `(Cov(y|x)/σ² − 1)/σ²` at the rows of `x`, `(B, 4)`.
  public func jacobian(at x: Matrix<Double>, sigma: Double) -> Matrix<Double> {
    let scale = 1 / sigma / sigma
    return Matrix(
      rows: x.rows, columns: 4,
      elements: posteriors(at: x, sigma: sigma).flatMap {
        [
          scale * ($0.variance.0 - 1), scale * $0.covariance, scale * $0.covariance,
          scale * ($0.variance.1 - 1),
        ]
      })
  }

  /// The divergences `(tr Cov(y|x)/σ² − 2)/σ²` at the rows of `x`, `(B)`.
  public func divergence(at x: Matrix<Double>, sigma: Double) -> [Double] {
    posteriors(at: x, sigma: sigma).map { ($0.variance.0 + $0.variance.1 - 2) / sigma / sigma }
  }
}
