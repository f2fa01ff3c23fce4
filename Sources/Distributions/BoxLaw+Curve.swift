public import ForwardProcess
internal import Glibc
internal import Statistics

extension BoxLaw {
  /// The information curve: the sum of those of the sides, by quadrature along each; `sampling`
  /// only lends its threads.
  ///
  /// With `S = log(√(2π) σ Z) + t²/2` the surprisal of `y = x + σ t` on a side, `Z = Φ(b) − Φ(a)`,
  /// all expectations are integrals over x of moments of `t`; see `EdgeNodes`. Error below 1e-11 a
  /// side. Below full dimension entropies are nil, but for the posterior entropy's variance of a
  /// point, 0.
  public func informationCurve(
    at sigmas: [Double], sampling: CurveSampling
  ) -> [InformationPoint] {
    precondition(sigmas.allSatisfy { $0 > 0 && $0.isFinite })
    let sides = Sides(self)
    let hasDensity = supportDimension == dimension
    return sampling.workers.map(sigmas.count) { level in
      let sum = sides.moments(sigma: sigmas[level])
      return InformationPoint(
        sigma: sigmas[level], entropyRate: Estimate(sum.rate),
        conditionalEntropy: hasDensity ? Estimate(sum.entropy) : nil,
        posteriorEntropyVariance: hasDensity ? Estimate(sum.entropyVariance) : nil,
        surprisalVariance: hasDensity ? Estimate(sum.surprisalVariance) : nil)
    }
  }

  /// From the largest σ below which `C/D` is within 0.1 % of its limit, or 1e-3 of the shortest
  /// standard deviation, to 20 times the largest one; `[0.01, 10]` for a point.
  ///
  /// `C = D − Σ k σ/(upper − lower)` at small σ: the limit is approached but linearly.
  func makeNoiseRange() -> NoiseRange {
    let deviations = zip(lower, upper).map { ($1 - $0) / 12.0.squareRoot() }.filter { $0 > 0 }
    guard let least = deviations.min(), let largest = deviations.max() else {
      return PointsLaw.undecidedRange
    }
    let sides = Sides(self)
    return BandwidthEdge(limit: Double(supportDimension), tolerance: 0.001 * Double(dimension))
      .range(scale: largest, floor: 1e-3 * least, maximum: 20 * largest) {
        sides.moments(sigma: $0).rate
      }
  }
}

/// The sides of a box by length, each length with how many have it.
private struct Sides: Sendable {
  /// The expectations that make an information point; those of independent sides add.
  struct Moments {
    var rate = 0.0
    var entropy = 0.0
    var entropyVariance = 0.0
    var surprisalVariance = 0.0
  }

  private let lengths: [(length: Double, count: Int)]

  init(_ box: BoxLaw) {
    let sorted = zip(box.lower, box.upper).map { $1 - $0 }.filter { $0 > 0 }.sorted()
    var lengths: [(length: Double, count: Int)] = []
    for length in sorted {
      if let last = lengths.last, last.length == length {
        lengths[lengths.count - 1].count += 1
      } else {
        lengths.append((length, 1))
      }
    }
    self.lengths = lengths
  }

  func moments(sigma: Double) -> Moments {
    lengths.reduce(into: Moments()) { sum, side in
      let own = Self.moments(length: side.length, sigma: sigma)
      let count = Double(side.count)
      sum.rate += count * own.rate
      sum.entropy += count * own.entropy
      sum.entropyVariance += count * own.entropyVariance
      sum.surprisalVariance += count * own.surprisalVariance
    }
  }

  private static func moments(length: Double, sigma: Double) -> Moments {
    // In units of σ about the middle; the entropy relative to that of the uniform law.
    let half = length / sigma / 2
    guard half < 1e12 else {
      return Moments(
        rate: 1, entropy: (log(2 * Double.pi) + 1) / 2 + log(sigma), surprisalVariance: 0.5)
    }
    guard half > 1e-5 else {
      // To first order in C: H = log(length) − C/2, log p(y|x) = z (y − E y)/σ + const, h ~ −z²
      // C/2.
      let rate = half * half / 3
      return Moments(
        rate: rate, entropy: log(length) - rate / 2, entropyVariance: rate * rate / 2,
        surprisalVariance: rate)
    }
    let nodes = EdgeNodes(edges: [-half, half], sigma: 1)
    let logScale = log(2 * Double.pi) / 2 - log(2 * half)
    var (rate, mean, square, surprisal) = (0.0, 0.0, 0.0, 0.0)
    for (x, weight) in zip(nodes.positions, nodes.weights) {
      let posterior = TruncatedNormal(lower: -half - x, upper: half - x)
      let mass = weight * exp(posterior.logMass) / (2 * half)
      // S − log(length) = log(√(2π) Z/length) + t²/2, whose first term is the offset.
      let offset = posterior.logMass + logScale
      rate += mass * posterior.variance
      let h = offset + posterior.square / 2
      mean += mass * h
      square += mass * h * h
      surprisal += mass * (offset * offset + offset * posterior.square + posterior.fourth / 4)
    }
    return Moments(
      rate: rate, entropy: mean + log(length), entropyVariance: max(0, square - mean * mean),
      surprisalVariance: max(0, surprisal - mean * mean))
  }
}
