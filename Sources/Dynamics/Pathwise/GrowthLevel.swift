public import ForwardProcess
public import LinearAlgebra
internal import Randomness
public import Statistics

/// How much perturbations of reverse trajectories have grown by a noise level, and how fast they
/// grow there.
public struct GrowthLevel: Sendable {
  /// The noise level.
  public let sigma: Double
  /// The mean logarithm by which the lengths of perturbations have grown since the largest level.
  public let growth: Estimate
  /// The mean rate `σ² wᵀ ∇s w` along the perturbations w that have come down from there, per
  /// e-fold that the noise falls.
  public let rate: Estimate
  /// The mean largest local exponent, the largest eigenvalue of `σ² ∇s`, and the smallest; nil
  /// where spectra were not asked for.
  public let exponents: (smallest: Estimate, largest: Estimate)?
}

extension PerturbationGrowth {
  /// Trajectories of a task: as many as a network takes at once.
  private static let blockSize = 128

  /// The growth along `count` trajectories of the reverse flow, at least two, from noised samples
  /// at the largest of the ascending levels `sigmas` and in random directions.
  ///
  /// Steps are at most `largestStep` in ln σ. The flow keeps the marginals, so at each level the
  /// points are samples of `p_σ` if the score is exact.
  public func levels(
    at sigmas: [Double], source: any SampleSource, count: Int, largestStep: Double = 0.05,
    withSpectra: Bool, seed: UInt64, workers: Workers
  ) -> [GrowthLevel] {
    precondition(!sigmas.isEmpty && count >= 2 && source.dimension == score.dimension)
    var grid = [sigmas[sigmas.count - 1]]
    var places = [0]
    for sigma in sigmas.dropLast().reversed() {
      grid += NoiseSteps.places(from: grid[grid.count - 1], to: sigma, largest: largestStep)
      places.append(grid.count - 1)
    }
    let blocks = stride(from: 0, to: count, by: Self.blockSize).map {
      $0..<min(count, $0 + Self.blockSize)
    }
    let parts = workers.map(blocks.count) { [grid, places] block in
      records(of: blocks[block], source, grid: grid, places: places, withSpectra, seed: seed)
    }
    return sigmas.indices.map { level in
      let rows = parts.flatMap { $0[sigmas.count - 1 - level] }
      func mean(_ column: Int) -> Estimate { Estimate(meanOf: rows.map { $0[column] }) }
      return GrowthLevel(
        sigma: sigmas[level], growth: mean(0), rate: mean(1),
        exponents: withSpectra ? (mean(2), mean(3)) : nil)
    }
  }

  /// The growths, rates and exponents of trajectories `range`, by place and trajectory.
  private func records(
    of range: Range<Int>, _ source: any SampleSource, grid: [Double], places: [Int],
    _ withSpectra: Bool, seed: UInt64
  ) -> [[[Double]]] {
    let stream = RandomStream(seed: seed, step: RandomStream.evaluationSteps, purpose: .path)
    let d = source.dimension
    let y = source.samples(range.count, stream: stream, firstSample: range.lowerBound)
    let z = stream.normals(range.count, d, firstSample: range.lowerBound)
    let v = stream.with(.probe).normals(range.count, d, firstSample: range.lowerBound)
    let all = states(
      from: perturbed(y, noise: z, sigma: grid[0]), along: v, sigmas: grid)
    return places.map { place in
      let state = all[place]
      let products = score.jacobianProducts(
        at: state.x, along: state.direction, sigma: state.sigma)
      let exponents = withSpectra ? localExponents(at: state.x, sigma: state.sigma) : nil
      return state.logGrowth.indices.map { row in
        let rate = zip(state.direction.row(row), products.row(row)).reduce(0) { $0 + $1.0 * $1.1 }
        let spectrum = exponents.map { [$0[row, 0], $0[row, d - 1]] } ?? []
        return [state.logGrowth[row], state.sigma * state.sigma * rate] + spectrum
      }
    }
  }
}
