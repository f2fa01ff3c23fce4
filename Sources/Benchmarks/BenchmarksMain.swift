internal import Glibc
internal import LinearAlgebra

/// Checks each part against its reference, then times it and prints its share of the machine's limit.
@main
enum BenchmarksMain {
  static func main() throws {
    print("\(BLAS.coreType), OpenBLAS \(BLAS.version), \(Workers.availableProcessors) processors")
    let jacobian = JacobianBenchmark()
    jacobian.verify()
    print(jacobian.run(repeats: 25))
    let threads = Set([1, Workers.availableProcessors]).sorted()
    let exactScore = try ExactScoreBenchmark()
    let rows = 2048
    print(
      "exact score, \(rows) rows: \(Int(exactScore.extraMemory(rows: rows))) MB beside the result")
    exactScore.verify()
    for result in exactScore.run(threads: threads, repeats: 5) { print(result) }
    for width in [64, 128, 256] {
      let benchmark = StepBenchmark(width: width)
      try benchmark.verify()
      for result in try benchmark.run(threads: threads, repeats: 5) { print(result) }
    }
  }
}

/// Seconds since an arbitrary moment.
func now() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return Double(time.tv_sec) + 1e-9 * Double(time.tv_nsec)
}

/// The middle value, or the upper of the two in the middle.
func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }
