internal import LinearAlgebra
internal import Report
internal import Training

/// How the time of a step goes with the threads, the batch, the width and the dimension.
enum ScalingBenchmark {
  static func table(repeats: Int) throws -> TextTable {
    var table = TextTable(
      title: "The step's time by threads, batch, width and dimension (else 1, 1024, 128, 2)",
      columns: [
        .init("varied", alignment: .left), .init("value"), .init("step", unit: "us"),
        .init("speed", unit: "GFLOP/s"),
      ])
    func add(_ name: String, _ values: [Int], _ make: (Int) -> (StepBenchmark, Int)) throws {
      let benchmarks = values.map(make)
      let trainers = benchmarks.map { $0.trainer(threads: $1) }
      let times = try interleavedMedians(
        repeats: repeats, seconds: 0.1, trainers.map { $0.advance })
      for (index, value) in values.enumerated() {
        table.append([
          name, "\(value)", "\(Int(times[index] * 1e6))",
          figure(benchmarks[index].0.operations / times[index] / 1e9),
        ])
      }
    }
    let threads = Array(1...Workers.availableProcessors)
    try add("threads", threads) { (StepBenchmark(width: 128), $0) }
    try add("batch", [64, 256, 1024, 4096]) { (StepBenchmark(width: 128, batch: $0), 1) }
    try add("width", [16, 32, 64, 128, 256, 512]) { (StepBenchmark(width: $0), 1) }
    try add("dimension", [1, 2, 4, 8, 16, 64]) { (StepBenchmark(width: 128, dimension: $0), 1) }
    return table
  }
}
