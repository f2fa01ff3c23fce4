public import ForwardProcess
public import LinearAlgebra
internal import Randomness

/// Evaluates a score function at noise levels from fresh samples of the data.
///
/// One pass over the samples feeds all routes. Draws are independent from level to level and keyed
/// by the seed; results do not depend on the number of threads.
public struct ScoreEvaluator: Sendable {
  /// The score function that is evaluated.
  public let score: any ScoreFunction
  /// Where the clean data come from.
  public let source: any SampleSource
  /// The exact score of the same data, where known.
  public let exact: (any ScoreFunction)?
  /// Samples per noise level.
  public let samplesPerLevel: Int
  /// The samples of a level, its first ones, at which the exact score is taken too: all, unless it
  /// would cost too much.
  public let exactSamples: Int
  /// The seed of the samples.
  public let seed: UInt64

  /// Samples handled by one task; a multiple of 4, as random streams ask.
  private static let blockSamples = 1024

  /// An evaluator of `score` on data from `source`; dimensions must agree.
  ///
  /// `exactSamples` is `samplesPerLevel` if nil.
  public init(
    score: any ScoreFunction, source: any SampleSource, exact: (any ScoreFunction)?,
    samplesPerLevel: Int, exactSamples: Int? = nil, seed: UInt64
  ) {
    precondition(score.dimension == source.dimension && samplesPerLevel >= 1)
    precondition(exactSamples.map { $0 >= 1 && $0 <= samplesPerLevel } ?? true)
    self.exactSamples = exactSamples ?? samplesPerLevel
    self.score = score
    self.source = source
    self.exact = exact
    self.samplesPerLevel = samplesPerLevel
    self.seed = seed
  }

  /// The estimates at each of the noise levels, in their order.
  public func estimates(at sigmas: [Double], workers: Workers) -> [NoiseLevelEstimate] {
    let blocks = (samplesPerLevel + Self.blockSamples - 1) / Self.blockSamples
    let sums = workers.map(sigmas.count * blocks) { task in
      blockSums(level: task / blocks, sigma: sigmas[task / blocks], block: task % blocks)
    }
    return sigmas.indices.map { level in
      var total = LevelSums()
      for block in 0..<blocks { total.merge(sums[level * blocks + block]) }
      return total.estimate(sigma: sigmas[level], data: source.moments)
    }
  }

  /// The sums over one block of samples of a level.
  private func blockSums(level: Int, sigma: Double, block: Int) -> LevelSums {
    let first = block * Self.blockSamples
    let count = min(Self.blockSamples, samplesPerLevel - first)
    let (dimension, moments) = (source.dimension, source.moments)
    let stream = RandomStream(
      seed: seed, step: RandomStream.evaluationSteps + UInt32(level), purpose: .noise)
    let y = source.samples(count, stream: stream, firstSample: first)
    let z = stream.normals(count, dimension, firstSample: first)
    let x = perturbed(y, noise: z, sigma: sigma)
    let predicted = score.predictedNoise(at: x, sigma: sigma)
    let compared = max(0, min(count, exactSamples - first))
    let best = exact?.predictedNoise(at: x.rows(0..<compared), sigma: sigma)

    var sums = LevelSums()
    var quantities = Array(repeating: 0.0, count: 5)
    for row in 0..<count {
      var (zz, yz, yy, a, b, mismatch) = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
      for j in 0..<dimension {
        let (noise, guess, centred) = (z[row, j], predicted[row, j], y[row, j] - moments.mean[j])
        zz += noise * noise
        yz += centred * noise
        yy += centred * centred
        a += noise * guess
        b += guess * guess
        if let best, row < compared { mismatch += (best[row, j] - guess) * (best[row, j] - guess) }
      }
      quantities[0] = a
      quantities[1] = b
      quantities[2] = zz - Double(dimension)
      quantities[3] = yz
      quantities[4] = LossLedger.spreadControl(yy, moments.totalVariance, rounding: 1e-10)
      sums.moments.add(quantities)
      sums.losses.add(zz - 2 * a + b)
      if best != nil && row < compared {
        sums.mismatch.add(mismatch)
        sums.mismatches.add(mismatch)
      }
    }
    return sums
  }
}
