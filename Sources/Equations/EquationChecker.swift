public import Distributions
public import ForwardProcess
public import LinearAlgebra

/// Measures both sides of every equation of the paper.
///
/// Ambrogioni (2025), arXiv:2508.19897v3: Equations 1 to 46 and the statements between them that do
/// not hold as printed (MATHEMATICS, "Printed equations that do not hold as printed").
public struct EquationChecker: Sendable {
  private let setting: EquationSetting

  /// A checker that draws its samples under `seed`.
  ///
  /// Expectations are over `samples` of them, some over a fixed part; a power of 2, at least 2¹³,
  /// where every wrong form still deviates by five errors. `network` is measured where an equation
  /// must hold for any network. `score` gives the score of a law, which is the law itself unless a
  /// test wants to see equations fail.
  public init(
    seed: UInt64, samples: Int = 1 << 18, workers: Workers, network: LearnedScore? = nil,
    score: @escaping @Sendable (any Law) -> any ScoreFunction = { $0 }
  ) throws {
    precondition(samples >= 1 << 13 && samples & (samples - 1) == 0)
    setting = try EquationSetting(
      seed: seed, sampleCount: samples, workers: workers,
      network: network.map {
        NetworkMeasurement($0, samples: samples, seed: seed, workers: workers)
      }, score: score)
  }

  /// The law that most equations are measured on: three points of unequal weights in three
  /// dimensions.
  public static func makeLaw() throws -> PointsLaw {
    try EquationSetting.threePoints(weights: [0.5, 0.3, 0.2])
  }

  /// The rows, in the order of the paper; the same for any number of threads.
  public func rows() throws -> [EquationRow] {
    let equations = EquationSetting.equations
    return try setting.workers.map(equations.count) { [setting] index in
      Result { try equations[index](setting)() }
    }.map { try $0.get() }
  }
}

extension EquationSetting {
  /// Every row's measurement, in the order of the paper.
  static let equations: [@Sendable (EquationSetting) -> () throws -> EquationRow] =
    twentyQuestions + scores + losses + entropyRates + bandwidths + fixedPoints + symmetryBreaking
    + peakOfRate + lyapunov + divergences + geometry + thermodynamics
}
