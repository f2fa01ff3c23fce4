internal import Distributions
internal import Estimation
internal import ForwardProcess
internal import LinearAlgebra
internal import Report
internal import ScoreNetwork

/// The evaluation of a network: samples a second through every route, and the network's own passes
/// against `sgemm`.
struct EvaluationBenchmark {
  private let law: PointsLaw
  private let network: ScoreNetwork<Float>

  /// Eight points in the plane, and a network of the default size with random weights.
  init() {
    do {
      law = try PointsLaw(
        points: Matrix((0..<8).map { [Double($0 % 3) - 1, Double($0 / 3) - 1] }))
    } catch {
      preconditionFailure("the benchmark's points are a law: \(error)")
    }
    let parameters = NetworkParameters<Float>(
      shape: NetworkShape(
        dimension: 2, frequencyCount: 16, width: 128, depth: 3, activation: .silu))
    parameters.initialize(seed: 9)
    network = ScoreNetwork(
      parameters: parameters,
      embedding: NoiseEmbedding(frequencies: NoiseEmbedding<Float>.defaultFrequencies),
      preconditioning: Preconditioning(mean: [0, 0], scale: 1))
  }

  func table(threads: [Int], repeats: Int) throws -> TextTable {
    var table = TextTable(
      title: "Evaluation of a network (width 128, depth 3, D = 2; 48 levels of 4096 samples)",
      columns: [
        .init("what", alignment: .left), .init("threads"), .init("time", unit: "ms"),
        .init("speed", unit: "million samples/s"), .init("GFLOP/s"), .init("share of sgemm"),
      ])
    let (samples, levels) = (4096, law.noiseRange.levels(48))
    let x = law.samples(samples, stream: .init(seed: 1, step: 0, purpose: .test))
    let evaluator = ScoreEvaluator(
      score: network, source: law, exact: law, samplesPerLevel: samples, seed: 0)
    let teams = threads.map { Workers(count: $0) }
    // The threads' results must be the same, or the times mean nothing.
    let losses = teams.map { evaluator.curve(at: levels, workers: $0).levels.map(\.loss.value) }
    precondition(losses.allSatisfy { $0 == losses[0] && $0.allSatisfy(\.isFinite) })
    let peak = PeakProduct(width: 128)
    let times = try interleavedMedians(
      repeats: max(3, repeats / 3),
      [peak.run, { _ = network.score(at: x, sigma: 0.5) }]
        + teams.map { team in { _ = evaluator.curve(at: levels, workers: team) } })
    let limit = peak.operations / times[0]
    // Two operations a weight.
    let pass =
      2 * Double(network.parameters.shape.layerShapes.reduce(0) { $0 + $1.output * $1.input })
    func row(_ name: String, _ threads: Int, _ count: Int, _ time: Double) -> [String] {
      let speed = pass * Double(count) / time
      return [
        name, "\(threads)", figure(time * 1e3), figure(Double(count) / time / 1e6),
        figure(speed / 1e9), percent(speed / limit / Double(threads)),
      ]
    }
    table.append(row("score(at:)", 1, samples, times[1]))
    for (count, time) in zip(threads, times.dropFirst(2)) {
      table.append(row("all routes, one pass counted", count, samples * levels.count, time))
    }
    return table
  }
}
