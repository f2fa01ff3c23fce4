internal import Distributions
internal import ForwardProcess
internal import Glibc
internal import LinearAlgebra
internal import Randomness
internal import Report

/// The exact score of a large point set, against `dgemm` on a large square product.
///
/// The size is that of a well-known set of digits: 60 000 points in 784 dimensions.
struct ExactScoreBenchmark {
  private static let stream = RandomStream(seed: 8, step: 0, purpose: .test)
  /// Where some thousand of the points compete: neither one nor all of them matter.
  private static let sigma = 8.0
  private static let rowsPerThread = 256

  private let law: PointsLaw

  /// Standard normal points, as `count` and `dimension` say.
  init(count: Int = 60_000, dimension: Int = 784) throws {
    law = try PointsLaw(points: Self.stream.normals(count, dimension))
  }

  /// `count` noised points.
  private func noised(_ count: Int) -> Matrix<Double> {
    var x = law.samples(count, stream: Self.stream)
    let z = Self.stream.with(.noise).normals(count, law.dimension)
    x.withView { x in
      z.withReadOnlyView { x.vector.update(adding: Self.sigma, times: $0.vector) }
    }
    return x
  }

  /// A few scores against the definition, from distances taken one by one; and all threads against
  /// one.
  func verify() {
    let x = noised(5)
    let scores = law.score(at: x, sigma: Self.sigma)
    for row in 0..<x.rows {
      let expected = definition(x.rows(row..<row + 1))
      let largest = expected.reduce(0) { max($0, abs($1)) }
      for j in 0..<law.dimension {
        // False for a number that is not one, too.
        precondition(abs(scores[row, j] - expected[j]) <= 1e-11 * largest)
      }
    }
    let batch = noised(300)
    let shared = law.score(at: batch, sigma: Self.sigma, workers: Workers(count: 2))
    precondition(shared == law.score(at: batch, sigma: Self.sigma, workers: Workers(count: 1)))
  }

  /// The score at one point, `(1, D)`, as a sum over all points.
  private func definition(_ x: Matrix<Double>) -> [Double] {
    let variance = Self.sigma * Self.sigma
    return law.points.withReadOnlyView { points in
      x.withReadOnlyView { x in
        let exponents = (0..<points.rows).map {
          -x.row(0).squaredDistance(to: points.row($0)) / (2 * variance)
        }
        let largest = exponents.reduce(-.infinity, max)
        var sum = 0.0
        var mean = [Double](repeating: 0, count: points.columns)
        for k in 0..<points.rows {
          let weight = exp(exponents[k] - largest)
          sum += weight
          for j in mean.indices { mean[j] += weight * points[k, j] }
        }
        return mean.indices.map { (mean[$0] / sum - x[0, $0]) / variance }
      }
    }
  }

  /// What a call needs beside its arguments and its result, in megabytes, for `rows` at once.
  ///
  /// By the peak of the process, so before anything else has raised it.
  func extraMemory(rows: Int) -> Double {
    let x = noised(rows)
    let workers = Workers(count: Workers.availableProcessors)
    let before = Self.peakMemory
    let result = law.score(at: x, sigma: Self.sigma, workers: workers)
    return Self.peakMemory - before - Double(result.elements.count * 8) / 1e6
  }

  /// The most memory that the process has had, in megabytes.
  private static var peakMemory: Double {
    var usage = rusage()
    getrusage(0, &usage)  // RUSAGE_SELF, which imports with another type
    return Double(usage.ru_maxrss) * 1024 / 1e6
  }

  /// The seconds of a call for some hundred rows a thread, checked first.
  func table(threads: [Int], repeats: Int) throws -> TextTable {
    let memory = extraMemory(rows: 2048)
    verify()
    var table = TextTable(
      title:
        "Exact scores of \(law.points.rows) points in \(law.dimension) dimensions against dgemm",
      columns: [
        .init("rows"), .init("threads"), .init("time", unit: "ms"),
        .init("speed", unit: "GFLOP/s"), .init("dgemm", unit: "GFLOP/s"), .init("share"),
      ],
      footer: ["2048 rows at once take \(figure(memory)) MB beside their result."])
    let teams = threads.map { Workers(count: $0) }
    let batches = threads.map { noised($0 * Self.rowsPerThread) }
    let times = try threads.indices.map { index in
      try interleavedMedians(
        repeats: max(3, repeats / 3), seconds: 0,
        [
          { productRound(teams[index]) },
          { _ = law.score(at: batches[index], sigma: Self.sigma, workers: teams[index]) },
        ])
    }
    for index in threads.indices {
      // Two products of 2 B K D operations; what else is done counts as time only.
      let operations =
        4 * Double(batches[index].rows) * Double(law.points.rows) * Double(law.dimension)
      let speed = operations / times[index][1]
      let limit = Self.roundOperations * Double(threads[index]) / times[index][0]
      table.append([
        "\(batches[index].rows)", "\(threads[index])", figure(times[index][1] * 1e3),
        figure(speed / 1e9), figure(limit / 1e9), percent(speed / limit),
      ])
    }
    return table
  }

  private static let productSize = 2048
  private static let roundOperations = Double(2 * productSize * productSize * productSize)

  /// A large square product on each thread, of factors of its own.
  private func productRound(_ workers: Workers) {
    let n = Self.productSize
    workers.run(workers.count) { _ in
      let arena = Arena<Double>(capacity: 3 * n * n)
      let (a, b, c) = (arena.matrix(n, n), arena.matrix(n, n), arena.matrix(n, n))
      a.vector.fill(0.5)
      b.vector.fill(0.25)
      c.setProduct(.plain(a), .plain(b))
      withExtendedLifetime(arena) {}
    }
  }
}
