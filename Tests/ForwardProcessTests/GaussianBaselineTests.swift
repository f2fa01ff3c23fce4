import Glibc
import LinearAlgebra
import Randomness
import Testing

@testable import ForwardProcess

/// Uniform on a tilted parallelogram: no normal law, of known mean and covariance.
struct TiltedSource: SampleSource {
  static let axes = [[2.0, 0.5], [-0.3, 0.8]]

  var dimension: Int { 2 }
  var moments: DataMoments {
    DataMoments(
      mean: [1, -2],
      totalVariance: Self.axes.reduce(0) { $0 + ($1[0] * $1[0] + $1[1] * $1[1]) / 12 })
  }
  var covariance: Matrix<Double>? {
    var result = Matrix<Double>(rows: 2, columns: 2)
    for axis in Self.axes {
      for i in 0..<2 { for j in 0..<2 { result[i, j] += axis[i] * axis[j] / 12 } }
    }
    return result
  }

  func drawCentred(
    into y: MatrixView<Float>, scratch: MatrixView<Float>, stream: RandomStream, firstSample: Int
  ) {
    fatalError("not for training")
  }

  func draw(
    into y: MatrixView<Double>, scratch: MatrixView<Double>, stream: RandomStream, firstSample: Int
  ) {
    for row in 0..<y.rows {
      let u = stream.with(.data).uniforms(sample: firstSample + row)
      for j in 0..<2 {
        y[row, j] =
          moments.mean[j] + (u.0 - 0.5) * Self.axes[0][j] + (u.1 - 0.5) * Self.axes[1][j]
      }
    }
  }
}

@Suite struct GaussianBaselineTests {
  // Seed 7, 4 levels at 5 standard errors of 40 000 samples: failure probability 3e-6.
  @Test(
    "The linear denoiser's loss is its rate on data that are not normal",
    arguments: [
      0.1, 0.4, 1.3, 7.0,
    ])
  func loss(sigma: Double) throws {
    let source = TiltedSource()
    let baseline = try #require(GaussianBaseline(source))
    let stream = RandomStream(seed: 7, step: 0, purpose: .noise)
    let y = source.samples(40_000, stream: stream)
    let z = stream.normals(40_000, 2)
    let guess = baseline.predictedNoise(at: perturbed(y, noise: z, sigma: sigma), sigma: sigma)
    let losses = (0..<40_000).map { row in
      (0..<2).reduce(0.0) { $0 + (z[row, $1] - guess[row, $1]) * (z[row, $1] - guess[row, $1]) }
    }
    let mean = losses.reduce(0, +) / 40_000
    let variance = losses.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 39_999
    #expect(abs(mean - baseline.entropyRate(sigma: sigma)) < 5 * (variance / 40_000).squareRoot())
  }

  @Test("The entropy above a level is the integral of the rate")
  func integral() throws {
    let baseline = try #require(GaussianBaseline(TiltedSource()))
    let (low, high, n) = (log(0.05), log(1e5), 20_000)
    let step = (high - low) / Double(n)
    let sum = (0..<n).reduce(0.0) {
      $0 + step * baseline.entropyRate(sigma: exp(low + (Double($1) + 0.5) * step))
    }
    #expect(abs(sum - baseline.entropy(above: 0.05)) < 1e-6)
  }

  @Test("The differential entropy is ½ log det 2πe Σ, and none without a density")
  func entropy() throws {
    let source = TiltedSource()
    let c = try #require(source.covariance)
    let determinant = c[0, 0] * c[1, 1] - c[0, 1] * c[1, 0]
    let expected = log(2 * Double.pi) + 1 + log(determinant) / 2
    let entropy = try #require(GaussianBaseline(source)?.differentialEntropy)
    #expect(abs(entropy - expected) < 1e-12)
    // More than that of the law, the log of the parallelogram's area.
    #expect(entropy > log(2.0 * 0.8 + 0.5 * 0.3))
  }
}
