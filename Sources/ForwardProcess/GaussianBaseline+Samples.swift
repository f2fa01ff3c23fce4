public import LinearAlgebra
public import Randomness

extension GaussianBaseline {
  /// Samples of the baseline's law under noise, `N(E y, Cov y + σ²)`: `(count, D)`.
  ///
  /// Where a reverse process starts (Ambrogioni 2025, after Equation 6, corrected): of all normal
  /// laws the nearest to that of the noised data. `firstSample · D` is a multiple of 4.
  public func samples(
    _ count: Int, sigma: Double, stream: RandomStream, firstSample: Int = 0
  ) -> Matrix<Double> {
    var result = stream.normals(count, mean.count, firstSample: firstSample)
    let spreads = eigenvalues.map { ($0 + sigma * sigma).squareRoot() }
    for row in 0..<count { for j in mean.indices { result[row, j] *= spreads[j] } }
    if let eigenvectors { result = .product(result, eigenvectors) }
    for row in 0..<count { for j in mean.indices { result[row, j] += mean[j] } }
    return result
  }
}
