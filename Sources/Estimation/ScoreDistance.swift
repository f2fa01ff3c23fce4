public import ForwardProcess
public import LinearAlgebra
internal import Randomness
public import Statistics

/// How far two score functions are apart, as functions: on the same noised samples of some data.
///
/// Both see the same `x = y + σ z`, so what the samples have in common cancels: the difference of
/// two bandwidth fractions `b̂ = E‖z − ẑ‖²/D` is known far better than either. Samples are
/// independent from level to level and keyed by the seed; results do not depend on the number of
/// threads.
public struct ScoreDistance: Sendable {
  /// The distance at one noise level.
  public struct Level: Sendable, Equatable {
    /// The noise level.
    public let sigma: Double
    /// The difference of the bandwidth fractions, the first less the second.
    public let bandwidthDifference: Estimate
    /// The root mean square of a coordinate of the difference of the predicted noise, `√(E‖ẑ_A −
    /// ẑ_B‖²/D)`.
    public let noiseDistance: Double
  }

  /// The levels, in the order given.
  public let levels: [Level]

  /// Samples handled by one task; a multiple of 4, as random streams ask.
  private static let blockSamples = 512

  /// Compares two scores of the same dimension at the noise levels `sigmas`, with `samples` (at
  /// least 2) from `source` at each.
  public init(
    _ a: any ScoreFunction, _ b: any ScoreFunction, source: any SampleSource, at sigmas: [Double],
    samples: Int, seed: UInt64, workers: Workers
  ) {
    precondition(a.dimension == source.dimension && b.dimension == source.dimension)
    precondition(samples >= 2)
    let blocks = (samples + Self.blockSamples - 1) / Self.blockSamples
    let parts = workers.map(sigmas.count * blocks) { task in
      let first = task % blocks * Self.blockSamples
      return Self.moments(
        (a, b), source, sigma: sigmas[task / blocks],
        stream: RandomStream(
          seed: seed, step: RandomStream.evaluationSteps + UInt32(task / blocks), purpose: .noise),
        rows: first..<min(first + Self.blockSamples, samples))
    }
    levels = sigmas.indices.map { level in
      var (losses, noise) = (RunningMoments(), RunningMoments())
      for part in parts[level * blocks..<(level + 1) * blocks] {
        losses.merge(part.losses)
        noise.merge(part.noise)
      }
      return Level(
        sigma: sigmas[level], bandwidthDifference: losses.mean,
        noiseDistance: noise.mean.value.squareRoot())
    }
  }

  /// The level at which the bandwidth fractions differ most, nil where there are no levels.
  ///
  /// Its standard error is that of one level, and knows nothing of the choice among all.
  public var largestBandwidthDifference: Level? {
    levels.max { $0.bandwidthDifference.value.magnitude < $1.bandwidthDifference.value.magnitude }
  }

  /// At how many levels the bandwidth fractions differ by more than chance.
  ///
  /// The largest of many differences is large by selection: of two equal functions too, one level
  /// or another lies beyond its own 95 % interval. Here the intervals hold the truth at all levels
  /// together with 95 % at least, each with `1 − 0.05/levels` (Bonferroni 1936).
  public var levelsThatDiffer: Int {
    levels.count { level in
      let interval = level.bandwidthDifference.interval(
        confidence: 1 - 0.05 / Double(levels.count))
      return interval.lower > 0 || interval.upper < 0
    }
  }

  /// The level at which the predicted noise differs most, nil where there are no levels.
  public var largestNoiseDistance: Level? { levels.max { $0.noiseDistance < $1.noiseDistance } }

  /// Whether every number is finite: scores may leave them where inputs are extreme.
  public var isFinite: Bool {
    levels.allSatisfy { $0.bandwidthDifference.value.isFinite && $0.noiseDistance.isFinite }
  }

  /// Of one block of samples, per coordinate: the differences of the losses, and the squared
  /// distances of the predicted noise.
  private static func moments(
    _ scores: (any ScoreFunction, any ScoreFunction), _ source: any SampleSource, sigma: Double,
    stream: RandomStream, rows: Range<Int>
  ) -> (losses: RunningMoments, noise: RunningMoments) {
    let (first, dimension) = (rows.lowerBound, source.dimension)
    let z = stream.normals(rows.count, dimension, firstSample: first)
    let y = source.samples(rows.count, stream: stream, firstSample: first)
    let x = perturbed(y, noise: z, sigma: sigma)
    let (a, b) = (
      scores.0.predictedNoise(at: x, sigma: sigma), scores.1.predictedNoise(at: x, sigma: sigma)
    )
    var (losses, noise) = (RunningMoments(), RunningMoments())
    for row in 0..<rows.count {
      var (loss, square) = (0.0, 0.0)
      for j in 0..<dimension {
        let difference = a[row, j] - b[row, j]
        // ‖z − a‖² − ‖z − b‖² without the difference of two nearly equal squares.
        loss += difference * (a[row, j] + b[row, j] - 2 * z[row, j])
        square += difference * difference
      }
      losses.add(loss / Double(dimension))
      noise.add(square / Double(dimension))
    }
    return (losses, noise)
  }
}
