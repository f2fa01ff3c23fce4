internal import Distributions
internal import Dynamics
internal import ForwardProcess
internal import Glibc
internal import LinearAlgebra
internal import Randomness
internal import Statistics

extension EquationSetting {
  static let scores: [@Sendable (EquationSetting) -> () throws -> EquationRow] = [
    equation5, equation6, afterEquation6, beforeEquation7, equation7,
  ]

  /// `dx = ν(t) dW` spreads by `σ² = ∫ν²`: steps of the process, each with the rate at its middle.
  private func equation5() -> EquationRow {
    let (steps, paths) = (50, count(cost: 16))
    let step = time / Double(steps)
    var displacement = Matrix<Double>(rows: paths, columns: dimension)
    for index in 0..<steps {
      let spread = (clock.rate((Double(index) + 0.5) * step) * step).squareRoot()
      let dW = RandomStream(seed: seed, step: UInt32(index), purpose: .test)
        .normals(paths, dimension)
      for row in 0..<paths {
        for j in 0..<dimension { displacement[row, j] += spread * dW[row, j] }
      }
    }
    let squares = (0..<paths).map { row in
      dot(Array(displacement.row(row)), Array(displacement.row(row))) / Double(dimension)
    }
    // The midpoint rule errs by h² T (ν²)″/24, with (ν²)″ = 18.
    let bias = step * step * time * 18 / 24
    return EquationRow(
      "5", "dx = ν dW, σ² = ∫ν²",
      printed: EquationComparison(
        Measured(Estimate(meanOf: squares)), Measured(variance, bound: bias)),
      note: "\(paths) paths of 50 steps: E‖x_t − x_0‖²/D against σ². Error: sampling, and h²/24 of "
        + "the rule.")
  }

  /// The samples that the reverse process makes of `start` at noise level `levels[0]`.
  private func generated(_ start: Matrix<Double>, levels: [Double]) -> Matrix<Double> {
    let size = 256
    let parts = workers.map(start.rows / size) { block in
      ReverseDiffusion(score: score(law)).eulerMaruyama(
        from: start.rows(block * size..<(block + 1) * size), sigmas: levels, seed: seed,
        firstSample: block * size
      ).elements
    }
    return Matrix(rows: start.rows, columns: dimension, elements: Array(parts.joined()))
  }

  /// The least noise level of a reverse process.
  private static let leastLevel = 0.05

  /// The share of samples that end within ten noise levels of the first point: its weight in the
  /// data.
  private func firstShare(_ x: Matrix<Double>) -> Measured {
    let shares = (0..<x.rows).map { row in
      let gap = sum(Array(x.row(row)), -1, Array(law.points.row(0)))
      return dot(gap, gap).squareRoot() < 10 * Self.leastLevel ? 1.0 : 0.0
    }
    return Measured(Estimate(meanOf: shares))
  }

  /// `dx = −ν² ∇log p dt + ν dW`, run backwards, brings `p_T` back to the data.
  private func equation6() -> EquationRow {
    let (count, largest) = (count(cost: 32), 6.0)
    let y = law.samples(count, stream: stream(6))
    let start = perturbed(y, noise: stream(6).normals(count, dimension), sigma: largest)
    let levels = reverseLevels(from: largest)
    return EquationRow(
      "6", "dx = −ν² ∇log p dt + ν dW, backwards",
      printed: EquationComparison(
        firstShare(generated(start, levels: levels)), Measured(law.weights[0])),
      note:
        "\(count) paths from p_T at σ = 6 in 400 steps of ln σ: the share that ends at the first "
        + "point against its weight. Error: sampling.")
  }

  /// Noise is added for ever, so there is no stationary distribution to start from; a normal one
  /// with the moments of `p_T` serves.
  private func afterEquation6() throws -> EquationRow {
    let (count, largest) = (count(cost: 32), 6.0)
    let y = law.samples(count, stream: stream(7))
    let noise = stream(7).normals(count, dimension)
    let (early, late) = (clock.sigma(1), clock.sigma(2))
    let printed = EquationComparison(paired: count) { i in
      func spread(_ sigma: Double) -> Double {
        let x = sum(Array(y.row(i)), sigma, Array(noise.row(i)))
        return dot(sum(x, -1, law.moments.mean), sum(x, -1, law.moments.mean))
      }
      return (spread(early), spread(late))
    }
    let start = try GaussianLaw(
      mean: law.moments.mean, covariance: dataCovariance(adding: largest * largest)
    ).samples(count, stream: stream(8))
    let arrived = firstShare(generated(start, levels: reverseLevels(from: largest)))
    return EquationRow(
      "after 6", "(6) starts from the stationary distribution of (5)", printed: printed,
      correctedStatement: "(6) starts from N(E y, Cov y + σ²)",
      corrected: EquationComparison(arrived, Measured(law.weights[0])),
      note: "Printed: E‖x − E y‖² at t = 1 and 2, equal if (5) had a stationary distribution. "
        + "Corrected: the reverse process from N(E y, Cov y + σ²) at σ = 6; the share that ends at "
        + "the first point against its weight. Error: sampling.")
  }

  /// The noise levels of a reverse process, 400 steps of equal length in `ln σ`.
  private func reverseLevels(from largest: Double) -> [Double] {
    guard let range = NoiseRange(minimum: Self.leastLevel, maximum: largest) else { return [] }
    return NoiseSchedule.geometric(range, count: 401)
  }

  /// `Cov y` with `variance` added to its diagonal, `(D, D)`.
  private func dataCovariance(adding variance: Double) -> Matrix<Double> {
    var result = Matrix<Double>(rows: dimension, columns: dimension)
    for i in 0..<dimension {
      for j in 0..<dimension {
        result[i, j] = law.weights.indices.reduce(i == j ? variance : 0) {
          $0 + law.weights[$1] * (law.points[$1, i] - law.moments.mean[i])
            * (law.points[$1, j] - law.moments.mean[j])
        }
      }
    }
    return result
  }

  /// `∇log p = E[(x − y)/σ²|x]`, which points away from the data: it is `(y − x)/σ²`.
  private func beforeEquation7() -> EquationRow {
    func compared(sign: Double) -> EquationComparison? {
      .worst(
        (0..<8).flatMap { i in
          let posterior = BayesPosterior(law, at: samples.point(i), sigma: sigma)
          return (0..<dimension).map { j in
            EquationComparison(
              Measured(samples.score[i, j], scale: 1),
              Measured(sign * (posterior.mean[j] - samples.x[i, j]) / variance, scale: 4))
          }
        })
    }
    return EquationRow(
      "before 7", "∇log p = E[(x − y)/σ²|x]", printed: compared(sign: -1),
      correctedStatement: "∇log p = E[(y − x)/σ²|x]", corrected: compared(sign: 1),
      note: "At eight points, the posterior by Bayes' theorem; the worst coordinate shown. Error: "
        + "rounding.")
  }

  /// `∇log p = −E[z|x]/σ`: a conditional mean has the same product with any function of x.
  private func equation7() -> EquationRow {
    EquationRow(
      "7", "∇log p = −E[z|x]/σ",
      printed: samples.compare { i in
        (
          samples.scoreNorm(i),
          -samples.sum { samples.z[i, $0] * samples.score[i, $0] } / sigma
        )
      },
      note: "E[s·g] against −E[z·g]/σ for g = s, over \(samples.count) samples. Error: sampling, "
        + "paired.")
  }
}
