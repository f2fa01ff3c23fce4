public import ForwardProcess
internal import Glibc
public import Statistics

/// What the outputs of anyone's noise predictor say of entropy rates, by every route, and of their
/// integrals.
///
/// The rate of a band of noise levels is its mean over `ln σ`: that of the parabola through the
/// samples. With the place v in [−1, 1] of a sample in its band, v and v² − 1/3 have the mean 0
/// over the band, whatever the density that the noise levels were drawn from; regressing on them,
/// as on control variates, leaves the mean under the uniform density, unbiased but for what the
/// parabola misses of the rate: `O(width⁴)` for a density even about the middle of the band.
///
/// Errors of the integrals are added up sample by sample, so those of levels that share their
/// samples may depend on each other in any way.
public struct PredictionCurve: Sendable {
  /// The levels, ascending, or the middles of bands.
  public let levels: [PredictionLevels.Level]
  /// The estimates at each, those of a band being means over it, and the integrals over all.
  public let sampled: SampledCurve
  /// The rows that lie in no band.
  public let rowsLeftOut: Int
  /// The dimension D of the space.
  public let dimension: Int
  /// The weight of each level in the integral, in units of `ln σ`.
  public let weights: [Double]

  /// The curve of `table` by `levels`, each with `PredictionLevels.leastSamples` rows at least.
  ///
  /// `moments` are those of the data, where they are known. They only tell where rare events
  /// matter.
  public init(_ table: PredictionTable, _ levels: PredictionLevels, moments: DataMoments?) {
    self.levels = levels.levels
    dimension = table.dimension
    rowsLeftOut = table.sigmas.count - levels.levels.reduce(0) { $0 + $1.samples }
    weights =
      levels.levels.contains { $0.band == nil }
      ? LogIntegral(sigmas: levels.levels.map(\.sigma)).weights
      : levels.levels.map { $0.logWidth }
    let fits = levels.levels.map { PredictionFit(table, $0) }
    let data = moments ?? Self.assumedMoments(fits, dimension: table.dimension)
    let estimates = fits.map { $0.estimate(dimension: table.dimension, data: data) }
    sampled = SampledCurve(
      levels: estimates,
      integrals: fits.count > 1
        ? RateIntegrals(
          fits, estimates, weights: weights, dimension: table.dimension, data: data,
          sharesSamples: levels.sharesSamples) : nil)
  }

  /// The exact side at the levels, from a law's `curve` at any: means over bands, by three nodes of
  /// Gauss and Legendre's rule in each.
  public func exactPoints(_ curve: ([Double]) -> [InformationPoint]) -> [InformationPoint] {
    let rule = GaussLegendre(3)
    let nodes = levels.flatMap { level in
      level.band == nil
        ? [level.sigma] : rule.nodes.map { level.sigma * exp($0 * level.logWidth / 2) }
    }
    var points = curve(nodes)[...]
    return levels.map { level in
      guard level.band != nil else { return points.removeFirst() }
      let part = points.prefix(rule.nodes.count)
      points.removeFirst(rule.nodes.count)
      return InformationPoint(
        sigma: level.sigma,
        entropyRate: zip(rule.weights, part).reduce(Estimate(0)) {
          $0 + $1.1.entropyRate.scaled(by: $1.0 / 2)
        }, restsOnRareEvents: part.contains(where: \.restsOnRareEvents))
    }
  }

  /// The evaluation of these estimates beside the exact side, where it is known.
  ///
  /// `dataScale` is that of the moments, 1 where they are not known.
  public func evaluation(exact: [InformationPoint]?, moments: DataMoments?) -> Evaluation {
    Evaluation(
      sigmas: levels.map(\.sigma),
      moments: moments
        ?? DataMoments(mean: Array(repeating: 0, count: dimension), totalVariance: 0),
      exact: exact, learned: sampled, ledger: nil)
  }

  /// The integral of rates of the levels with independent errors.
  public func integral(_ rates: [Estimate]) -> Estimate {
    precondition(rates.count == weights.count)
    return zip(weights, rates).reduce(Estimate(0)) { $0 + $1.1.scaled(by: $1.0) }
  }

  /// Whether the levels are bands, which leave no gaps for an integral to bridge.
  public var hasBands: Bool { levels.contains { $0.band != nil } }

  /// The moments of data of whom nothing is known: their scale is where the loss is largest.
  ///
  /// Rare events are looked for below it, where a small loss may be one of isolated points.
  private static func assumedMoments(_ fits: [PredictionFit], dimension: Int) -> DataMoments {
    let peak = fits.max { $0.rates.means[0] < $1.rates.means[0] }
    let scale = peak?.sigma ?? 1
    return DataMoments(
      mean: Array(repeating: 0, count: dimension),
      totalVariance: scale * scale * Double(dimension))
  }
}
