public import LinearAlgebra
public import Statistics

/// The eigenvalues of the Fisher information at one noise level, averaged over samples.
///
/// `σ² I(x) = 1 + σ² ∇s(x) = Cov(y|x)/σ²`, the *dimensionless* Fisher matrix (Ambrogioni 2025,
/// Equations 40 and 41), has an eigenvalue of 1 in directions in which the data look continuous, so
/// that they stay as uncertain as the noise, and 0 in those in which they are far better known. Its
/// trace has the mean `C(σ)`. The Jacobian of a network need not be symmetric: its symmetric part
/// is taken, and the rest is reported as `asymmetry`.
///
/// Eigenvalues are computed from `1 + σ (σ J)`, without over- or underflow between σ = 1e-150 and
/// 1e150. With `ε = 1.1e-16` an eigenvalue is off by up to about `D ε (1 + ‖σ² J‖)`, of rounding
/// here, and `σ² ‖δJ‖` for an error `δJ` of the Jacobian: absolute, not relative. At large σ, where
/// eigenvalues fall as σ⁻², they thus lose their last digits when σ is 1e8 data scales in double
/// precision, and 1e3 for a Jacobian in single precision.
public struct InformationSpectrum: Sendable {
  /// The dimension D of the space.
  public let dimension: Int
  /// The noise level σ.
  public let sigma: Double
  /// Consecutive samples that are not independent of each other: 1, or 2 for pairs.
  public let clusterSize: Int
  /// The D eigenvalues, then the quantities of `Extra`.
  private var means: WeightedMeans

  private enum Extra: Int, CaseIterable {
    case fisherTrace
    case jacobianTrace
    case softCount
    case asymmetry
  }

  /// No samples yet.
  public init(dimension: Int, sigma: Double, clusterSize: Int = 1) {
    precondition(dimension >= 1 && sigma > 0 && clusterSize >= 1)
    (self.dimension, self.sigma, self.clusterSize) = (dimension, sigma, clusterSize)
    means = WeightedMeans(quantities: dimension + Extra.allCases.count)
  }

  /// Adds samples by the Jacobians of the score there, `(B, D · D)`, in 1/length².
  ///
  /// `weights` `(B)` are importance weights, of mean 1 over all that could be drawn; all 1 if nil.
  /// B is a multiple of the cluster size, samples of a cluster beside each other. A Jacobian that
  /// is not finite makes every mean NaN.
  public mutating func add(_ jacobians: Matrix<Double>, weights: [Double]? = nil) {
    precondition(jacobians.columns == dimension * dimension)
    precondition(jacobians.rows % clusterSize == 0)
    precondition(weights.map { $0.count == jacobians.rows } ?? true)
    for first in stride(from: 0, to: jacobians.rows, by: clusterSize) {
      var sums = [Double](repeating: 0, count: dimension + Extra.allCases.count)
      var weight = 0.0
      for row in first..<first + clusterSize {
        let w = weights?[row] ?? 1
        weight += w
        for (index, value) in quantities(jacobians, row: row).enumerated() {
          sums[index] += w * value
        }
      }
      let size = Double(clusterSize)
      means.add(sums.map { $0 / size }, weight: weight / size)
    }
  }

  /// Adds all samples of `other`, of the same dimension, level and cluster size.
  public mutating func merge(_ other: InformationSpectrum) {
    precondition(
      other.dimension == dimension && other.sigma == sigma && other.clusterSize == clusterSize)
    means.merge(other.means)
  }

  /// What is averaged, at one sample: NaN throughout if its Jacobian is not finite.
  private func quantities(_ jacobians: Matrix<Double>, row: Int) -> [Double] {
    var fisher = Matrix<Double>(rows: dimension, columns: dimension)
    var (trace, square, skew) = (Double(dimension), 0.0, 0.0)
    for i in 0..<dimension {
      for j in 0..<dimension {
        // One factor at a time: σ² alone could leave the range of numbers.
        let a = sigma * (sigma * jacobians[row, i * dimension + j])
        let b = sigma * (sigma * jacobians[row, j * dimension + i])
        square += a * a
        skew += (a - b) * (a - b)
        fisher[i, j] = (i == j ? 1 : 0) + (a + b) / 2
        if i == j { trace += a }
      }
    }
    guard let values = SymmetricEigen.values(of: fisher) else {
      return Array(repeating: .nan, count: dimension + Extra.allCases.count)
    }
    return values + [
      values.reduce(0, +), trace, Double(values.count { $0 > 0.5 }),
      square > 0 ? (skew / square).squareRoot() : 0,
    ]
  }
}

extension InformationSpectrum {
  /// The number of clusters so far.
  public var clusters: Int { Int(means.count) }

  /// The means of the eigenvalues `μ_1 ≤ … ≤ μ_D` of `σ² I(x)`, `(D)`, sorted at each sample.
  public var eigenvalues: [Estimate] { (0..<dimension).map { means.mean($0) } }

  /// The means of the eigenvalues `(μ_j − 1)/σ²` of the Jacobian `∇s`, `(D)`, ascending, in
  /// 1/length².
  public var jacobianEigenvalues: [Estimate] {
    eigenvalues.map { $0.scaled(by: 1 / sigma / sigma, offset: -1 / sigma / sigma) }
  }

  /// `C(σ)` by the trace of the Fisher matrix, `E Σ μ_j`, in nats per unit of `ln σ`.
  public var fisherTrace: Estimate { mean(.fisherTrace) }

  /// `C(σ)` by the exact divergence, `D + σ² E[∇·s]`, in nats per unit of `ln σ`.
  ///
  /// The Fisher trace before eigenvalues were taken: the two agree to rounding.
  public var jacobianTrace: Estimate { mean(.jacobianTrace) }

  /// The mean number of eigenvalues above 1/2: directions in which the data look continuous rather
  /// than decided.
  public var softCount: Estimate { mean(.softCount) }

  /// The mean of `‖J − Jᵀ‖/‖J‖` (Frobenius norms), between 0 for a gradient field and 2.
  public var asymmetry: Estimate { mean(.asymmetry) }

  private func mean(_ extra: Extra) -> Estimate { means.mean(dimension + extra.rawValue) }
}
