import Distributions
import Dynamics
import ForwardProcess
import Glibc
import LinearAlgebra
import Randomness
import Synchronization
import Testing

@Suite struct AdaptiveFlowTests {
  /// Where points start: row by row, `scale` times standard normal numbers of a seed.
  private func start(_ rows: Int, _ columns: Int, scale: Double, seed: UInt64) -> Matrix<Double> {
    let z = RandomStream(seed: seed, step: 0, purpose: .test).normals(rows, columns)
    return Matrix(rows: rows, columns: columns, elements: z.elements.map { scale * $0 })
  }

  // Errors of the steps shrink with the points and add up: measured are 0.18 to 0.23 tolerances.
  @Test(
    "The adaptive flow keeps its tolerance on Gaussian data, and takes what it says it takes",
    arguments: [1e-3, 1e-5, 1e-7, 1e-9])
  func gaussian(tolerance: Double) throws {
    let deviations = [1, 0.3]
    let law = try GaussianLaw(mean: [1, -1], standardDeviations: deviations)
    let range = try #require(NoiseRange(minimum: 0.01, maximum: 20))
    let x = start(50, 2, scale: 20, seed: 7)
    let counter = CountingScore(law)
    let arrival = try #require(
      ProbabilityFlow(score: counter).adaptive(
        from: x, over: range, tolerance: tolerance, dataScale: law.moments.scale))
    let expected = (0..<50).flatMap { row in
      (0..<2).map { j in
        let scale = hypot(deviations[j], 0.01) / hypot(deviations[j], 20)
        return law.mean[j] + scale * (x[row, j] - law.mean[j])
      }
    }
    let error = largestDifference(arrival.points.elements, expected) / law.moments.scale
    #expect(error < tolerance, "error \(error / tolerance) tolerances")
    #expect(counter.count == arrival.evaluations)
  }

  // Where paths part the flow stretches errors as it does distances: measured are 0.17 to 1.3
  // tolerances.
  @Test("The adaptive flow keeps its tolerance where points decide", arguments: [1e-4, 1e-6, 1e-8])
  func points(tolerance: Double) throws {
    let law = try PointsLaw(
      points: Matrix([[1, 0], [-1, 0.5], [0, -1]]), weights: [0.5, 0.3, 0.2])
    let range = try #require(NoiseRange(minimum: 0.1, maximum: 20))
    let x = start(20, 2, scale: 20, seed: 8)
    let flow = ProbabilityFlow(score: law)
    let reference = flow.rungeKutta(
      from: x, sigmas: NoiseSchedule.geometric(range, count: 2001))
    let arrival = try #require(
      flow.adaptive(from: x, over: range, tolerance: tolerance, dataScale: law.moments.scale))
    let error = largestDifference(arrival.points.elements, reference.elements) / law.moments.scale
    #expect(error < 10 * tolerance, "error \(error / tolerance) tolerances")
  }

  @Test("A smaller tolerance takes more evaluations, by the fifth root")
  func cost() throws {
    let law = try PointsLaw(points: Matrix([[1], [-1]]))
    let range = try #require(NoiseRange(minimum: 0.05, maximum: 20))
    let x = start(64, 1, scale: 20, seed: 9)
    let evaluations = try [1e-6, 1e-11].map { tolerance in
      try #require(
        ProbabilityFlow(score: law).adaptive(
          from: x, over: range, tolerance: tolerance, dataScale: 1)
      ).evaluations
    }
    // A hundred thousand times as exact: ten times the steps, less where the first are chosen
    // badly.
    let ratio = Double(evaluations[1]) / Double(evaluations[0])
    #expect(ratio > 5 && ratio < 12, "\(evaluations)")
  }

  @Test("The units of the data do not matter to the adaptive flow", arguments: [1e-6, 1e6])
  func units(unit: Double) throws {
    let x = start(16, 1, scale: 5, seed: 10)
    func arrival(_ unit: Double) throws -> ProbabilityFlow.Arrival? {
      let law = try PointsLaw(points: Matrix([[unit], [-unit]]))
      let range = try #require(NoiseRange(minimum: 0.1 * unit, maximum: 5 * unit))
      return ProbabilityFlow(score: law).adaptive(
        from: Matrix(rows: 16, columns: 1, elements: x.elements.map { unit * $0 }), over: range,
        tolerance: 1e-6, dataScale: unit)
    }
    let (one, other) = (try #require(try arrival(1)), try #require(try arrival(unit)))
    #expect(one.evaluations == other.evaluations)
    #expect(
      largestDifference(one.points.elements, other.points.elements.map { $0 / unit }) < 1e-9)
  }

  @Test("A score that is not finite ends the adaptive flow without a result")
  func notFinite() throws {
    let law = try GaussianLaw(mean: [0], standardDeviations: [1])
    let range = try #require(NoiseRange(minimum: 0.1, maximum: 10))
    #expect(
      ProbabilityFlow(score: law).adaptive(
        from: Matrix([[.nan]]), over: range, tolerance: 1e-6, dataScale: 1
      ) == nil)
  }
}

/// A score function that counts how often it is asked.
private final class CountingScore: ScoreFunction {
  private let score: any ScoreFunction
  private let calls = Mutex(0)

  init(_ score: any ScoreFunction) { self.score = score }

  var dimension: Int { score.dimension }
  var count: Int { calls.withLock { $0 } }

  func score(at x: Matrix<Double>, sigma: Double) -> Matrix<Double> {
    calls.withLock { $0 += 1 }
    return score.score(at: x, sigma: sigma)
  }

  func jacobian(at x: Matrix<Double>, sigma: Double) -> Matrix<Double> {
    score.jacobian(at: x, sigma: sigma)
  }
}
