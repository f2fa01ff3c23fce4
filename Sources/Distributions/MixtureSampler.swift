internal import ForwardProcess
internal import Glibc
internal import LinearAlgebra
internal import Randomness
internal import Statistics

/// Monte Carlo for the information curve of a Gaussian mixture in three or more dimensions.
///
/// Only what the component adds to the rate is sampled, by its posterior covariance. Stratum s of S
/// draws the component at a random place in `[s/S, (s + 1)/S)` of the cumulative weight, and holds
/// an antithetic pair `y = m_k ± L ξ`, `x = y ± σ z`. Known means make control variates: those of
/// `‖y − Ey‖²`, `(y − Ey)·z`, `‖z‖²` and `‖x − Ex‖²` (as far as not the sum of these), and, since
/// `E p(k|x) = w_k`, those of `Σ_k p(k|x) f_k` for `f_k = ‖m_k − Ey‖²` and the rate within
/// component k. The variance of the posterior entropy needs a second draw of `y` given x, see
/// `posteriorEntropies`.
struct MixtureSampler {
  private static let strataPerTask = 128
  private static let enoughContributions = 64.0

  private enum Column {
    static let controls = 5
    static let between = 5
    static let surprisal = 6
    static let squaredSurprisal = 7
    static let squaredContributions = 8
    static let posteriorEntropy = 9
    static let squaredPosteriorEntropy = 10
    static let count = 11
  }

  let law: GaussianMixtureLaw
  private let workers: Workers
  private let cumulative: [Double]

  /// A sampler for `law` whose work `workers` share.
  init(law: GaussianMixtureLaw, workers: Workers) {
    self.law = law
    self.workers = workers
    var sum = 0.0
    cumulative = law.weights.map {
      sum += $0
      return sum
    }
  }

  /// The information point at `sigma`, from the random numbers of `level`.
  func point(sigma: Double, level: Int, sampling: CurveSampling) -> InformationPoint {
    let strata = max(16, (sampling.samples + 3) / 4 * 2)
    let arena = Arena<Double>(capacity: strata * Column.count)
    let results = MatrixView(arena.all, rows: strata, columns: Column.count)
    let tasks = blocks(of: strata, Self.strataPerTask)
    // The seed is changed so that these numbers are not those of a network's evaluation.
    let stream = RandomStream(
      seed: sampling.seed &+ 0x9E37_79B9_7F4A_7C15, step: UInt32(level), purpose: .noise)
    workers.run(tasks.count) { task in
      sample(tasks[task], of: strata, sigma: sigma, stream: stream, into: results)
    }
    return withExtendedLifetime(arena) { summary(results, sigma: sigma) }
  }

  private func sample(
    _ strata: Range<Int>, of total: Int, sigma: Double, stream: RandomStream,
    into results: MatrixView<Double>
  ) {
    let pair = draw(strata, of: total, stream: stream)
    var x = pair.y
    for row in 0..<x.rows {
      for j in 0..<x.columns { x[row, j] += sigma * pair.z[row, j] }
    }
    let posterior = law.responsibilities(at: x, sigma: sigma)
    let denoised = law.mean(of: posterior.probabilities) {
      law.components[$0].denoised(at: x, sigma: sigma)
    }
    let spread = law.spread(of: posterior.probabilities, about: denoised) {
      law.components[$0].denoised(at: x, sigma: sigma)
    }
    let data = law.hasDensity ? law.responsibilities(at: pair.y, sigma: 0) : nil
    let entropies = data.map {
      posteriorEntropies(
        at: x, posterior: posterior.probabilities, data: $0.probabilities, sigma: sigma,
        strata: strata, stream: stream)
    }
    let means = componentControls(sigma: sigma)
    let noise = Double(law.dimension) * (log(2 * Double.pi) / 2 + log(sigma))
    for (k, stratum) in strata.enumerated() {
      let row = results.row(stratum)
      row.fill(0)
      for sample in [2 * k, 2 * k + 1] {
        let between = spread[sample] / sigma / sigma
        let square = addControls(
          to: row, y: pair.y.row(sample), z: pair.z.row(sample),
          probabilities: posterior.probabilities.row(sample), means: means)
        row[Column.between] += between / 2
        row[Column.squaredContributions] += between * between
        guard let data, let h = entropies?[sample] else { continue }
        let surprisal = posterior.logDensity[sample] - data.logDensity[sample] + square / 2 + noise
        row[Column.surprisal] += surprisal / 2
        row[Column.squaredSurprisal] += surprisal * surprisal / 2
        row[Column.posteriorEntropy] += (h.0 + h.1) / 4
        row[Column.squaredPosteriorEntropy] += h.0 * h.1 / 2
      }
    }
  }

  /// The pairs of `strata`: rows `2k` and `2k + 1` are mirror images.
  private func draw(
    _ strata: Range<Int>, of total: Int, stream: RandomStream
  ) -> (y: Matrix<Double>, z: Matrix<Double>) {
    let (rows, D) = (2 * strata.count, law.dimension)
    let half = stream.with(.dataNormal).normals(strata.count, D, firstSample: strata.lowerBound)
    let noise = stream.normals(strata.count, D, firstSample: strata.lowerBound)
    let picks = stream.with(.data)
    var y = Matrix<Double>(rows: rows, columns: D)
    var z = y
    y.withView { y in
      half.withReadOnlyView { half in
        for (k, stratum) in strata.enumerated() {
          let position = picks.uniforms(at: UInt64(stratum)).0
          let component = component(at: (Double(stratum) + position) / Double(total))
          law.components[component].addSpread(half.row(k), to: y.row(2 * k))
          y.row(2 * k + 1).update(adding: -1, times: y.row(2 * k))
          for row in [2 * k, 2 * k + 1] {
            for j in 0..<D { y[row, j] += law.components[component].mean[j] }
          }
        }
      }
    }
    for k in 0..<strata.count {
      for j in 0..<D { (z[2 * k, j], z[2 * k + 1, j]) = (noise[k, j], -noise[k, j]) }
    }
    return (y, z)
  }

  private func component(at position: Double) -> Int {
    let target = position * (cumulative.last ?? 1)
    return cumulative.firstIndex { $0 >= target } ?? cumulative.count - 1
  }

  /// The functions of the component whose posterior means are controls, less their means, `(2, K)`.
  private func componentControls(sigma: Double) -> Matrix<Double> {
    let (K, D) = (law.weights.count, Double(law.dimension))
    var result = Matrix<Double>(rows: 2, columns: K)
    for k in 0..<K {
      let square = law.centredMeans.row(k).reduce(0) { $0 + $1 * $1 }
      result[0, k] = square / law.moments.totalVariance
      result[1, k] = law.components[k].rate(sigma: sigma) / D
    }
    for row in 0..<2 {
      let mean = (0..<K).reduce(0) { $0 + law.weights[$1] * result[row, $1] }
      for k in 0..<K { result[row, k] -= mean }
    }
    return result
  }

  /// Adds half of a sample's controls to its stratum; returns `‖z‖²`.
  private func addControls(
    to row: VectorView<Double>, y: ArraySlice<Double>, z: ArraySlice<Double>,
    probabilities: ArraySlice<Double>, means: Matrix<Double>
  ) -> Double {
    var (along, length, noise) = (0.0, 0.0, 0.0)
    for (j, center) in law.moments.mean.enumerated() {
      let (u, v) = (y[y.startIndex + j] - center, z[z.startIndex + j])
      along += u * v
      length += u * u
      noise += v * v
    }
    let variance = law.moments.totalVariance
    row[0] += along / variance.squareRoot() / 2
    row[1] += (length / variance - 1) / 2
    row[2] += (noise - Double(law.dimension)) / Double(law.dimension).squareRoot() / 2
    for (k, p) in probabilities.enumerated() {
      row[3] += p * means[0, k] / 2
      row[4] += p * means[1, k] / 2
    }
    return noise
  }

  private func summary(_ results: MatrixView<Double>, sigma: Double) -> InformationPoint {
    let regression = ControlRegression(results, controls: Column.controls)
    let between = regression.mean { $0[Column.between] }
    var (contributions, squares) = (0.0, 0.0)
    for row in 0..<results.rows {
      contributions += 2 * results[row, Column.between]
      squares += results[row, Column.squaredContributions]
    }
    let effective = squares > 0 ? contributions * contributions / squares : 0
    let within = law.rateWithin(sigma: sigma)
    // Few contributions say nothing about the rest, unless what is known makes up the rate.
    let isNegligible = between.value < 1e-3 * within && within > 0.1
    let rate = Estimate(
      within + max(0, between.value), standardError: between.standardError)
    let variance = { (mean: Int, square: Int) -> Estimate? in
      guard law.hasDensity else { return nil }
      let center = regression.mean { $0[mean] }.value
      // Var S = E S² − (E S)²: to first order its error is that of the mean of S² − 2 (E S) S.
      let value = regression.mean { $0[square] - 2 * center * $0[mean] }
        .scaled(by: 1, offset: center * center)
      return Estimate(max(0, value.value), standardError: value.standardError)
    }
    return InformationPoint(
      sigma: sigma, entropyRate: rate,
      conditionalEntropy: law.hasDensity ? regression.mean { $0[Column.surprisal] } : nil,
      posteriorEntropyVariance: variance(
        Column.posteriorEntropy, Column.squaredPosteriorEntropy),
      surprisalVariance: variance(Column.surprisal, Column.squaredSurprisal),
      restsOnRareEvents: effective < Self.enoughContributions && !isNegligible)
  }
}
