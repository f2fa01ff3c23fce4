internal import CAllocationCount
internal import Distributions
internal import LinearAlgebra
internal import Report
internal import ScoreNetwork
internal import Training

/// The whole training step, everything from the draws to the weights' average, on points of a law.
struct StepBenchmark {
  let configuration: TrainingConfiguration
  private let law: PointsLaw

  /// Depth 3 as the default, and eight points.
  init(width: Int, batch: Int = 1024, dimension: Int = 2, optimizer: OptimizerKind = .adam) {
    let points = (0..<8).map { (point: Int) -> [Double] in
      (0..<dimension).map { (axis: Int) -> Double in
        Double((point >> (axis % 3)) & 1) + 0.1 * Double(axis * point % 5)
      }
    }
    do {
      law = try PointsLaw(points: Matrix(points))
    } catch {
      preconditionFailure("the benchmark's points are a law: \(error)")
    }
    configuration = TrainingConfiguration(
      steps: 1_000_000, batch: batch, width: width, depth: 3, activation: .silu,
      optimizer: optimizer, learningRate: 1e-3, averageDecay: 0.999, range: law.noiseRange,
      seed: 0, holdout: 0)
  }

  /// A run on so many threads.
  func trainer(threads: Int) -> Trainer {
    Trainer(configuration: configuration, source: law, workers: Workers(count: threads))
  }

  /// Multiplications and additions of the useful matrix products of a step.
  var operations: Double {
    Double(
      configuration.networkShape(dimension: law.dimension).trainingFLOPsPerRow
        * configuration.batch)
  }

  /// Several threads and one must train to the same bits, and allocate nothing, or the times mean
  /// nothing.
  func verify() throws {
    let (one, many) = (trainer(threads: 1), trainer(threads: 3))
    for _ in 0..<10 {
      try one.advance()
      try many.advance()
    }
    precondition(one.state.network.all.elements == many.state.network.all.elements)
    precondition(one.batchLoss.isFinite)
    let before = ts_allocations()
    for _ in 0..<100 {
      try one.advance()
      try many.advance()
    }
    // SOAP's products are small, and for those OpenBLAS has kernels that allocate.
    precondition(configuration.optimizer == .soap || ts_allocations() == before)
  }

  /// The step's useful operations a second against `sgemm`, for several widths and numbers of
  /// threads.
  static func table(threads: [Int], repeats: Int) throws -> TextTable {
    var table = TextTable(
      title:
        "The training step (Adam, batch 1024, depth 3, D = 2) against sgemm on 1024 x width x width",
      columns: [
        .init("width"), .init("threads"), .init("step", unit: "us"),
        .init("speed", unit: "GFLOP/s"), .init("sgemm", unit: "GFLOP/s, a core"),
        .init("share"), .init("against one thread"),
      ],
      footer: ["Allocations in 200 steps: 0 (counted)."])
    for width in [64, 128, 256] {
      let benchmark = StepBenchmark(width: width)
      try benchmark.verify()
      try StepBenchmark(width: width, optimizer: .soap).verify()
      let peak = PeakProduct(width: width)
      let trainers = threads.map(benchmark.trainer)
      let times = try interleavedMedians(
        repeats: repeats, seconds: 0.2, [peak.run] + trainers.map { $0.advance })
      let limit = peak.operations / times[0]
      for (count, time) in zip(threads, times.dropFirst()) {
        let speed = benchmark.operations / time
        table.append([
          "\(width)", "\(count)", "\(Int(time * 1e6))", figure(speed / 1e9), figure(limit / 1e9),
          percent(speed / (limit * Double(count))), figure(times[1] / time),
        ])
      }
    }
    return table
  }
}
