public import ForwardProcess
internal import Glibc
internal import Statistics

extension GaussianLaw {
  /// The exact information curve, in closed form; `sampling` is not used.
  ///
  /// `C = Σ λ/(λ+σ²)` (Ambrogioni 2025, Eqs. 19–22 for a general covariance). The posterior is
  /// normal with eigenvalues `λσ²/(λ+σ²)` wherever x is, so its entropy has no variance; where the
  /// law has full rank, `H[y|x] = ½ Σ log(2πe λσ²/(λ+σ²))` and the surprisal is half a χ² with D
  /// degrees of freedom up to a constant, of variance `D/2`. Differential entropy is nil below full
  /// rank.
  public func informationCurve(
    at sigmas: [Double], sampling: CurveSampling
  ) -> [InformationPoint] {
    sigmas.map { sigma in
      let variance = sigma * sigma
      let isFullRank = rank == dimension
      let entropy = eigenvalues.reduce(0) {
        // By logarithms: products and quotients of λ and σ² could leave the range of numbers.
        $0 + (log(2 * Double.pi) + log(variance) + log($1) - log($1 + variance) + 1) / 2
      }
      return InformationPoint(
        sigma: sigma,
        entropyRate: Estimate(rate(sigma: sigma)),
        conditionalEntropy: isFullRank ? Estimate(entropy) : nil,
        posteriorEntropyVariance: Estimate(0),
        surprisalVariance: isFullRank ? Estimate(Double(dimension) / 2) : nil)
    }
  }

  /// `C(σ) = Σ λ/(λ+σ²)`.
  func rate(sigma: Double) -> Double {
    eigenvalues.reduce(0) { $0 + $1 / ($1 + sigma * sigma) }
  }

  /// From where the bandwidth is within 0.05 % of its limit, the rank over D, to 20 times the
  /// largest standard deviation, where at most 0.25 % of it is left; `[0.01, 10]` for a law without
  /// spread.
  public var noiseRange: NoiseRange {
    let positive = eigenvalues.filter { $0 > 0 }
    guard let least = positive.min(), let largest = positive.max() else {
      return PointsLaw.undecidedRange
    }
    // Σ σ²/(λ+σ²) ascends in σ; between these two ends it passes 0.0005 times the rank.
    var (low, high) = (log(least) / 2 - 5, log(largest) / 2)
    for _ in 0..<60 {
      let middle = (low + high) / 2
      let variance = exp(2 * middle)
      let missing = positive.reduce(0) { $0 + variance / ($1 + variance) }
      if missing <= 0.0005 * Double(positive.count) { low = middle } else { high = middle }
    }
    guard let range = NoiseRange(minimum: exp(low), maximum: 20 * largest.squareRoot()) else {
      return PointsLaw.undecidedRange
    }
    return range
  }
}
