internal import Distributions
internal import Estimation
internal import ForwardProcess
internal import LinearAlgebra
internal import ScoreNetwork
internal import Training

/// The whole training step on eight points in the plane, against `sgemm` on the hidden layer's shape.
struct StepBenchmark {
  private let width: Int
  private let law: PointsLaw
  private let configuration: TrainingConfiguration

  /// Depth 3 and a batch of 1024, as the defaults.
  init(width: Int) {
    self.width = width
    do {
      law = try PointsLaw(
        points: Matrix((0..<8).map { [Double($0 % 3) - 1, Double($0 / 3) - 1] }))
    } catch {
      preconditionFailure("the benchmark's points are a law: \(error)")
    }
    configuration = TrainingConfiguration(
      steps: 100_000, batch: 1024, width: width, depth: 3, activation: .silu, optimizer: .adam,
      learningRate: 1e-3, averageDecay: 0.999, range: law.noiseRange, seed: 0, holdout: 0)
  }

  private func trainer(threads: Int) -> Trainer {
    Trainer(
      configuration: configuration, source: law,
      state: TrainingState(
        shape: configuration.networkShape(dimension: 2), moments: law.moments, seed: 0),
      ledger: LossLedger(
        range: configuration.range, totalVariance: law.moments.totalVariance,
        dataScale: law.moments.scale, pageSteps: 1000), step: 0,
      workers: Workers(count: threads))
  }

  /// Two threads and one must train to the same bits, or the times mean nothing.
  func verify() throws {
    let (one, two) = (trainer(threads: 1), trainer(threads: 2))
    for _ in 0..<10 {
      try one.advance()
      try two.advance()
    }
    precondition(one.state.network.all.elements == two.state.network.all.elements)
    precondition(one.batchLoss.isFinite)
  }

  /// Medians of interleaved repeats, one line for each number of threads.
  func run(threads: [Int], repeats: Int) throws -> [String] {
    let trainers = threads.map(trainer)
    let steps = 300
    var times = threads.map { _ in [Double]() }
    var peak: [Double] = []
    for _ in 0..<repeats {
      peak.append(productSpeed())
      for (index, trainer) in trainers.enumerated() {
        let start = now()
        for _ in 0..<steps { try trainer.advance() }
        times[index].append((now() - start) / Double(steps))
      }
    }
    let operations = Double(
      configuration.networkShape(dimension: 2).trainingFLOPsPerRow * configuration.batch)
    let limit = median(peak)
    return threads.indices.map { index in
      let time = median(times[index])
      let speed = operations / time
      let share = speed / (limit * Double(threads[index]))
      return "step, width \(width), \(threads[index]) threads: \(Int(time * 1e6)) us, "
        + "\(Int(speed / 1e9)) GFLOP/s, \(Int(100 * share)) % of sgemm's \(Int(limit / 1e9)) a core"
    }
  }

  /// Operations a second of one core on the product of the hidden layer, the whole batch at once.
  private func productSpeed() -> Double {
    let rows = configuration.batch
    let arena = Arena<Float>(
      capacity: Arena<Float>.capacity(for: [rows * width, width * width, rows * width]))
    let (x, w, y) = (
      arena.matrix(rows, width), arena.matrix(width, width), arena.matrix(rows, width)
    )
    x.vector.fill(0.5)
    w.vector.fill(0.25)
    let repeats = 100
    let start = now()
    for _ in 0..<repeats { y.setProduct(.plain(x), .transposed(w)) }
    return Double(2 * rows * width * width * repeats) / (now() - start)
  }
}
