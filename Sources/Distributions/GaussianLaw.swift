public import ForwardProcess
internal import Glibc
public import LinearAlgebra
public import Randomness

/// A normal distribution of any covariance, rank-deficient ones included.
///
/// Everything is a closed form in the eigenvalues λ of the covariance: noised data are normal with
/// eigenvalues `λ + σ²`.
public struct GaussianLaw: Law {
  /// The mean, `(D)`.
  public let mean: [Double]
  /// The eigenvalues of the covariance, `(D)`, none negative: along the axes in their order if
  /// these are eigenvectors, else ascending.
  public let eigenvalues: [Double]
  /// The eigenvectors as rows, `(D, D)`; nil where they are the axes themselves.
  public let eigenvectors: Matrix<Double>?

  /// `√λ_j v_j` as rows, `(D, D)`, where the eigenvectors are not the axes.
  private let factor: Factors?

  private struct Factors: Sendable {
    let single: Matrix<Float>
    let double: Matrix<Double>
  }

  /// The dimension D of the space.
  public var dimension: Int { mean.count }
  /// The mean and the trace of the covariance.
  public var moments: DataMoments {
    DataMoments(mean: mean, totalVariance: eigenvalues.reduce(0, +))
  }
  /// The covariance, `(D, D)`; nil for `D > largestCovariance`.
  public var covariance: Matrix<Double>? {
    guard dimension <= largestCovariance else { return nil }
    var result = Matrix<Double>(rows: dimension, columns: dimension)
    addCovariance(to: &result, scale: 1)
    return result
  }
  /// One normal number an axis.
  public var ingredients: SampleIngredients {
    SampleIngredients(uniforms: 0, normals: dimension)
  }
  /// The dimension of the subspace that carries the law.
  public var rank: Int { eigenvalues.count { $0 > 0 } }
  /// Nil: the law is continuous.
  public var entropy: Double? { nil }

  /// The normal law of a mean `(D)` and a symmetric covariance `(D, D)`.
  ///
  /// Throws `LawError` unless shapes fit, numbers are finite, the covariance is symmetric to 1e-9
  /// of its largest element and no eigenvalue is below −1e-9 of the largest. Eigenvalues within
  /// ±1e-9 of the largest count as 0, since a covariance of finite precision says no more; a
  /// diagonal covariance is taken as it is.
  public init(mean: [Double], covariance: Matrix<Double>) throws {
    try Self.validate(mean: mean, covariance: covariance)
    let dimension = mean.count
    let isDiagonal = (0..<dimension).allSatisfy { i in
      (0..<dimension).allSatisfy { i == $0 || covariance[i, $0] == 0 }
    }
    let (values, vectors): ([Double], Matrix<Double>?)
    if isDiagonal {
      (values, vectors) = ((0..<dimension).map { covariance[$0, $0] }, nil)
    } else {
      guard let eigen = SymmetricEigen(covariance) else {
        throw LawError.invalid(
          key: "covariance", expected: "a matrix with eigenvalues", found: "no convergence")
      }
      (values, vectors) = (eigen.values, eigen.vectors)
    }
    if let value = values.first(where: { !$0.isFinite }) {
      throw LawError.invalid(
        key: "covariance", expected: "a matrix with eigenvalues in range (up to 1e308)",
        found: "\(value)")
    }
    let threshold = 1e-9 * (values.map { abs($0) }.max() ?? 0)
    if let least = values.min(), least < -threshold {
      throw LawError.invalid(
        key: "covariance", expected: "no eigenvalue below -1e-9 of the largest",
        found: "eigenvalue \(least)")
    }
    self.init(
      mean: mean,
      eigenvalues: values.map { isDiagonal ? max(0, $0) : ($0 > threshold ? $0 : 0) },
      eigenvectors: vectors)
  }

  /// The normal law of independent coordinates with a mean `(D)` and standard deviations `(D)`.
  ///
  /// Throws `LawError` unless the counts agree and the numbers are finite, the deviations not
  /// negative and their squares in range. Takes `O(D)` memory.
  public init(mean: [Double], standardDeviations: [Double]) throws {
    try Self.validate(mean: mean)
    guard standardDeviations.count == mean.count else {
      throw LawError.invalid(
        key: "standardDeviations", expected: "\(mean.count) numbers, as many as in the mean",
        found: "\(standardDeviations.count)")
    }
    if let index = standardDeviations.firstIndex(where: { !Self.isStandardDeviation($0) }) {
      throw LawError.invalid(
        key: "standardDeviations",
        expected: "numbers that are not negative, with a square in range (1e-153 to 1e154)",
        found: "\(standardDeviations[index]) at index \(index)")
    }
    self.init(
      mean: mean, eigenvalues: standardDeviations.map { $0 * $0 }, eigenvectors: nil)
  }

  /// Whether a number can be a standard deviation: 0, or positive with a square in range.
  package static func isStandardDeviation(_ deviation: Double) -> Bool {
    deviation == 0 || (deviation > 0 && (deviation * deviation).isNormal)
  }

  private init(mean: [Double], eigenvalues: [Double], eigenvectors: Matrix<Double>?) {
    (self.mean, self.eigenvalues, self.eigenvectors) = (mean, eigenvalues, eigenvectors)
    factor = eigenvectors.map {
      var scaled = $0
      scaled.withView { view in
        for (j, value) in eigenvalues.enumerated() {
          view.row(j).update(adding: value.squareRoot() - 1, times: view.row(j))
        }
      }
      return Factors(single: scaled.converted(), double: scaled)
    }
  }

  /// Overwrites the rows of `y` with samples minus the mean.
  public func drawCentred(
    into y: MatrixView<Float>, scratch: MatrixView<Float>, stream: RandomStream, firstSample: Int
  ) {
    drawCentred(y, scratch: scratch, stream, firstSample: firstSample, factor: factor?.single)
  }

  /// Overwrites the rows of `y` with samples.
  public func draw(
    into y: MatrixView<Double>, scratch: MatrixView<Double>, stream: RandomStream, firstSample: Int
  ) {
    drawCentred(y, scratch: scratch, stream, firstSample: firstSample, factor: factor?.double)
    for row in 0..<y.rows { for j in 0..<dimension { y[row, j] += mean[j] } }
  }

  /// `Σ_j √λ_j ξ_j v_j` with standard normal `ξ`.
  private func drawCentred<Element: Scalar>(
    _ y: MatrixView<Element>, scratch: MatrixView<Element>, _ stream: RandomStream,
    firstSample: Int, factor: Matrix<Element>?
  ) {
    precondition(y.columns == dimension && scratch.rows == y.rows && scratch.columns == dimension)
    stream.with(.dataNormal).fillNormal(scratch, firstSample: firstSample)
    if let factor {
      factor.withReadOnlyView { y.setProduct(.plain(scratch), .plain($0)) }
    } else {
      for row in 0..<y.rows {
        for j in 0..<dimension {
          y[row, j] = Element(eigenvalues[j].squareRoot()) * scratch[row, j]
        }
      }
    }
  }

  /// Adds `Σ_j √λ_j ξ_j v_j` to `y`, `(D)`, for the standard normals `ξ`, `(D)`.
  func addSpread(_ normals: VectorView<Float>, to y: VectorView<Float>) {
    addSpread(normals, factor: factor?.single, to: y)
  }

  /// Adds `Σ_j √λ_j ξ_j v_j` to `y`, `(D)`, for the standard normals `ξ`, `(D)`.
  func addSpread(_ normals: VectorView<Double>, to y: VectorView<Double>) {
    addSpread(normals, factor: factor?.double, to: y)
  }

  /// Adds `scale` times the covariance to `matrix`, `(D, D)`.
  func addCovariance(to matrix: inout Matrix<Double>, scale: Double) {
    for (k, value) in eigenvalues.enumerated() where value > 0 {
      guard let eigenvectors else {
        matrix[k, k] += scale * value
        continue
      }
      for i in 0..<dimension {
        let left = scale * value * eigenvectors[k, i]
        for j in 0..<dimension { matrix[i, j] += left * eigenvectors[k, j] }
      }
    }
  }

  private func addSpread<Element: Scalar>(
    _ normals: VectorView<Element>, factor: Matrix<Element>?, to y: VectorView<Element>
  ) {
    guard let factor else {
      for j in 0..<dimension { y[j] += Element(eigenvalues[j].squareRoot()) * normals[j] }
      return
    }
    factor.withReadOnlyView { factor in
      for j in 0..<dimension where eigenvalues[j] > 0 {
        y.update(adding: normals[j], times: factor.row(j))
      }
    }
  }
}

extension GaussianLaw {
  private static func validate(mean: [Double]) throws {
    guard !mean.isEmpty else {
      throw LawError.invalid(key: "mean", expected: "at least one number", found: "none")
    }
    if let index = mean.firstIndex(where: { !$0.isFinite }) {
      throw LawError.invalid(
        key: "mean", expected: "finite numbers", found: "\(mean[index]) at index \(index)")
    }
  }

  private static func validate(mean: [Double], covariance: Matrix<Double>) throws {
    try validate(mean: mean)
    let dimension = mean.count
    guard covariance.rows == dimension && covariance.columns == dimension else {
      throw LawError.invalid(
        key: "covariance", expected: "shape (\(dimension), \(dimension))",
        found: "(\(covariance.rows), \(covariance.columns))")
    }
    if let index = covariance.elements.firstIndex(where: { !$0.isFinite }) {
      throw LawError.invalid(
        key: "covariance", expected: "finite numbers",
        found: "\(covariance.elements[index]) in row \(index / dimension)"
          + ", column \(index % dimension)")
    }
    let largest = covariance.elements.reduce(0) { max($0, abs($1)) }
    for i in 0..<dimension {
      for j in 0..<i where abs(covariance[i, j] - covariance[j, i]) > 1e-9 * largest {
        throw LawError.invalid(
          key: "covariance", expected: "a symmetric matrix",
          found: "\(covariance[i, j]) at (\(i), \(j)), \(covariance[j, i]) at (\(j), \(i))")
      }
    }
  }
}
