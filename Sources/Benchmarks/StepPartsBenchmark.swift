internal import LinearAlgebra
internal import Report
internal import ScoreNetwork
internal import Training

/// The parts of a step, one after another, each over all shards of a batch.
enum StepPartsBenchmark {
  static func table(threads: [Int], repeats: Int) throws -> TextTable {
    var table = TextTable(
      title: "The parts of a step (Adam, batch 1024, depth 3, D = 2), each over the whole batch",
      columns: [.init("width"), .init("part", alignment: .left)]
        + threads.map { .init("\($0) thread\($0 == 1 ? "" : "s")", unit: "us") }
        + [.init("share, 1 thread")])
    for width in [64, 128, 256] {
      let columns = try threads.map { try times(width: width, threads: $0, repeats: repeats) }
      let total = columns[0].dropLast().reduce(0) { $0 + $1.time }
      for (index, part) in columns[0].enumerated() {
        table.append(
          ["\(width)", part.name] + columns.map { figure($0[index].time * 1e6) }
            + [index + 1 < columns[0].count ? percent(part.time / total) : "–"])
      }
    }
    return table
  }

  private static func times(
    width: Int, threads: Int, repeats: Int
  ) throws -> [(name: String, time: Double)] {
    let trainer = StepBenchmark(width: width).trainer(threads: threads)
    // Updates without new gradients lead nowhere: they have trainers of their own.
    let adam = StepBenchmark(width: width).trainer(threads: threads)
    let soap = StepBenchmark(width: width, optimizer: .soap).trainer(threads: threads)
    let (pass, workers) = (trainer.pass, Workers(count: threads))
    let (batch, source, state) = (trainer.batchAddress, pass.source, trainer.state)
    /// A body that does something to every shard.
    func shards(_ body: @escaping @Sendable (Shard, ShardWorkspace) -> Void) -> () -> Void {
      {
        workers.run(pass.shards.count) { task, worker in
          flushingDenormals { body(pass.shards[task], pass.workspaces[worker]) }
        }
      }
    }
    let parts: [(String, () throws -> Void)] = [
      ("draw points", shards { $1.drawPoints($0, from: source, batch) }),
      ("draw noise levels", shards { $1.drawLevels($0, batch) }),
      ("perturb, embed", shards { $1.perturb($0, batch) }),
      ("forward", shards { MultilayerPerceptron.forward(state.network, $1.work) }),
      ("loss", shards { $1.computeLoss($0) }),
      ("ledger", shards { $1.enterLedger($0) }),
      (
        "backward",
        shards {
          MultilayerPerceptron.backward(state.network, $1.work, gradient: $0.gradient)
        }
      ),
      ("sum of gradients, Adam, average", { try adam.update(step: 1000) }),
      ("ten of the same with SOAP", { for step in 0..<10 { try soap.update(step: 1000 + step) } }),
    ]
    try trainer.advance()
    try adam.advance()
    try soap.advance()
    let times = try interleavedMedians(repeats: repeats, seconds: 0.02, parts.map(\.1))
    return zip(parts, times).map { ($0.0, $1) }
  }
}
