internal import ForwardProcess
internal import LinearAlgebra
public import Statistics

/// What reverse paths have gained at each noise level since the largest one, and what their
/// posteriors say of it directly.
public struct PathEnsemble: Sendable {
  /// The noise levels, ascending; paths come from the largest.
  public let sigmas: [Double]
  /// How the stochastic integral was summed.
  public let rule: PathwiseEntropy.Rule
  /// By the score, with the steps as they were and with every second place left out.
  private let fine: [[Double]]
  private let coarse: [[Double]]
  /// By the posterior; empty where it is not known.
  private let entropies: [[Double]]
  private let surprisals: [[Double]]

  init(sigmas: [Double], rule: PathwiseEntropy.Rule, parts: [PathRecords]) {
    func joined(_ column: KeyPath<PathRecords, [[Double]]>) -> [[Double]] {
      let isKnown = parts.allSatisfy { !$0[keyPath: column].isEmpty }
      return isKnown ? sigmas.indices.map { k in parts.flatMap { $0[keyPath: column][k] } } : []
    }
    (self.sigmas, self.rule) = (sigmas, rule)
    (fine, coarse) = (joined(\.fine), joined(\.coarse))
    (entropies, surprisals) = (joined(\.entropies), joined(\.surprisals))
  }

  /// The mean surprisal gained down to level `k`, in nats: `H(σ_max) − H(σ)` for the exact score,
  /// `∫ L d ln σ` for a learned one.
  ///
  /// Its stochastic term has mean 0 by either rule, and the other is the trapezoid rule, so its
  /// step's error is of order 2: extrapolated from the steps and their doubles (Richardson 1911).
  public func gain(_ k: Int) -> Estimate {
    Estimate(meanOf: zip(fine[k], coarse[k]).map { $0 + ($0 - $1) / 3 })
  }

  /// The variance over paths of the surprisal gained down to level `k`, in nats².
  public func gainVariance(_ k: Int) -> Estimate { extrapolatedVariance(fine[k], coarse[k]) }

  /// The variance over paths of the surprisal at level `k`, in nats², from the score below the
  /// largest level and from the posterior there; nil where that is not known.
  public func surprisalVariance(_ k: Int) -> Estimate? {
    guard let start = surprisals.last else { return nil }
    return extrapolatedVariance(
      zip(start, fine[k]).map { $0 - $1 }, zip(start, coarse[k]).map { $0 - $1 })
  }

  /// By how much extrapolation to a step of 0 has moved the variance of the gain, in nats²: more
  /// than what is left of the step's error.
  public func gainVarianceStepError(_ k: Int) -> Double {
    abs(gainVariance(k).value - (Estimate(varianceOf: fine[k]).value))
  }

  /// The mean posterior entropy `E h(x)` along the paths, in nats; nil where it is not known.
  public func posteriorEntropy(_ k: Int) -> Estimate? {
    entropies.isEmpty ? nil : Estimate(meanOf: entropies[k])
  }

  /// The variance of the posterior entropy along the paths (definition (a)), in nats²; nil where it
  /// is not known.
  public func directPosteriorEntropyVariance(_ k: Int) -> Estimate? {
    entropies.isEmpty ? nil : Estimate(varianceOf: entropies[k])
  }

  /// The variance of the surprisal along the paths from their posteriors, in nats²; nil where they
  /// are not known.
  public func directSurprisalVariance(_ k: Int) -> Estimate? {
    surprisals.isEmpty ? nil : Estimate(varianceOf: surprisals[k])
  }

  /// The root mean square, path by path, of the gain by the score minus that by the posterior, in
  /// nats; nil where the posterior is not known.
  public func gainDefect(_ k: Int) -> Double? {
    guard let start = surprisals.last, !start.isEmpty else { return nil }
    let squares = start.indices.reduce(0) { sum, path in
      let defect = fine[k][path] - (start[path] - surprisals[k][path])
      return sum + defect * defect
    }
    return (squares / Double(start.count)).squareRoot()
  }

  /// The variance of the surprisal by the score less that by the posterior on the same paths, in
  /// nats²: what the score, and the step, is wrong by; nil where the posterior is not known.
  ///
  /// Added to the exact curve's variance it is the score's own variance, known far better than from
  /// the paths alone.
  public func surprisalVarianceExcess(_ k: Int) -> Estimate? {
    guard let start = surprisals.last else { return nil }
    let parts = extrapolation(
      zip(start, fine[k]).map { $0 - $1 }, zip(start, coarse[k]).map { $0 - $1 })
    return Estimate(sumOfVariances: parts + [(-1, surprisals[k])])
  }

  private func extrapolatedVariance(_ fine: [Double], _ coarse: [Double]) -> Estimate {
    Estimate(sumOfVariances: extrapolation(fine, coarse))
  }

  /// The variance for a step to 0 (Richardson 1911): its error is of order 1 or 2 in the step, by
  /// the rule.
  private func extrapolation(
    _ fine: [Double], _ coarse: [Double]
  ) -> [(weight: Double, values: [Double])] {
    let w = rule == .leftPoint ? 1 : 1.0 / 3
    return [(1 + w, fine), (-w, coarse)]
  }
}

/// The numbers of some paths, by level and path.
struct PathRecords: Sendable {
  private(set) var fine: [[Double]]
  private(set) var coarse: [[Double]]
  private(set) var entropies: [[Double]] = []
  private(set) var surprisals: [[Double]] = []
  private let paths: Int

  init(paths: Int, levels: Int) {
    self.paths = paths
    fine = Array(repeating: Array(repeating: 0, count: paths), count: levels)
    coarse = fine
  }

  mutating func set(
    level: Int, fine: [Double], coarse: [Double], _ posterior: PosteriorInformation?
  ) {
    self.fine[level] = fine
    self.coarse[level] = coarse
    guard let posterior, let surprisals = posterior.surprisals else { return }
    if entropies.isEmpty {
      entropies = self.fine.map { _ in [] }
      self.surprisals = entropies
    }
    entropies[level] = posterior.entropies
    self.surprisals[level] = surprisals
  }
}
