import Distributions
import ForwardProcess
import Glibc
import LinearAlgebra
import Randomness

@testable import Estimation

/// Outputs of the predictor `factor · E[z|x]` on data of a law: what a user would hand in.
struct PredictionExample {
  let law: any Law
  var factor = 1.0
  var hasClean = true

  /// Independent rows at these noise levels.
  func rows(_ sigmas: [Double], seed: UInt64) -> PredictionTable {
    let y = law.samples(sigmas.count, stream: stream(.data, seed))
    let z = stream(.noise, seed).normals(sigmas.count, law.dimension)
    var table = PredictionTable(dimension: law.dimension)
    add(sigmas: sigmas, y, z, to: &table)
    return table
  }

  /// The same samples at each level, with the same noise or with noise of each level's own.
  func grid(_ sigmas: [Double], samples: Int, seed: UInt64, sharesNoise: Bool) -> PredictionTable {
    let y = law.samples(samples, stream: stream(.data, seed))
    var table = PredictionTable(dimension: law.dimension)
    for (level, sigma) in sigmas.enumerated() {
      let z = stream(.noise, seed, step: sharesNoise ? 0 : UInt32(level))
        .normals(samples, law.dimension)
      add(sigmas: Array(repeating: sigma, count: samples), y, z, to: &table)
    }
    return table
  }

  /// Log-normal noise levels, as Karras and others (2022) train with.
  static func logNormal(_ count: Int, mean: Double, deviation: Double, seed: UInt64) -> [Double] {
    let normals = RandomStream(seed: seed, step: 0, purpose: .level).normals(count, 1)
    return normals.elements.map { exp(mean + deviation * $0) }
  }

  /// What each route is for a rate `C`: with `A = f (D − C)` and `B = f² (D − C)`.
  func expected(_ route: Route, rate: Double) -> Double {
    let d = Double(law.dimension)
    let (a, b) = (factor * (d - rate), factor * factor * (d - rate))
    return switch route {
    case .loss: d - 2 * a + b
    case .divergence: d - a
    case .scoreNorm: d - b
    default: rate
    }
  }

  private func stream(_ purpose: RandomPurpose, _ seed: UInt64, step: UInt32 = 0) -> RandomStream {
    RandomStream(seed: seed, step: step, purpose: purpose)
  }

  /// Adds rows, those of one noise level at a time.
  private func add(
    sigmas: [Double], _ y: Matrix<Double>, _ z: Matrix<Double>, to table: inout PredictionTable
  ) {
    let mean = (0..<y.columns).map { j in
      (0..<y.rows).reduce(0) { $0 + y[$1, j] } / Double(y.rows)
    }
    var start = 0
    while start < sigmas.count {
      let end = sigmas[start...].firstIndex { $0 != sigmas[start] } ?? sigmas.count
      let (y, z) = (y.rows(start..<end), z.rows(start..<end))
      var predicted = law.predictedNoise(
        at: perturbed(y, noise: z, sigma: sigmas[start]), sigma: sigmas[start])
      for row in 0..<predicted.rows {
        for j in 0..<predicted.columns { predicted[row, j] *= factor }
      }
      table.add(
        sigmas: sigmas[start..<end], noise: z, predicted: predicted,
        clean: hasClean ? (y, mean) : nil)
      start = end
    }
  }
}
