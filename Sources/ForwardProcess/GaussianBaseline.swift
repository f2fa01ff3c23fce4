internal import Glibc
public import LinearAlgebra

/// The normal law with the mean and covariance of some data, and its optimal denoiser, which is linear.
///
/// No law of these moments has a larger entropy rate at any noise level, nor a larger differential
/// entropy: the linear denoiser is the best one for the normal law, and does as well for every other
/// (Kong, Brekelmans and Ver Steeg 2023, Equation 13). Its expected loss is known whatever the data.
public struct GaussianBaseline: Sendable {
  /// The eigenvalues λ of the covariance, ascending, `(D)`, none negative.
  public let eigenvalues: [Double]
  private let mean: [Double]
  /// nil where every direction is an eigenvector.
  private let eigenvectors: Matrix<Double>?

  /// The baseline of data from `source`; nil where its covariance is not known.
  public init?(_ source: some SampleSource) {
    guard let covariance = source.covariance, let eigen = SymmetricEigen(covariance) else {
      return nil
    }
    // Below rounding an eigenvalue is as good as 0.
    let least = 1e-14 * (eigen.values.last ?? 0)
    eigenvalues = eigen.values.map { $0 > least ? $0 : 0 }
    mean = source.moments.mean
    eigenvectors = eigen.vectors
  }

  /// The baseline of data of which only `moments` are known: normal with the same spread `tr Cov/D` in
  /// every direction.
  ///
  /// By Jensen's inequality its entropies are larger still than those of the normal law with the data's
  /// covariance. All that is said here of data with the baseline's moments holds for data with its
  /// mean and total variance.
  public init(isotropic moments: DataMoments) {
    let dimension = moments.mean.count
    eigenvalues = Array(
      repeating: moments.totalVariance / Double(dimension), count: dimension)
    mean = moments.mean
    eigenvectors = nil
  }

  /// The entropy rate `Σ λ/(λ + σ²)` of the normal law, in nats per unit of `ln σ`.
  ///
  /// The expected loss `E‖z − ẑ‖²` of `predictedNoise` on any data with these moments.
  public func entropyRate(sigma: Double) -> Double {
    eigenvalues.reduce(0) { $0 + $1 / ($1 + sigma * sigma) }
  }

  /// The integral of `entropyRate` from `sigma` to infinity, `½ Σ log(1 + λ/σ²)`, in nats: more than any
  /// law of these moments decides above that noise level.
  public func entropy(above sigma: Double) -> Double {
    eigenvalues.reduce(0) { $0 + log1p($1 / sigma / sigma) / 2 }
  }

  /// The differential entropy `½ Σ log(2πe λ)` in nats; nil where some direction has no variance.
  public var differentialEntropy: Double? {
    guard eigenvalues.allSatisfy({ $0 > 0 }) else { return nil }
    return eigenvalues.reduce(0) { $0 + (log(2 * Double.pi * $1) + 1) / 2 }
  }

  /// The noise `σ (Σ + σ²)⁻¹ (x − E y)` that the linear denoiser predicts at the rows of `x`, `(B, D)`.
  public func predictedNoise(at x: Matrix<Double>, sigma: Double) -> Matrix<Double> {
    precondition(x.columns == mean.count && sigma > 0)
    var centred = x
    for row in 0..<x.rows { for j in mean.indices { centred[row, j] -= mean[j] } }
    var along = eigenvectors.map { .product(centred, $0, transposingRight: true) } ?? centred
    let factors = eigenvalues.map { sigma / ($0 + sigma * sigma) }
    for row in 0..<x.rows { for j in mean.indices { along[row, j] *= factors[j] } }
    return eigenvectors.map { .product(along, $0) } ?? along
  }
}
