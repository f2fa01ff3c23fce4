internal import ForwardProcess
internal import LinearAlgebra
internal import Randomness
public import Statistics

/// The Jacobian of a score function at one noise level: its spectrum, and its trace in three ways.
///
/// Over fewer samples than the rates, as a Jacobian costs more than a score.
public struct LevelGeometry: Sendable {
  /// The eigenvalues of the Fisher information and what follows from them.
  public private(set) var spectrum: InformationSpectrum
  /// The weighted means over pairs of the quantities of `Trace`.
  private var traces = WeightedMeans(quantities: Trace.allCases.count)

  private enum Trace: Int, CaseIterable {
    case probed
    case stein
    case probedDefect
    case steinDefect
  }

  /// Probes a sample.
  private static let probes = 4

  init(dimension: Int, sigma: Double) {
    spectrum = InformationSpectrum(dimension: dimension, sigma: sigma, clusterSize: 2)
  }

  /// The entropy rate `D + σ² E[∇·s]` by random probes of the Jacobian (Hutchinson 1990).
  public var probedTrace: Estimate { traces.mean(Trace.probed.rawValue) }
  /// The entropy rate by Stein's identity without a Jacobian, `D − E[z·ẑ]`, over the same samples.
  public var steinTrace: Estimate { traces.mean(Trace.stein.rawValue) }
  /// The probed trace less that of the exact Jacobian: 0 within its error.
  public var probedDefect: Estimate { traces.mean(Trace.probedDefect.rawValue) }
  /// Stein's trace less that of the exact Jacobian: 0 within its error.
  public var steinDefect: Estimate { traces.mean(Trace.steinDefect.rawValue) }

  /// Whether any sample was added.
  var isEmpty: Bool { spectrum.clusters == 0 }

  /// Adds samples, whose rate quantities are the first of `rows`.
  mutating func add(
    _ evaluator: ScoreEvaluator, _ samples: SampleBlock, _ rows: Matrix<Double>, level: Int
  ) {
    guard samples.y.rows > 0 else { return }
    let (sigma, d) = (spectrum.sigma, Double(spectrum.dimension))
    let x = perturbed(samples.y, noise: samples.z, sigma: sigma)
    let jacobians = evaluator.score.jacobian(at: x, sigma: sigma)
    spectrum.add(jacobians, weights: samples.weights)
    let stream = RandomStream(
      seed: evaluator.seed, step: RandomStream.evaluationSteps + UInt32(level), purpose: .probe)
    let signs = HutchinsonTrace(probes: Self.probes, stream: stream)
    let probed = signs.traces(
      of: evaluator.score, at: x, sigma: sigma, firstSample: samples.first)
    for first in stride(from: 0, to: x.rows, by: 2) {
      var sums = Array(repeating: 0.0, count: Trace.allCases.count)
      for row in first...first + 1 {
        let w = samples.weights[row]
        let exact = (0..<spectrum.dimension).reduce(0.0) {
          $0 + sigma * sigma * jacobians[row, $1 * spectrum.dimension + $1]
        }
        let stein = rows[row, RateSums.Column.along]
        let guess = sigma * sigma * probed[row]
        sums[Trace.probed.rawValue] += w * (d + guess) / 2
        sums[Trace.stein.rawValue] += stein / 2
        sums[Trace.probedDefect.rawValue] += w * (guess - exact) / 2
        sums[Trace.steinDefect.rawValue] += (stein - w * (d + exact)) / 2
      }
      traces.add(sums, weight: (samples.weights[first] + samples.weights[first + 1]) / 2)
    }
  }

  /// Adds all samples of `other`, of the same level.
  mutating func merge(_ other: LevelGeometry) {
    spectrum.merge(other.spectrum)
    traces.merge(other.traces)
  }
}
