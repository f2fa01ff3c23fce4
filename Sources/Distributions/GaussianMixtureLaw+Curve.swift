public import ForwardProcess
internal import Glibc
internal import LinearAlgebra
internal import Statistics

extension GaussianMixtureLaw {
  /// The information curve: by quadrature on a line and in the plane, else by Monte Carlo with
  /// standard errors.
  ///
  /// Given the component k the posterior is normal, and `E p(k|x) = w_k`, so `C = Σ_k w_k Σ_j
  /// λ_kj/(λ_kj+σ²) + E Σ_k p(k|x) ‖E[y|x, k] − E[y|x]‖²/σ²`: the first term is a closed form, the
  /// second is left to quadrature (error below 1e-8) or to `MixtureSampler`. Where every component
  /// has full rank, `H[y|x] = H[y] − H[x] + (D/2) log 2πe σ²` by the same means, else nil, and with
  /// it the variances. These come from convolutions on a grid (`DensityGrid`, error below 1e-6);
  /// where the data's extent is so many of its narrowest deviations that the grid would have more
  /// than 4e5 nodes or 2048 along a coordinate, from Monte Carlo, that of h nil where it rests on
  /// rare events. Components without spread are points, see `PointsLaw`. Where narrow components
  /// are so long that quadrature would take more than 4e5 tiles, Monte Carlo takes its place.
  public func informationCurve(
    at sigmas: [Double], sampling: CurveSampling
  ) -> [InformationPoint] {
    precondition(sigmas.allSatisfy { $0 > 0 && $0.isFinite })
    if let points { return points.informationCurve(at: sigmas, sampling: sampling) }
    let sampler = MixtureSampler(law: self, workers: sampling.workers)
    let (dataEntropy, grid) = (dataEntropy, makeGrid())
    let exact = sampling.workers.map(sigmas.count) { level in
      Exact(point: quadraturePoint(sigma: sigmas[level], dataEntropy: dataEntropy, grid: grid))
    }
    return sigmas.indices.map { level in
      let sampled = { sampler.point(sigma: sigmas[level], level: level, sampling: sampling) }
      guard let point = exact[level].point else { return sampled() }
      return hasDensity && grid == nil ? Self.adding(variancesOf: sampled(), to: point) : point
    }
  }

  /// The exact `point` with sampled variances, that of h only where the samples have seen what
  /// makes it.
  private static func adding(
    variancesOf sampled: InformationPoint, to point: InformationPoint
  ) -> InformationPoint {
    InformationPoint(
      sigma: point.sigma, entropyRate: point.entropyRate,
      conditionalEntropy: point.conditionalEntropy,
      posteriorEntropyVariance: sampled.restsOnRareEvents ? nil : sampled.posteriorEntropyVariance,
      surprisalVariance: sampled.surprisalVariance)
  }

  private struct Exact: Sendable { let point: InformationPoint? }

  /// Whether every component has full rank, so that the law has a density.
  var hasDensity: Bool { components.allSatisfy { $0.rank == dimension } }

  /// `C` but for what the component adds: `Σ_k w_k Σ_j λ_kj/(λ_kj+σ²)`.
  func rateWithin(sigma: Double) -> Double {
    zip(weights, components).reduce(0) { $0 + $1.0 * $1.1.rate(sigma: sigma) }
  }

  /// The differential entropy of the law in nats, by quadrature; nil without a density or a plane.
  private var dataEntropy: Double? {
    guard hasDensity, let quadrature = quadrature(sigma: 0) else { return nil }
    let moments = quadrature.moments()
    return -moments.logDensity / moments.mass
  }

  /// The rule at `sigma`, nil beyond a plane or where it would take too long.
  private func quadrature(sigma: Double) -> MixtureQuadrature? {
    guard dimension <= 2 else { return nil }
    let quadrature = MixtureQuadrature(self, sigma: sigma)
    return quadrature.tiles < 4e5 ? quadrature : nil
  }

  private func quadraturePoint(
    sigma: Double, dataEntropy: Double?, grid: DensityGrid?
  ) -> InformationPoint? {
    guard let moments = quadrature(sigma: sigma)?.moments() else { return nil }
    let variances = grid?.variances(sigma: sigma / narrowest)
    // 2πe σ² as the sum of logarithms: σ² alone could leave the range of numbers.
    let noiseEntropy = (log(2 * Double.pi) + 1) / 2 + log(sigma)
    return InformationPoint(
      sigma: sigma, entropyRate: Estimate(rateWithin(sigma: sigma) + moments.between),
      conditionalEntropy: dataEntropy.map {
        Estimate($0 + moments.logDensity / moments.mass + Double(dimension) * noiseEntropy)
      }, posteriorEntropyVariance: variances.map { Estimate($0.posteriorEntropy) },
      surprisalVariance: variances.map { Estimate($0.surprisal) })
  }

  /// The limit of C as σ → 0: the mean dimension of the components.
  var supportDimension: Double {
    zip(weights, components).reduce(0) { $0 + $1.0 * Double($1.1.rank) }
  }

  /// From where C is within 0.05 % of its limit, the mean rank, to 20 times the largest standard
  /// deviation.
  ///
  /// Below the first σ at which `Σ_k w_k Σ_j σ²/(λ_kj+σ²)`, over positive λ, is 0.05 % of the
  /// limit, σ falls by thirds until the components are decided to the same accuracy as well, though
  /// not below 1e-3 of the data scale.
  func makeNoiseRange() -> NoiseRange {
    if let points { return points.noiseRange }
    let tolerance = 0.0005 * supportDimension
    let largest = largestDeviation
    var (low, high) = (log(largest) - 25, log(largest))
    for _ in 0..<60 {
      let middle = (low + high) / 2
      if supportDimension - rateWithin(sigma: exp(middle)) <= tolerance {
        low = middle
      } else {
        high = middle
      }
    }
    var minimum = exp(low)
    let sampling = CurveSampling(samples: 2048, seed: 0, workers: Workers(count: 1))
    while !hasDensity && minimum > 1e-3 * moments.scale {
      let rate = informationCurve(at: [minimum], sampling: sampling)[0].entropyRate.value
      if abs(rate - supportDimension) <= 2 * tolerance { break }
      minimum /= 1.5
    }
    return NoiseRange(minimum: minimum, maximum: 20 * largest) ?? PointsLaw.undecidedRange
  }

  /// The largest standard deviation of the mixture along any direction.
  private var largestDeviation: Double {
    guard dimension <= 1024 else { return moments.totalVariance.squareRoot() }
    var covariance = Matrix<Double>(rows: dimension, columns: dimension)
    for (k, component) in components.enumerated() {
      component.addCovariance(to: &covariance, scale: weights[k])
      for i in 0..<dimension {
        for j in 0..<dimension {
          covariance[i, j] += weights[k] * centredMeans[k, i] * centredMeans[k, j]
        }
      }
    }
    let largest = SymmetricEigen(covariance)?.values.last ?? moments.totalVariance
    return max(largest, moments.totalVariance / Double(dimension)).squareRoot()
  }
}
