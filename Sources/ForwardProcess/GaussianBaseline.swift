internal import Glibc
public import LinearAlgebra

/// The normal law with the mean and covariance of some data, and its optimal denoiser, which is
/// linear.
///
/// No law of these moments has a larger entropy rate at any noise level, nor a larger differential
/// entropy: the linear denoiser is the best one for the normal law, and does as well for every
/// other (Kong, Brekelmans and Ver Steeg 2023, Equation 13). Its expected loss is known whatever
/// the data.
public struct GaussianBaseline: Sendable {
  /// The eigenvalues λ of the covariance, `(D)`, none negative: ascending, or along the axes.
  public let eigenvalues: [Double]
  let mean: [Double]
  /// nil where the axes are eigenvectors, in their order.
  let eigenvectors: Matrix<Double>?
  /// By how much rounding may have changed an eigenvalue.
  private let rounding: Double

  /// The baseline of data from `source`; nil where its covariance is not known.
  public init?(_ source: some SampleSource) {
    guard let covariance = source.covariance else { return nil }
    mean = source.moments.mean
    let axes = mean.indices
    guard axes.contains(where: { i in axes.contains { $0 != i && covariance[i, $0] != 0 } }) else {
      (eigenvalues, eigenvectors, rounding) = (axes.map { covariance[$0, $0] }, nil, 0)
      return
    }
    guard let eigen = SymmetricEigen(covariance) else { return nil }
    // Below rounding an eigenvalue is as good as 0.
    let most = max(0, eigen.values.last ?? 0)
    rounding = 4 * .ulpOfOne * Double(mean.count) * most
    eigenvalues = eigen.values.map { $0 > 1e-14 * most ? $0 : 0 }
    eigenvectors = eigen.vectors
  }

  /// The baseline of data of which only `moments` are known: normal with the same spread `tr Cov/D`
  /// in every direction.
  ///
  /// By Jensen's inequality its entropies are larger still than those of the normal law with the
  /// data's covariance. All that is said here of data with the baseline's moments holds for data
  /// with its mean and total variance.
  public init(isotropic moments: DataMoments) {
    let dimension = moments.mean.count
    eigenvalues = Array(
      repeating: moments.totalVariance / Double(dimension), count: dimension)
    mean = moments.mean
    (eigenvectors, rounding) = (nil, 0)
  }

  /// The entropy rate `Σ λ/(λ + σ²)` of the normal law, in nats per unit of `ln σ`.
  public func entropyRate(sigma: Double) -> Double {
    eigenvalues.reduce(0) { $0 + $1 / ($1 + sigma * sigma) }
  }

  /// The integral of `entropyRate` from `sigma` to infinity, `½ Σ log(1 + λ/σ²)`, in nats: more
  /// than any law of these moments decides above that noise level.
  public func entropy(above sigma: Double) -> Double {
    eigenvalues.reduce(0) { $0 + log1p($1 / sigma / sigma) / 2 }
  }

  /// The differential entropy `½ Σ log(2πe λ)` in nats; nil where some direction has no variance.
  public var differentialEntropy: Double? {
    guard eigenvalues.allSatisfy({ $0 > 0 }) else { return nil }
    return eigenvalues.reduce(0) { $0 + (log(2 * Double.pi * $1) + 1) / 2 }
  }

  /// The factors `σ/(λ + σ²)` of the linear denoiser, 0 in directions in which rounding of λ would
  /// change its loss by more than 1e-10 nats.
  private func factors(sigma: Double) -> [Double] {
    eigenvalues.map {
      let factor = sigma / ($0 + sigma * sigma)
      return factor * factor * rounding > 1e-10 ? 0 : factor
    }
  }

  /// The expected loss `E‖z − ẑ‖²` of `predictedNoise` on any data with these moments, in nats per
  /// unit of `ln σ`: `Σ (1 − σ f)² + λ f²` with its factors f, which is `entropyRate` but for
  /// rounding.
  public func expectedLoss(sigma: Double) -> Double {
    zip(eigenvalues, factors(sigma: sigma)).reduce(0) {
      $0 + ($1.1 > 0 ? $1.0 / ($1.0 + sigma * sigma) : 1)
    }
  }

  /// The noise `σ (Σ + σ²)⁻¹ (x − E y)` that the linear denoiser predicts at the rows of `x`, `(B,
  /// D)`; 0 in directions whose variance is lost to rounding.
  public func predictedNoise(at x: Matrix<Double>, sigma: Double) -> Matrix<Double> {
    precondition(x.columns == mean.count && sigma > 0)
    var centred = x
    for row in 0..<x.rows { for j in mean.indices { centred[row, j] -= mean[j] } }
    let factors = factors(sigma: sigma)
    func scale(_ matrix: inout Matrix<Double>) {
      for row in 0..<x.rows { for j in mean.indices { matrix[row, j] *= factors[j] } }
    }
    guard let eigenvectors else {
      scale(&centred)
      return centred
    }
    var along = Matrix<Double>.product(centred, eigenvectors, transposingRight: true)
    scale(&along)
    return .product(along, eigenvectors)
  }
}
