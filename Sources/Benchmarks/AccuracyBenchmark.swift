internal import Distributions
internal import Estimation
internal import ForwardProcess
internal import Glibc
internal import LinearAlgebra
internal import Report
internal import ScoreNetwork
internal import Storage
internal import Training

/// How long training takes to a stated accuracy: runs of more and more steps, each with its whole
/// schedule, until one is accurate enough; all threads, the defaults but for the steps.
enum AccuracyBenchmark {
  static let datasets = [
    "two-points", "unequal-two-points", "ring-8", "hierarchy", "simplex-16", "gaussian-16",
    "subspace-4-in-16", "grid-25", "checkerboard", "circle", "swiss-roll", "two-moons", "spiral",
    "sphere-8",
  ]
  private static let budgets = [250, 500, 1000, 2000, 4000, 8000]
  private static let targets = (excess: 0.1, bandwidth: 0.005)

  static func table(_ names: [String]) throws -> TextTable {
    var table = TextTable(
      title: "Seconds of training to an accuracy (start-up and evaluation not counted), seed 0",
      columns: [
        .init("data set", alignment: .left), .init("excess entropy <= 0.1", unit: "nats"),
        .init("in", unit: "steps"), .init("time", unit: "s"),
        .init("max |b̂ − b| <= 0.005"), .init("in", unit: "steps"), .init("time", unit: "s"),
      ])
    for name in names { table.append(try row(name)) }
    return table
  }

  private static func row(_ name: String) throws -> [String] {
    let data = try Dataset(name, shareFolders: [])
    var excess: [String]?
    var bandwidth: [String]?
    for steps in budgets where excess == nil || bandwidth == nil {
      let run = try train(data, steps: steps)
      if excess == nil, run.excess <= targets.excess {
        excess = [figure(run.excess), "\(steps)", figure(run.seconds)]
      }
      if bandwidth == nil, run.bandwidth <= targets.bandwidth {
        bandwidth = [figure(run.bandwidth), "\(steps)", figure(run.seconds)]
      }
    }
    let never = ["–", "> \(budgets.last ?? 0)", "–"]
    return [name] + (excess ?? never) + (bandwidth ?? never)
  }

  /// The seconds of a run, by how much the network's loss is above the optimal one, and the largest
  /// error of its bandwidth.
  private static func train(
    _ data: Dataset, steps: Int
  ) throws -> (seconds: Double, excess: Double, bandwidth: Double) {
    let law = data.law
    let configuration = TrainingConfiguration(
      steps: steps, batch: TrainingDefaults.batch, width: TrainingDefaults.width,
      depth: TrainingDefaults.depth, activation: .silu, optimizer: TrainingDefaults.optimizer,
      learningRate: TrainingDefaults.learningRate(TrainingDefaults.optimizer),
      averageDecay: TrainingDefaults.averageDecay(steps: steps), range: law.noiseRange, seed: 0,
      holdout: 0)
    let workers = Workers(count: Workers.availableProcessors)
    let trainer = Trainer(configuration: configuration, source: law, workers: workers)
    let start = now()
    for _ in 0..<steps { try trainer.advance() }
    let seconds = now() - start
    let score = ScoreNetwork(
      parameters: trainer.state.average, embedding: trainer.state.embedding,
      preconditioning: trainer.state.preconditioning)
    let curve = ScoreEvaluator(
      score: score, source: law, exact: law, samplesPerLevel: law.affordableSamples(1024), seed: 1
    ).curve(at: law.noiseRange.levels(48), workers: workers)
    let mismatch = curve.levels.compactMap { $0.scoreMatchingLoss?.value }
    return (
      seconds, curve.integrals?.scoreMatchingLoss?.value ?? .nan,
      (mismatch.max() ?? .nan) / Double(law.dimension)
    )
  }
}
