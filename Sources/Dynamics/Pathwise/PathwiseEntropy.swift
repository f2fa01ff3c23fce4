public import ForwardProcess
internal import Glibc
public import LinearAlgebra

/// The surprisal that single reverse paths gain, by the score alone (definition (b) of pathwise
/// entropy).
///
/// Given y, the reverse path has the drift of `s(x|y) = −z/σ`, and by Girsanov (MATHEMATICS,
/// Dynamics) `log p(y|x_t) − log p(y|x_T) = ∫ ½ν²‖Δ‖² ds + ∫ ν Δ·dW̃`, `Δ = (ẑ − z)/σ`. In the
/// coordinate σ, with `e = ẑ − z` and the martingale `m = z/σ` of the bridge (`BridgePaths`), whose
/// increments have variance `ν² ds/σ⁴` and `ν² ds = −2σ² d ln σ`, this is `−∫ ‖e‖² d ln σ + ∫ σ
/// e·dm`, whatever the clock. From a to b, `r = σ_b/σ_a`, one step adds `½ (‖e_a‖² + ‖e_b‖²)
/// ln(1/r)` for the first term, the trapezoid rule of the loss over ln σ, and for the second one of
/// two rules.
///
/// - `leftPoint`: `σ_a e_a·(m_b − m_a)`. Its mean is 0, as the true one's; path by path its error is of
///   order ½ in the step, and the variance over paths comes out wrong to order 1.
/// - `symmetric`: `½ (σ_a e_a + σ_b e_b)·(m_b − m_a) + ½ (1 − r²)(D + σ_b² ∇·s(x_b))`, Stratonovich's
///   integral and its correction at the *end* of the step. By Stein's identity
///   `E[σ_b e_b·(m_b − m_a)] = −(1 − r²) E[D + σ_b² ∇·s]` for any score, so the mean is 0 again, exactly.
///   The correction's own error has order 1, and so has that of the symmetric product where ∇s is
///   symmetric (no Lévy areas); the variance is right to order 2, measured. It costs a divergence.
public struct PathwiseEntropy: Sendable {
  /// How the stochastic integral is summed.
  public enum Rule: String, Sendable {
    case leftPoint
    case symmetric
  }

  /// The score, learned or exact.
  public let score: any ScoreFunction
  /// The data.
  public let source: any SampleSource
  /// The exact posterior of the data, for what the same paths say directly; nil where it is not
  /// known.
  public let posterior: (any PosteriorFunction)?
  /// How the stochastic integral is summed.
  public let rule: Rule
  /// The number of paths.
  public let count: Int
  /// The largest step in ln σ.
  public let largestStep: Double
  /// The seed of the paths.
  public let seed: UInt64

  /// Paths of a task: as many as a network takes at once.
  private static let blockSize = 128

  /// A measurement over `count` paths, at least two.
  public init(
    score: any ScoreFunction, source: any SampleSource, posterior: (any PosteriorFunction)? = nil,
    rule: Rule = .symmetric, count: Int, largestStep: Double = 0.05, seed: UInt64
  ) {
    precondition(score.dimension == source.dimension && count >= 2 && largestStep > 0)
    (self.score, self.source, self.posterior) = (score, source, posterior)
    (self.rule, self.count, self.largestStep, self.seed) = (rule, count, largestStep, seed)
  }

  /// What the paths gain from the largest of the ascending levels `sigmas` down to each of them.
  ///
  /// The same for any number of threads.
  public func ensemble(at sigmas: [Double], workers: Workers) -> PathEnsemble {
    precondition(!sigmas.isEmpty && zip(sigmas, sigmas.dropFirst()).allSatisfy { $0 < $1 })
    let blocks = stride(from: 0, to: count, by: Self.blockSize).map {
      $0..<min(count, $0 + Self.blockSize)
    }
    let parts = workers.map(blocks.count) { records(of: blocks[$0], at: sigmas) }
    return PathEnsemble(sigmas: sigmas, rule: rule, parts: parts)
  }

  /// The records of paths `range` at every level.
  private func records(of range: Range<Int>, at sigmas: [Double]) -> PathRecords {
    var records = PathRecords(paths: range.count, levels: sigmas.count)
    var paths = BridgePaths(source, range: range, sigma: sigmas[sigmas.count - 1], seed: seed)
    var node = PathNode(self, paths)
    var coarseNode = node
    var sums = (fine: [Double](repeating: 0, count: range.count), coarse: [Double]())
    sums.coarse = sums.fine
    for level in sigmas.indices.reversed() {
      // The bridges are exact: what every second place of a path says is a path of twice the step.
      let places = NoiseSteps.places(
        from: paths.sigma, to: sigmas[level], largest: largestStep, multiple: 2)
      for (index, sigma) in places.enumerated() {
        paths.advance(to: sigma)
        let next = PathNode(self, paths)
        node.addGain(to: next, rule, into: &sums.fine)
        if index % 2 == 1 {
          coarseNode.addGain(to: next, rule, into: &sums.coarse)
          coarseNode = next
        }
        node = next
      }
      records.set(
        level: level, fine: sums.fine, coarse: sums.coarse,
        posterior?.information(of: paths.y, at: paths.x, sigma: paths.sigma))
    }
    return records
  }
}

/// Paths at one place: the errors of the predicted noise, and what the rule asks for.
struct PathNode {
  private let sigma: Double
  private let z: Matrix<Double>
  /// `e = ẑ − z`, `(B, D)`.
  private let error: Matrix<Double>
  /// `D + σ² ∇·s`, `(B)`; empty where the rule does not need it.
  private let openness: [Double]

  init(_ measurement: PathwiseEntropy, _ paths: BridgePaths) {
    let (x, sigma) = (paths.x, paths.sigma)
    var error = measurement.score.predictedNoise(at: x, sigma: sigma)
    error.withView { error in
      paths.z.withReadOnlyView { error.vector.update(adding: -1, times: $0.vector) }
    }
    openness =
      measurement.rule == .symmetric
      ? measurement.score.divergence(at: x, sigma: sigma).map {
        Double(x.columns) + sigma * sigma * $0
      } : []
    (self.sigma, z, self.error) = (sigma, paths.z, error)
  }

  /// Adds what each path gains from here to `next`, in nats.
  func addGain(to next: PathNode, _ rule: PathwiseEntropy.Rule, into sums: inout [Double]) {
    let ratio = next.sigma / sigma
    let (width, spread) = (-log(ratio), (1 - ratio) * (1 + ratio))
    // σ_b (m_b − m_a), of whose squared length the mean is (1 − r²) D.
    var increment = next.z
    increment.withView { increment in
      z.withReadOnlyView { increment.vector.update(adding: -ratio, times: $0.vector) }
      error.withReadOnlyView { here in
        next.error.withReadOnlyView { there in
          for row in sums.indices {
            let (a, b) = (here.row(row), there.row(row))
            let left = a.dot(increment.row(row)) / ratio
            switch rule {
            case .leftPoint: sums[row] += left
            case .symmetric:
              let right = b.dot(increment.row(row))
              sums[row] += (left + right + spread * next.openness[row]) / 2
            }
            sums[row] += (a.dot(a) + b.dot(b)) / 2 * width
          }
        }
      }
    }
  }
}
