internal import ForwardProcess
internal import Glibc
internal import LinearAlgebra
internal import Randomness
internal import Statistics

/// Monte Carlo for the information curve of finite points in three or more dimensions.
///
/// The posterior covariance is averaged, not squared errors. Samples are stratified over the
/// points: stratum s of S starts from the point at a random place in `[s/S, (s + 1)/S)` of the
/// cumulative probability, and holds two samples. Where decisions are rare one of the two is
/// shifted (`RareEventPlan`), and both carry weights whose mean is 1 and which never exceed 4.
/// Since these means are known, weight − 1 and the weighted `z·u`, `(z·u)² − ‖u‖²` and `‖z‖² − D`,
/// `u = y − E y`, are control variates. Errors come from differences of neighbouring strata
/// (collapsed strata, Cochran 1977, 5A.12): if biased, then upwards.
struct RareEventSampler {
  /// Strata per task: 256 samples, one block of posteriors.
  private static let strataPerTask = 128
  /// Work, in multiplications, that the posteriors of one level may cost: a second or two of one
  /// core.
  private static let budget = 4e10
  /// Samples that a level has however much they cost.
  private static let leastSamples = 256
  /// With fewer samples' worth of contributions, a rate rests on rare events.
  private static let enoughContributions = 64.0
  /// The columns of a stratum's results.
  ///
  /// Means over its two samples, and the sum of squared contributions to the rate. The controls
  /// come first; their expectations are 0.
  private enum Column {
    static let controls = 4
    static let rate = 4
    static let entropy = 5
    static let squaredEntropy = 6
    static let squaredSurprisal = 7
    static let squaredContributions = 8
    static let count = 9
  }

  let law: PointsLaw
  private let workers: Workers
  private let neighbours: NearestNeighbours

  /// A sampler for `law` whose work `workers` share.
  init(law: PointsLaw, workers: Workers) {
    self.law = law
    self.workers = workers
    neighbours = NearestNeighbours(law, workers: workers)
  }

  /// The samples that a level takes when `samples` are asked for.
  ///
  /// A posterior costs `2 K D` multiplications, and exponentials that take as long as `50 K` more.
  /// Where all that were asked for would cost more than the budget there are fewer, at least 256,
  /// and the standard errors, which are those of the samples taken, are larger: 412 samples of 60
  /// 000 points in 784 dimensions. Up to `K (D + 25) = 1.2e6` there are 16 384 if asked for.
  static func affordableSamples(_ samples: Int, law: PointsLaw) -> Int {
    let cost = 2 * Double(law.weights.count) * (Double(law.dimension) + 25)
    return min(samples, max(leastSamples, Int(budget / cost)))
  }

  /// The information point at `sigma`, from the random numbers of `level`.
  func point(sigma: Double, level: Int, sampling: CurveSampling) -> InformationPoint {
    // Pairs of strata, at least two, so that there is an error to estimate.
    let samples = Self.affordableSamples(sampling.samples, law: law)
    let strata = max(4, (samples + 3) / 4 * 2)
    let plan = RareEventPlan(law: law, neighbours: neighbours, sigma: sigma)
    let arena = Arena<Double>(capacity: strata * Column.count)
    let results = MatrixView(arena.all, rows: strata, columns: Column.count)
    let tasks = blocks(of: strata, Self.strataPerTask)
    // The seed is changed so that these numbers are not those of a network's evaluation.
    let stream = RandomStream(
      seed: sampling.seed &+ 0x9E37_79B9_7F4A_7C15, step: UInt32(level), purpose: .noise)
    workers.run(tasks.count) { task in
      sample(tasks[task], of: strata, plan: plan, sigma: sigma, stream: stream, into: results)
    }
    return withExtendedLifetime(arena) { Self.summary(results, sigma: sigma) }
  }

  /// Fills the rows `strata` of `results`.
  private func sample(
    _ strata: Range<Int>, of total: Int, plan: RareEventPlan, sigma: Double, stream: RandomStream,
    into results: MatrixView<Double>
  ) {
    var x = stream.normals(
      2 * strata.count, law.dimension, firstSample: 2 * strata.lowerBound)
    var controls = Matrix<Double>(rows: x.rows, columns: Column.controls)
    let picks = stream.with(.data)
    x.withView { x in
      law.points.withReadOnlyView { points in
        for (k, stratum) in strata.enumerated() {
          let random = picks.uniforms(at: UInt64(stratum))
          let i = plan.point(at: (Double(stratum) + random.0) / Double(total))
          for row in [2 * k, 2 * k + 1] {
            let weight = place(
              x.row(row), from: i, shiftedAt: row % 2 == 1 ? random.1 : nil, points: points,
              plan: plan)
            setControls(&controls, row: row, weight: weight, z: x.row(row), point: points.row(i))
            x.row(row).update(scale: sigma, adding: 1, times: points.row(i))
          }
        }
      }
    }
    let posterior = law.posterior(at: x, sigma: sigma)
    for (k, stratum) in strata.enumerated() {
      let row = results.row(stratum)
      row.fill(0)
      for sample in [2 * k, 2 * k + 1] {
        let weight = 1 + controls[sample, 0]
        let rate = weight * (posterior.totalVariance[sample] / sigma / sigma)
        let entropy = posterior.entropy[sample]
        for c in 0..<Column.controls { row[c] += controls[sample, c] / 2 }
        row[Column.rate] += rate / 2
        row[Column.entropy] += weight * entropy / 2
        row[Column.squaredEntropy] += weight * entropy * entropy / 2
        row[Column.squaredSurprisal] += weight * posterior.squaredSurprisal[sample] / 2
        row[Column.squaredContributions] += rate * rate
      }
    }
  }

  /// Shifts the normals in `x` towards the neighbour of point `i` that `position` chooses, or not
  /// at all; returns the weight of `y_i + σ x`.
  private func place(
    _ x: VectorView<Double>, from i: Int, shiftedAt position: Double?,
    points: MatrixView<Double>, plan: RareEventPlan
  ) -> Double {
    let origin = points.row(i)
    var weight = plan.weights[i]
    if plan.isShifted {
      if let position {
        let shift = plan.shift(of: i, at: position)
        let scale = shift.length / shift.distance
        x.update(adding: scale, times: points.row(shift.neighbour))
        x.update(adding: -scale, times: origin)
      }
      let along = x.dot(origin)
      weight *= plan.balance(of: i) { neighbour, distance in
        (x.dot(points.row(neighbour)) - along) / distance
      }
    }
    return weight
  }

  /// Notes the weighted control variates of a sample `point + σ z`.
  private func setControls(
    _ controls: inout Matrix<Double>, row: Int, weight: Double, z: VectorView<Double>,
    point: VectorView<Double>
  ) {
    var (along, length, noise) = (0.0, 0.0, 0.0)
    for j in 0..<z.count {
      let u = point[j] - law.moments.mean[j]
      along += z[j] * u
      length += u * u
      noise += z[j] * z[j]
    }
    // In units of the data scale, so that all four are comparable numbers.
    let square = max(law.moments.totalVariance, .leastNormalMagnitude)
    controls[row, 0] = weight - 1
    controls[row, 1] = weight * along / square.squareRoot()
    controls[row, 2] = weight * (along * along - length) / square
    controls[row, 3] = weight * (noise - Double(law.dimension)) / Double(law.dimension).squareRoot()
  }

  /// The estimates that all strata together make.
  private static func summary(_ results: MatrixView<Double>, sigma: Double) -> InformationPoint {
    let regression = ControlRegression(results, controls: Column.controls)
    let rate = regression.mean { $0[Column.rate] }
    let entropy = regression.mean { $0[Column.entropy] }
    // Var h = E h² − H²: to first order its error is that of the mean of h² − 2 H h.
    let h = entropy.value
    let squaredEntropy = regression.mean {
      $0[Column.squaredEntropy] - 2 * h * $0[Column.entropy]
    }
    let squaredSurprisal = regression.mean {
      $0[Column.squaredSurprisal] - 2 * h * $0[Column.entropy]
    }
    var (contributions, squares) = (0.0, 0.0)
    for row in 0..<results.rows {
      contributions += 2 * results[row, Column.rate]
      squares += results[row, Column.squaredContributions]
    }
    let effective = squares > 0 ? contributions * contributions / squares : 0
    return InformationPoint(
      sigma: sigma, entropyRate: nonNegative(rate), conditionalEntropy: nonNegative(entropy),
      posteriorEntropyVariance: nonNegative(squaredEntropy.scaled(by: 1, offset: h * h)),
      surprisalVariance: nonNegative(squaredSurprisal.scaled(by: 1, offset: h * h)),
      restsOnRareEvents: effective < enoughContributions)
  }

  private static func nonNegative(_ estimate: Estimate) -> Estimate {
    Estimate(max(0, estimate.value), standardError: estimate.standardError)
  }
}
