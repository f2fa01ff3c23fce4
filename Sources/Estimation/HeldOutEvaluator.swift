public import ForwardProcess
public import LinearAlgebra
internal import Randomness

/// Compares the loss of a score function on training points with that on points kept aside.
///
/// Each sample is a pair, a training and a held-out point under the same noise. Samples are
/// independent from level to level and keyed by the seed; results do not depend on the number of
/// threads.
public struct HeldOutEvaluator: Sendable {
  /// The score function.
  public let score: any ScoreFunction
  /// The points that it was trained on.
  public let training: any SampleSource
  /// The points that were kept aside, of the same origin.
  public let heldOut: any SampleSource
  /// Pairs per noise level.
  public let samplesPerLevel: Int
  /// The seed of the samples.
  public let seed: UInt64

  /// Pairs handled by one task; a multiple of 4, as random streams ask.
  private static let blockSamples = 512

  /// An evaluator; dimensions must agree, and there are at least two pairs.
  public init(
    score: any ScoreFunction, training: any SampleSource, heldOut: any SampleSource,
    samplesPerLevel: Int, seed: UInt64
  ) {
    precondition(score.dimension == training.dimension && score.dimension == heldOut.dimension)
    precondition(samplesPerLevel >= 2)
    self.score = score
    self.training = training
    self.heldOut = heldOut
    self.samplesPerLevel = samplesPerLevel
    self.seed = seed
  }

  /// The losses at the noise levels `sigmas`, which ascend.
  public func comparison(at sigmas: [Double], workers: Workers) -> HeldOutComparison {
    precondition(zip(sigmas, sigmas.dropFirst()).allSatisfy { $0 < $1 })
    let blocks = (samplesPerLevel + Self.blockSamples - 1) / Self.blockSamples
    let parts = workers.map(sigmas.count * blocks) { task in
      losses(level: task / blocks, sigma: sigmas[task / blocks], block: task % blocks)
    }
    return HeldOutComparison(
      levels: sigmas.indices.map { level in
        var all = PairedLosses()
        for part in parts[level * blocks..<(level + 1) * blocks] {
          all.training += part.training
          all.heldOut += part.heldOut
        }
        return all.level(sigma: sigmas[level])
      })
  }

  /// The losses of one block of pairs of a level.
  private func losses(level: Int, sigma: Double, block: Int) -> PairedLosses {
    let first = block * Self.blockSamples
    let count = min(Self.blockSamples, samplesPerLevel - first)
    let step = RandomStream.evaluationSteps + UInt32(level)
    let stream = RandomStream(seed: seed, step: step, purpose: .noise)
    let z = stream.normals(count, score.dimension, firstSample: first)
    // The points are drawn by numbers of their own: equal ones would pair the same places of both.
    let other = RandomStream(
      seed: seed &+ 0x9E37_79B9_7F4A_7C15, step: step, purpose: .noise)
    return PairedLosses(
      training: draws(training.samples(count, stream: stream, firstSample: first), z, sigma),
      heldOut: draws(heldOut.samples(count, stream: other, firstSample: first), z, sigma))
  }

  /// The loss at each row of `y` under the noise `z`, both `(B, D)`.
  private func draws(
    _ y: Matrix<Double>, _ z: Matrix<Double>, _ sigma: Double
  ) -> [PairedLosses.Draw] {
    var x = y
    x.withView { x in
      z.withReadOnlyView { x.vector.update(adding: sigma, times: $0.vector) }
    }
    let predicted = score.predictedNoise(at: x, sigma: sigma)
    return y.withReadOnlyView { y in
      z.withReadOnlyView { z in
        predicted.withReadOnlyView { predicted in
          (0..<y.rows).map { row in
            PairedLosses.Draw(
              point: y.row(row).fingerprint,
              loss: z.row(row).squaredDistance(to: predicted.row(row)))
          }
        }
      }
    }
  }
}
