internal import Glibc
internal import LinearAlgebra
internal import Statistics

/// Noise of which half is drawn wider than a standard normal, and the weights that make up for it.
///
/// What isolated points lose at small noise comes from rare large `z`. Half of the noise therefore
/// has the standard deviation `τ`, `τ² = 1 + 3/√D`: 2 in one dimension, and so near 1 in many that
/// its divergence `D/2 (τ² − 1 − log τ²)` from the normal, 0.8 nats in one, never exceeds 9/4. A
/// sample weighs `w = φ(z)/(½ φ(z) + ½ φ_τ(z))`, whichever half it came from (the defensive mixture
/// of Hesterberg 1995 with the balance of Veach and Guibas 1995): its mean is 1, and it is never
/// more than 2.
struct WideNoise: Sendable {
  /// The dimension D of the space.
  let dimension: Int
  /// The variance `τ²` of the wide half.
  private let variance: Double

  init(dimension: Int) {
    self.dimension = dimension
    variance = 1 + 3 / Double(dimension).squareRoot()
  }

  /// Turns standard normals into wide noise.
  func widen(_ z: VectorView<Double>) {
    z.update(adding: variance.squareRoot() - 1, times: z)
  }

  /// The weight of noise `z` with this `‖z‖²`.
  func weight(squaredLength: Double) -> Double {
    // log φ_τ(z)/φ(z)
    let ratio = squaredLength / 2 * (1 - 1 / variance) - Double(dimension) / 2 * log(variance)
    return ratio > 700 ? 2 * exp(-ratio) : 2 / (1 + exp(ratio))
  }

  /// What a sample weighs that is so far out that thirty of `samples` plain ones would be, or a
  /// tenth where they are few.
  ///
  /// The quantile of `‖z‖²` is that of Wilson and Hilferty (1931).
  func tailWeight(samples: Double) -> Double {
    let d = Double(dimension)
    let quantile = -normalQuantile(min(0.1, 30 / max(1, samples)))
    let square = d * pow(max(0, 1 - 2 / (9 * d) + quantile * (2 / (9 * d)).squareRoot()), 3)
    return min(1, weight(squaredLength: square))
  }
}
