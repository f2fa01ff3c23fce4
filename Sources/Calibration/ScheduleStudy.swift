internal import Distributions
internal import Dynamics
internal import Estimation
internal import ForwardProcess
internal import LinearAlgebra
internal import Randomness
internal import Statistics

/// Samples of one subject by every sampler, number of steps and schedule, and how far they are from
/// the law.
struct ScheduleStudy: Sendable {
  /// The samplers.
  enum Sampler: String, CaseIterable {
    /// Euler's method on the deterministic flow.
    case euler
    /// Euler's and Maruyama's on the stochastic process.
    case eulerMaruyama = "Euler–Maruyama"
    /// The same with the noise of ancestral sampling.
    case ancestral
  }

  /// A row of the table.
  struct Setting: Sendable {
    let sampler: Sampler
    let steps: Int
    /// The levels of each schedule.
    let levels: [[Double]]
  }

  /// What one repeat found, for every setting and in it for every schedule.
  struct Distances: Sendable {
    var energy: [Double] = []
    /// Of finite laws alone.
    var divergence: [Double] = []
  }

  /// The schedules by name; those without a clock come from the range alone.
  static let schedules: [(name: String, clock: EntropicTime.Kind?)] = [
    ("karras", nil), ("geometric", nil), ("entropic", .entropic), ("rescaled", .rescaled),
  ]

  /// The rows.
  let settings: [Setting]
  private let subject: Subject
  private let start: GaussianBaseline
  private let samples: Int
  private let seed: UInt64
  private let points: PointsLaw?
  /// The mean distance of two points of a finite law.
  private let pointDistance: Double

  /// Samples per noise level of a curve that has no quadrature.
  private static let curveSamples = 4096

  /// Whether the law is one of finitely many points.
  var isFinite: Bool { points != nil }

  /// The study of a subject; its entropic levels are made here.
  init(
    _ subject: Subject, steps: [Int], samples: Int, seed: UInt64, isWide: Bool, workers: Workers
  ) {
    (self.subject, self.samples, self.seed) = (subject, samples, seed)
    let law = subject.law
    let scale = law.moments.scale
    // The defaults of Karras and others (2022) for data of scale one half, in data scales.
    let wide = NoiseRange(minimum: 0.004 * scale, maximum: 160 * scale)
    let range = isWide && !subject.isLearned ? wide ?? subject.range : subject.range
    // Both clocks come from one curve.
    var known: [Double: Estimate] = [:]
    let clocks = Self.schedules.map { schedule in
      schedule.clock.flatMap { clock in
        EntropicTime(clock, over: range) { sigmas in
          let unknown = sigmas.filter { known[$0] == nil }
          let rates = subject.rates(at: unknown, samples: Self.curveSamples, workers)
          for (sigma, rate) in zip(unknown, rates) { known[sigma] = rate }
          return sigmas.compactMap { known[$0] }
        }
      }
    }
    settings = Sampler.allCases.flatMap { sampler in
      steps.map { steps in
        Setting(
          sampler: sampler, steps: steps,
          levels: zip(Self.schedules, clocks).map { schedule, time in
            if let time { return NoiseSchedule.entropic(time, over: range, count: steps + 1) }
            return schedule.name == "karras"
              ? NoiseSchedule.karras(range, count: steps + 1)
              : NoiseSchedule.geometric(range, count: steps + 1)
          })
      }
    }
    start = GaussianBaseline(law) ?? GaussianBaseline(isotropic: law.moments)
    points = law as? PointsLaw
    pointDistance =
      points.map { law in
        // With the weights on both sides: of each point to all others, and 0 to itself.
        (0..<law.points.rows).reduce(0) {
          $0 + law.weights[$1]
            * EnergyDistance.between(law.points.rows($1..<$1 + 1), law.points, weights: law.weights)
        }
      } ?? 0
  }

  /// What the samples of a repeat are: all schedules start from the same points, with the same
  /// noise.
  func distances(repeat index: Int) -> Distances {
    let seed = seed + UInt64(index)
    let start = RandomStream(seed: seed, step: RandomStream.evaluationSteps, purpose: .sampler)
    let other = subject.law.samples(
      samples, stream: RandomStream(seed: seed, step: 1 << 30, purpose: .sampler))
    let otherDistance = isFinite ? 0 : EnergyDistance.within(other)
    var result = Distances()
    for setting in settings {
      for levels in setting.levels {
        let x = self.start.samples(samples, sigma: levels[0], stream: start)
        let y = draw(setting.sampler, from: x, levels: levels, seed: seed)
        let within = EnergyDistance.within(y)
        guard let points else {
          result.energy.append(2 * EnergyDistance.between(y, other) - within - otherDistance)
          continue
        }
        let between = EnergyDistance.between(y, points.points, weights: points.weights)
        result.energy.append(2 * between - within - pointDistance)
        result.divergence.append(
          frequencyDivergence(counts(y, points.points), from: points.weights))
      }
    }
    return result
  }

  private func draw(
    _ sampler: Sampler, from x: Matrix<Double>, levels: [Double], seed: UInt64
  ) -> Matrix<Double> {
    let last =
      switch sampler {
      case .euler: ProbabilityFlow(score: subject.score).euler(from: x, sigmas: levels)
      case .eulerMaruyama:
        ReverseDiffusion(score: subject.score).eulerMaruyama(from: x, sigmas: levels, seed: seed)
      case .ancestral:
        ReverseDiffusion(score: subject.score).ancestral(from: x, sigmas: levels, seed: seed)
      }
    return subject.score.denoised(at: last, sigma: levels[levels.count - 1])
  }

  /// How many rows of `x` are nearest to each of `points`.
  private func counts(_ x: Matrix<Double>, _ points: Matrix<Double>) -> [Int] {
    var counts = Array(repeating: 0, count: points.rows)
    for row in 0..<x.rows {
      let squares = (0..<points.rows).map { point in
        zip(x.row(row), points.row(point)).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
      }
      counts[squares.indices.min { squares[$0] < squares[$1] } ?? 0] += 1
    }
    return counts
  }
}

extension Subject {
  /// The entropy rates of the law, or the losses of the network, at ascending noise levels.
  fileprivate func rates(at sigmas: [Double], samples: Int, _ workers: Workers) -> [Estimate] {
    guard !sigmas.isEmpty else { return [] }
    guard !isLearned else {
      return evaluator(samples: samples, seed: 0).curve(at: sigmas, workers: workers)
        .levels.map(\.loss)
    }
    return law.informationCurve(
      at: sigmas, sampling: CurveSampling(samples: samples, seed: 0, workers: workers)
    ).map(\.entropyRate)
  }
}
