import Distributions
import Dynamics
import ForwardProcess
import Glibc
import LinearAlgebra
import Testing

@Suite struct CurieWeissTests {
  @Test(
    "The solution against the field vanishes and jumps where another program says",
    arguments: BranchingReferences.curieWeiss)
  func references(reference: BranchingReferences.Branch) {
    let model = CurieWeiss(field: reference.parameter)
    #expect(abs(model.criticalTemperature - reference.sigma) < 1e-9)
    #expect(abs(model.criticalMagnetization - reference.position) < 1e-6)
    #expect(abs(model.jump - reference.jump) < 1e-6)
    // The other side is the mirror image.
    let mirrored = CurieWeiss(field: -reference.parameter)
    #expect(abs(mirrored.criticalMagnetization + reference.position) < 1e-6)
    #expect(abs(mirrored.jump - reference.jump) < 1e-6)
  }

  @Test("The solution with the field solves m = tanh(m/T + h)", arguments: [0.3, 0.9, 1, 1.7])
  func solution(temperature: Double) {
    for field in [-0.4, 0.02, 0.8] {
      let m = CurieWeiss(field: field).solution(temperature: temperature)
      #expect(m * field > 0 && abs(tanh(m / temperature + field) - m) < 1e-12)
    }
  }

  @Test(
    "Two weighted points jump as the model of their log odds says", arguments: [0.55, 0.7, 0.95])
  func weightedPoints(weight: Double) throws {
    let diagram = try BranchingTests.diagram([[1.5], [-1.5]], weights: [weight, 1 - weight])
    let event = try #require(diagram.branchings.first)
    let model = CurieWeiss(field: log(weight / (1 - weight)) / 2)
    #expect(abs(event.sigma / 1.5 - model.criticalTemperature.squareRoot()) < 1e-8)
    #expect(abs(event.jump / 1.5 - model.jump) < 1e-4)
  }

  @Test("Far third points make the jump that the model of their field makes")
  func thirdPoints() throws {
    for reference in BranchingReferences.jumpOfField where reference[0] <= 6 {
      let diagram = try BranchingTests.diagram([[-1], [1], [reference[0]]])
      let event = try #require(diagram.branchings.first)
      #expect(abs(event.jump / reference[3] - 1) < 0.01)
      let field = try #require(event.field)
      // The field changes across the pair, by less the farther the third point is.
      #expect(
        abs(CurieWeiss(field: field).jump / event.jump - 1) < (reference[0] == 4 ? 0.02 : 0.005))
    }
  }
}

/// A score with an error of its own, as a learned one has: an exact one and a smooth field that is
/// odd in no point.
private struct Perturbed: ScoreFunction {
  let law: PointsLaw
  let size: Double
  var dimension: Int { law.dimension }

  func score(at x: Matrix<Double>, sigma: Double) -> Matrix<Double> {
    var result = law.score(at: x, sigma: sigma)
    for row in 0..<x.rows { result[row, 0] += size * cos(3 * x[row, 0] + log(sigma)) / sigma }
    return result
  }

  func jacobian(at x: Matrix<Double>, sigma: Double) -> Matrix<Double> {
    var result = law.jacobian(at: x, sigma: sigma)
    for row in 0..<x.rows { result[row, 0] -= 3 * size * sin(3 * x[row, 0] + log(sigma)) / sigma }
    return result
  }
}

@Suite struct LearnedBranchingTests {
  private static let workers = Workers(count: 2)

  private static func diagram(
    _ score: any ScoreFunction, starts: Matrix<Double>
  ) -> FixedPointDiagram {
    let modes = ModeSearch(score: score, points: starts, sigma: 0.3, workers: workers)
    return FixedPointSearch(
      score: score, starts: modes.modes,
      startLevels: Array(repeating: 0.3, count: modes.modes.rows), mean: [0], range: 0.3...20,
      isLearned: true
    ).diagram(workers: workers)
  }

  // An error of 0.01 in σ s is a field of 0.01, which moves the fold by 2 to 3 %
  // (BranchingReferences.curieWeiss).
  @Test("Errors of a score that break a symmetry move σ_c of the fitted model by little")
  func brokenSymmetry() throws {
    let law = try PointsLaw(points: Matrix([[1], [-1]]))
    let diagram = Self.diagram(Perturbed(law: law, size: 0.01), starts: law.points)
    let event = try #require(diagram.branchings.first)
    #expect(diagram.branchings.count == 1 && event.kind == .pitchfork)
    #expect(event.endSigma < 0.985 && abs(event.sigma - 1) < 0.01)
    let field = try #require(event.field)
    #expect(field > 0.001 && field < 0.03)
  }

  @Test("A strong field is none of the score's errors: a saddle-node stays one")
  func unequal() throws {
    let law = try PointsLaw(points: Matrix([[1], [-1]]), weights: [0.7, 0.3])
    let diagram = Self.diagram(Perturbed(law: law, size: 0.005), starts: law.points)
    let event = try #require(diagram.branchings.first)
    #expect(event.kind == .saddleNode)
    // ½ ln(7/3)
    #expect(abs((event.field ?? .nan) - 0.4236) < 0.03)
    #expect(abs((event.unperturbedSigma ?? .nan) - 1) < 0.01)
  }

  @Test("What a score has lost and what it has invented is named")
  func lostAndInvented() throws {
    let exact = try PointsLaw(points: Matrix([[0, 0], [3, 0], [0, 3]]))
    let learned = try PointsLaw(points: Matrix([[0.02, 0], [3, 0.05], [5, 5]]))
    let diagrams = [exact, learned].map {
      FixedPointSearch(
        points: $0.points, weights: $0.weights, score: PointwiseScore($0), range: 0.2...40
      ).diagram(workers: Self.workers)
    }
    let comparison = DiagramComparison(exact: diagrams[0], learned: diagrams[1])
    #expect(comparison.lost == [2] && comparison.invented == [2])
    #expect(comparison.counterparts == [0: 0, 1: 1])
    let same = DiagramComparison(exact: diagrams[0], learned: diagrams[0])
    #expect(same.lost.isEmpty && same.invented.isEmpty)
    #expect(same.pairs.count == diagrams[0].branchings.count && same.pairs.count == 1)
    #expect(same.pairs.allSatisfy { $0.relativeDifference == 0 && $0.exact == $0.learned })
  }

  @Test("A mixture's modes are found from samples, a circle's ridge is told from modes")
  func modes() throws {
    let mixture = try GaussianMixtureLaw(
      components: [[-2.0, 0], [2, 0], [0, 3]].map {
        try GaussianLaw(mean: $0, standardDeviations: [0.3, 0.3])
      }, weights: [0.3, 0.3, 0.4])
    let samples = Matrix<Double>(
      (0..<40).map { k in
        [3 * sin(Double(k)), 1.5 + 3 * cos(1.7 * Double(k))]
      })
    let search = ModeSearch(score: mixture, points: samples, sigma: 0.2, workers: Self.workers)
    #expect(search.modes.rows == 3 && search.flat == 0)
    #expect(search.destinations.allSatisfy { $0 != nil })
    let circle = try CurveLaw(shape: .circle, scale: 1, noise: 0)
    let ring = ModeSearch(
      score: circle, points: Matrix([[1, 0.1], [0, -1.2], [0.5, 0.5]]), sigma: 0.1,
      workers: Self.workers)
    #expect(ring.modes.rows == 0 && ring.flat == 3)
  }
}
