internal import ArgumentParser
internal import Distributions
internal import Estimation
internal import ForwardProcess
internal import LinearAlgebra
internal import Storage

/// Measures what the intervals and the variance reductions of Estimation, and the schedules of
/// Dynamics, are worth.
@main
struct Calibration: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Measures coverage and efficiency of the estimates, and schedules of samplers.",
    subcommands: [Coverage.self, Efficiency.self, Schedules.self])
}

/// A score with the law of its data: what is measured here.
struct Subject: Sendable {
  /// What the table calls it.
  let name: String
  let score: any ScoreFunction
  let law: any Law
  /// Whether the score is a learned one, whose loss is not that of the law.
  let isLearned: Bool
  /// The noise levels that it was trained on, or over which the law decides.
  let range: NoiseRange

  /// A data set with its exact score, or a checkpoint.
  init(_ argument: String) throws {
    name = argument
    guard argument.hasSuffix(".safetensors") else {
      law = try Dataset(argument, shareFolders: []).law
      (score, isLearned, range) = (law, false, law.noiseRange)
      return
    }
    let checkpoint = try Checkpoint(path: argument)
    law = try Dataset(
      record: checkpoint.dataset, checkpoint: argument, folders: ["", "datasets"]
    ).law
    (score, isLearned, range) = (checkpoint.score(), true, checkpoint.configuration.range)
  }

  /// An evaluator of the score on fresh samples.
  func evaluator(
    samples: Int, seed: UInt64, design: SamplingDesign = .full
  ) -> ScoreEvaluator {
    ScoreEvaluator(
      score: score, source: law, exact: nil, samplesPerLevel: samples,
      hasCheapDivergence: !isLearned, seed: seed, design: design)
  }
}
