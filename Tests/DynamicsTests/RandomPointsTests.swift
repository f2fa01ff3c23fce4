import Distributions
import Dynamics
import LinearAlgebra
import Randomness
import Testing

/// What must hold of the fixed points of any points, on random ones: close pairs among them are
/// pitchforks but for a field of every size, from rounding up.
@Suite struct RandomPointsTests {
  @Test(
    "Every point has its own stable path at small noise, and all end in one",
    arguments: [(20, 1), (60, 1), (40, 2)], [0, 1, 2])
  func tree(shape: (count: Int, dimension: Int), seed: UInt64) throws {
    let points = RandomStream(seed: seed, step: 0, purpose: .test)
      .normals(shape.count, shape.dimension)
    let law = try PointsLaw(points: points)
    let diagram = FixedPointSearch(
      points: law.points, weights: law.weights, score: PointwiseScore(law), range: 0.01...30
    ).diagram(workers: BranchingTests.workers)
    #expect(diagram.missingStarts.isEmpty && diagram.unfinishedPaths.isEmpty)
    let lowest = diagram.paths.compactMap { $0.points.first?.sigma }.min() ?? 0
    #expect(diagram.stablePositions(at: lowest * 1.0001).count == shape.count)
    #expect(diagram.groups(at: 30).count == 1)
    // Each branching that ends n paths and goes on with one of the others, or in a new one, merges
    // them.
    #expect(diagram.branchings.allSatisfy { $0.continuing != nil })
    for branching in diagram.branchings {
      #expect(abs((branching.exponent ?? .nan) - 0.5) < 0.03, "\(branching.sigma)")
    }
    // The number of groups only falls.
    let counts = diagram.branchings.map { diagram.groups(at: $0.endSigma * 1.000001).count }
    #expect(zip(counts, counts.dropFirst()).allSatisfy { $0 >= $1 })
  }

  @Test("Far from the origin points branch as they do near it")
  func offset() throws {
    let law = try PointsLaw(points: Matrix([[1e5 + 1, 0], [1e5 - 1, 0], [1e5, 3]]))
    let diagrams = [law, try PointsLaw(points: Matrix([[1, 0], [-1, 0], [0, 3]]))].map {
      FixedPointSearch(
        points: $0.points, weights: $0.weights, score: PointwiseScore($0), range: 0.1...30
      ).diagram(workers: BranchingTests.workers)
    }
    let (far, near) = (diagrams[0].branchings, diagrams[1].branchings)
    #expect(far.count == near.count && near.count == 2)
    for (a, b) in zip(far, near) {
      #expect(a.kind == b.kind && abs(a.sigma / b.sigma - 1) < 1e-6)
    }
    let moved = diagrams[1].shifted(by: [1e5, 0])
    #expect(abs(moved.branchings[0].x[0] - far[0].x[0]) < 1e-4)
    #expect(abs(moved.paths[0].points[0].x[0] - 1e5 - 1) < 1e-9)
  }
}
