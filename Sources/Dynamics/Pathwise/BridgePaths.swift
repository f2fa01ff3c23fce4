internal import ForwardProcess
internal import LinearAlgebra
internal import Randomness

/// Reverse paths given their ends: Brownian bridges in σ² from `x_T = y + σ_T z` down to y.
///
/// In the coordinate `m = (x − y)/σ² = z/σ` a bridge is a martingale whose increments from σ to a
/// smaller σ′ are independent normals of variance `1/σ′² − 1/σ²`, so `z′ = r z + √(1 − r²) ξ`, `r =
/// σ′/σ`: exact at any step.
struct BridgePaths {
  /// The clean points, `(B, D)`.
  let y: Matrix<Double>
  /// The noise level at which the paths are.
  private(set) var sigma: Double
  /// The noise `z = (x − y)/σ` there, `(B, D)`.
  private(set) var z: Matrix<Double>
  private let first: Int
  private let seed: UInt64
  private var step: UInt32 = 0

  /// Paths `range` of a source at noise level `sigma`; `range.lowerBound · D` is a multiple of 4.
  init(_ source: some SampleSource, range: Range<Int>, sigma: Double, seed: UInt64) {
    let stream = RandomStream(seed: seed, step: RandomStream.evaluationSteps, purpose: .path)
    y = source.samples(range.count, stream: stream, firstSample: range.lowerBound)
    z = stream.normals(range.count, source.dimension, firstSample: range.lowerBound)
    (self.sigma, first, self.seed) = (sigma, range.lowerBound, seed)
  }

  /// The points `x = y + σ z`, `(B, D)`.
  var x: Matrix<Double> { perturbed(y, noise: z, sigma: sigma) }

  /// Carries the paths down to noise level `next`.
  mutating func advance(to next: Double) {
    precondition(next < sigma, "levels descend")
    step += 1
    let stream = RandomStream(
      seed: seed, step: RandomStream.evaluationSteps + step, purpose: .path)
    let noise = stream.normals(z.rows, z.columns, firstSample: first)
    let ratio = next / sigma
    // 1 − r² in the form that keeps its digits for a small step.
    let spread = ((1 - ratio) * (1 + ratio)).squareRoot()
    z.withView { z in
      noise.withReadOnlyView { z.vector.update(scale: ratio, adding: spread, times: $0.vector) }
    }
    sigma = next
  }
}
