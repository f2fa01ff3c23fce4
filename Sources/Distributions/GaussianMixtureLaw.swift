public import ForwardProcess
internal import Glibc
public import LinearAlgebra
public import Randomness

/// A mixture of normal distributions with any weights, means and covariances, rank-deficient ones
/// included.
///
/// Noised data are the mixture of the noised components: the posterior of the component is a
/// softmax, and given it everything is a closed form of `GaussianLaw`.
public struct GaussianMixtureLaw: Law {
  /// The components of positive weight.
  public let components: [GaussianLaw]
  /// The weights of the components, `(K)`, positive, their sum 1.
  public let weights: [Double]
  /// The mean and total variance of the mixture.
  public let moments: DataMoments
  /// The dimension D of the space.
  public var dimension: Int { moments.mean.count }

  /// `log w_k`, `(K)`.
  let logWeights: [Double]
  /// The means of the components minus that of the mixture, `(K, D)`.
  let centredMeans: Matrix<Double>
  /// The law of finitely many points that the mixture is if no component has a spread.
  let points: PointsLaw?
  private let mean: Matrix<Double>
  private let table: AliasTable
  private let range = Lazy<NoiseRange>()

  /// The law that takes `components` with `weights`, `(K)`.
  ///
  /// Components of weight 0 are dropped. Throws `LawError` unless there is a component, all have
  /// one dimension, and the weights are one a component, none negative, with a sum within 1e-6 of
  /// 1; they are then normalised.
  public init(components: [GaussianLaw], weights: [Double]) throws {
    try Self.validate(components, weights)
    let sum = weights.reduce(0, +)
    let kept = components.indices.filter { weights[$0] > 0 }
    let (laws, shares) = (kept.map { components[$0] }, kept.map { weights[$0] / sum })
    (self.components, self.weights, logWeights) = (laws, shares, shares.map { log($0) })
    let means = Matrix(laws.map(\.mean))
    if laws.allSatisfy({ $0.rank == 0 }) {
      let points = try PointsLaw(points: means, weights: shares)
      (self.points, moments) = (points, points.moments)
    } else {
      points = nil
      moments = Self.moments(laws, shares, means)
    }
    mean = Matrix([moments.mean])
    var centred = means
    for k in 0..<means.rows {
      for j in 0..<means.columns { centred[k, j] -= moments.mean[j] }
    }
    centredMeans = centred
    table = AliasTable(shares)
  }

  /// The entropy of the points that the mixture consists of if no component has a spread, else nil.
  public var entropy: Double? { points?.entropy }

  /// The covariance `Σ w_k (Σ_k + (m_k − E y)(m_k − E y)ᵀ)`, `(D, D)`; nil for
  /// `D > largestCovariance`.
  public var covariance: Matrix<Double>? {
    guard dimension <= largestCovariance else { return nil }
    var result = Matrix<Double>(rows: dimension, columns: dimension)
    for (k, weight) in weights.enumerated() {
      components[k].addCovariance(to: &result, scale: weight)
      for i in 0..<dimension {
        for j in 0..<dimension {
          result[i, j] += weight * centredMeans[k, i] * centredMeans[k, j]
        }
      }
    }
    return result
  }
  /// The pick of a component and its spread.
  public var ingredients: SampleIngredients {
    SampleIngredients(uniforms: 1, normals: dimension)
  }

  /// The range from where the bandwidth is within 0.05 % of its limit to 20 times the largest
  /// standard deviation; see `makeNoiseRange()`.
  public var noiseRange: NoiseRange { range.value(makeNoiseRange) }

  /// Overwrites the rows of `y` with samples minus the mean.
  public func drawCentred(
    into y: MatrixView<Float>, scratch: MatrixView<Float>, stream: RandomStream, firstSample: Int
  ) {
    stream.with(.dataNormal).fillNormal(scratch, firstSample: firstSample)
    let picks = stream.with(.data)
    centredMeans.withReadOnlyView { means in
      for row in 0..<y.rows {
        let k = table.draw(picks, sample: firstSample + row)
        y.row(row).copy(converting: means.row(k))
        components[k].addSpread(scratch.row(row), to: y.row(row))
      }
    }
  }

  /// Overwrites the rows of `y` with samples.
  public func draw(
    into y: MatrixView<Double>, scratch: MatrixView<Double>, stream: RandomStream, firstSample: Int
  ) {
    stream.with(.dataNormal).fillNormal(scratch, firstSample: firstSample)
    let picks = stream.with(.data)
    mean.withReadOnlyView { mean in
      centredMeans.withReadOnlyView { means in
        for row in 0..<y.rows {
          let k = table.draw(picks, sample: firstSample + row)
          y.row(row).copy(from: means.row(k))
          y.row(row).update(adding: 1, times: mean.row(0))
          components[k].addSpread(scratch.row(row), to: y.row(row))
        }
      }
    }
  }
}

extension GaussianMixtureLaw {
  private static func validate(_ components: [GaussianLaw], _ weights: [Double]) throws {
    guard let first = components.first else {
      throw LawError.invalid(key: "components", expected: "at least one", found: "none")
    }
    guard weights.count == components.count else {
      throw LawError.invalid(
        key: "weights", expected: "\(components.count) weights, one a component",
        found: "\(weights.count)")
    }
    for (k, component) in components.enumerated() where component.dimension != first.dimension {
      throw LawError.invalid(
        key: "components[\(k)].mean", expected: "\(first.dimension) numbers as in the first one",
        found: "\(component.dimension)")
    }
    if let k = weights.firstIndex(where: { !($0 >= 0 && $0.isFinite) }) {
      throw LawError.invalid(
        key: "components[\(k)].weight", expected: "a finite number that is not negative",
        found: "\(weights[k])")
    }
    let sum = weights.reduce(0, +)
    guard abs(sum - 1) <= 1e-6 else {
      throw LawError.invalid(
        key: "components", expected: "weights with a sum of 1 to 1e-6", found: "\(sum)")
    }
  }

  /// The mean and total variance of a mixture.
  private static func moments(
    _ laws: [GaussianLaw], _ weights: [Double], _ means: Matrix<Double>
  ) -> DataMoments {
    // Relative to the first mean, so that components far from the origin lose no digits.
    let origin = laws[0].mean
    let mean = origin.indices.map { j in
      origin[j] + weights.indices.reduce(0) { $0 + weights[$1] * (means[$1, j] - origin[j]) }
    }
    let variance = weights.indices.reduce(0.0) { sum, k in
      let square = mean.indices.reduce(0) {
        $0 + (means[k, $1] - mean[$1]) * (means[k, $1] - mean[$1])
      }
      return sum + weights[k] * (laws[k].moments.totalVariance + square)
    }
    return DataMoments(mean: mean, totalVariance: variance)
  }
}
