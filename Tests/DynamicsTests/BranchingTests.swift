import Distributions
import Glibc
import LinearAlgebra
import Testing

@testable import Dynamics

/// Branchings of exact laws against `References/BranchingReferences.swift`, which are derived
/// another way.
@Suite struct BranchingTests {
  static let workers = Workers(count: 2)

  static func diagram(
    _ points: [[Double]], weights: [Double]? = nil, range: ClosedRange<Double> = 0.05...30
  ) throws -> FixedPointDiagram {
    let law = try PointsLaw(points: Matrix(points), weights: weights)
    return FixedPointSearch(
      points: law.points, weights: law.weights, score: PointwiseScore(law), range: range
    ).diagram(workers: workers)
  }

  @Test(
    "Two equal points part in a pitchfork at half their distance, with exponent one half",
    arguments: [[1.0], [-0.3], [0.9, 0, 1.2], [0.01, -0.02]])
  func twoPoints(v: [Double]) throws {
    let length = v.reduce(0) { $0 + $1 * $1 }.squareRoot()
    let diagram = try Self.diagram(
      [v, v.map { -$0 }], range: 0.1 * length...20 * length)
    let event = try #require(diagram.branchings.first)
    #expect(diagram.branchings.count == 1 && event.kind == .pitchfork)
    #expect(abs(event.sigma / length - 1) < 1e-8)
    #expect(event.ending == [0, 1] && event.continuing == 2 && event.jump == 0)
    #expect(abs((event.exponent ?? .nan) - 0.5) < 0.001)
    // They separate along v, from the mean.
    let cosine = zip(v, event.direction).reduce(0) { $0 + $1.0 * $1.1 } / length
    #expect(abs(abs(cosine) - 1) < 1e-8)
    #expect(event.x.allSatisfy { abs($0) < 1e-4 * length })
    // The middle is unstable below and stable above, and nowhere else.
    let middle = diagram.paths[2].points
    #expect(middle.count > 20 && middle.allSatisfy { $0.isStable == ($0.sigma > length) })
    let change = try #require(diagram.stabilityChanges.first)
    #expect(diagram.stabilityChanges.count == 1 && abs(change.sigma / length - 1) < 1e-8)
    #expect(change.unstableDirections == (1, 0))
  }

  @Test(
    "A branch of two points solves m = tanh(m/σ²)", arguments: BranchingReferences.twoPointBranch)
  func branch(reference: [Double]) throws {
    let law = try PointsLaw(points: Matrix([[1], [-1]]))
    let search = FixedPointSearch(
      points: law.points, weights: law.weights, score: law, range: 0.1...10)
    let path = try #require(search.leaf(0))
    let point = try #require(path.fixedPoint(log(reference[0]), search.equation))
    #expect(abs(point.x[0] - reference[1]) < 1e-9)
    // The slope of the score is (1 − m²)/σ⁴ − 1/σ², here in units of 1/σ².
    let variance = reference[0] * reference[0]
    let slope = (1 - reference[1] * reference[1]) / variance - 1
    #expect(abs(point.spectrum[0] - slope) < 1e-8 * abs(slope))
  }

  @Test("vᵀ∇s v along the separation tends to 0 at a branching, as 2(σ² − 1) from above")
  func curvature() throws {
    let event = try #require(try Self.diagram([[1], [-1]]).branchings.first)
    #expect(event.approach.count == 14)
    for entry in event.approach {
      // At 0 it is 1/σ⁴ − 1/σ²; on a branch, with m² ≈ 3(1 − σ²), about twice that and negative.
      let exact = 1 / pow(entry.sigma, 4) - 1 / pow(entry.sigma, 2)
      if entry.sigma > 1 {
        #expect(abs(entry.curvature - exact) < 1e-9 && entry.separation < 1e-6)
      } else {
        #expect(entry.curvature < 0 && abs(entry.curvature / exact + 2) < 0.4)
        let separation = 2 * (3 * (1 - entry.sigma * entry.sigma)).squareRoot()
        #expect(abs(entry.separation / separation - 1) < 0.1)
      }
    }
    let nearest = try #require(event.approach.map { abs(log($0.sigma)) }.min())
    #expect(nearest < 1e-3)
  }

  @Test(
    "Unequal weights make a saddle-node, no pitchfork; its field is half the log odds",
    arguments: BranchingReferences.unequal)
  func unequal(reference: BranchingReferences.Branch) throws {
    let w = reference.parameter
    let diagram = try Self.diagram([[1], [-1]], weights: [w, 1 - w])
    let event = try #require(diagram.branchings.first)
    #expect(diagram.branchings.count == 1 && event.kind == .saddleNode)
    #expect(abs(event.sigma / reference.sigma - 1) < 1e-9)
    #expect(abs(event.x[0] - reference.position) < 1e-6)
    #expect(event.ending == [1] && event.continuing == 0 && event.gradientFlow == 0)
    #expect(abs(event.jump - reference.jump) < 1e-4)
    #expect(abs((event.exponent ?? .nan) - 0.5) < 0.005)
    #expect(abs((event.field ?? .nan) - log(w / (1 - w)) / 2) < 1e-7)
    #expect(abs((event.unperturbedSigma ?? .nan) - 1) < 1e-6)
    // The heavier point's path goes on to the mean.
    #expect(diagram.paths[0].points.allSatisfy { $0.isStable })
    let last = try #require(diagram.paths[0].points.last)
    #expect(last.sigma > 29.9 && abs(last.x[0] - (2 * w - 1)) < 0.01)
  }

  @Test("A rectangle decides along its shorter side last, along each in pitchforks")
  func rectangle() throws {
    let diagram = try Self.diagram([[1, 0.6], [1, -0.6], [-1, 0.6], [-1, -0.6]])
    #expect(diagram.branchings.map { $0.kind } == [.pitchfork, .pitchfork, .pitchfork])
    let expected = [0, 0, 1].map { BranchingReferences.rectangle[$0] }
    for (event, sigma) in zip(diagram.branchings, expected) {
      #expect(abs(event.sigma / sigma - 1) < 1e-9)
      #expect(abs(abs(event.direction[sigma == 1 ? 0 : 1]) - 1) < 1e-6)
    }
    #expect(diagram.groups(at: 0.3) == [[0], [1], [2], [3]])
    #expect(diagram.groups(at: 0.8) == [[0, 1], [2, 3]])
    #expect(diagram.groups(at: 1.1) == [[0, 1, 2, 3]])
  }

  @Test(
    "The corners of a regular simplex end in a fold beside a stable centre", arguments: [3, 16])
  func simplex(corners: Int) throws {
    let reference = corners == 3 ? BranchingReferences.triangle : BranchingReferences.simplex16
    // Circumradius 1 in as many dimensions as there are corners.
    let scale = (1 - 1 / Double(corners)).squareRoot()
    let points = (0..<corners).map { k in
      (0..<corners).map { (($0 == k ? 1 : 0) - 1 / Double(corners)) / scale }
    }
    let diagram = try Self.diagram(points)
    let event = try #require(diagram.branchings.first)
    #expect(diagram.branchings.count == 1 && event.kind == .firstOrder)
    #expect(event.ending == Array(0..<corners) && event.continuing == event.gradientFlow)
    #expect(abs(event.sigma / reference[0] - 1) < 1e-9)
    #expect(abs(event.jump - reference[1]) < 1e-6)
    let center = try #require(event.continuing)
    let change = try #require(diagram.stabilityChanges.first { $0.path == center })
    #expect(abs(change.sigma / reference[2] - 1) < 1e-6)
    // Between the two levels the corners and the centre are all stable.
    let inside = (reference[0] * reference[2]).squareRoot()
    let stable = diagram.paths.filter { path in
      path.points.contains { $0.sigma > reference[2] && $0.sigma < reference[0] && $0.isStable }
    }
    #expect(stable.count == corners + 1)
    #expect(diagram.groups(at: inside).count == corners)
    #expect(diagram.groups(at: reference[0] * 1.001).count == 1)
  }

  @Test("Eight points on a ring merge at once and continuously at 1/√2")
  func ring() throws {
    let points = (0..<8).map { [cos(Double($0) * .pi / 4), sin(Double($0) * .pi / 4)] }
    let diagram = try Self.diagram(points)
    let event = try #require(diagram.branchings.first)
    #expect(diagram.branchings.count == 1 && event.kind == .pitchfork)
    #expect(event.ending == Array(0..<8) && abs(event.sigma * 2.0.squareRoot() - 1) < 1e-6)
    // Eight stable points, and between them eight unstable ones.
    #expect(diagram.paths.count == 17)
  }

  @Test("Three scales of pairs branch at the scales that the references say")
  func hierarchy() throws {
    let points: [[Double]] = [-4.25, -3.75, 3.75, 4.25].flatMap { x -> [[Double]] in
      [[x, -1], [x, 1]]
    }
    let diagram = try Self.diagram(points)
    let expected = [0, 0, 0, 0, 1, 1, 2].map { BranchingReferences.hierarchy[$0] }
    #expect(diagram.branchings.count == 7)
    for (event, sigma) in zip(diagram.branchings, expected) {
      #expect(event.kind == .pitchfork && abs(event.sigma / sigma - 1) < 1e-8)
    }
    #expect(diagram.groups(at: 0.5) == [[0, 2], [1, 3], [4, 6], [5, 7]])
    #expect(diagram.groups(at: 2) == [[0, 1, 2, 3], [4, 5, 6, 7]])
  }

  @Test("A third point is a field: the fold of a pair moves and jumps as it comes near")
  func thirdPoint() throws {
    for far in [2.5, 4] {
      let diagram = try Self.diagram([[-1], [1], [far]])
      let references = BranchingReferences.threeOnALine.filter { $0.parameter == far }
      #expect(diagram.branchings.count == references.count && references.count == 2)
      for (event, reference) in zip(diagram.branchings, references) {
        #expect(event.kind == .saddleNode && event.ending == [reference.point])
        #expect(event.continuing == reference.nearest && event.gradientFlow == reference.into)
        #expect(abs(event.sigma / reference.sigma - 1) < 1e-9)
        #expect(abs(event.jump - reference.jump) < 1e-2 * reference.jump)
      }
    }
    // Far away its field is all but nothing: a fold 1e-9 below the pitchfork.
    let event = try #require(try Self.diagram([[-1], [1], [8]]).branchings.first)
    #expect(event.kind == .pitchfork && abs(event.sigma - 1) < 1e-8)
  }

  @Test("Random points merge where, and into what, another program finds")
  func randomPoints() throws {
    for (points, events) in [
      (BranchingReferences.twelvePoints, BranchingReferences.twelveEvents),
      (BranchingReferences.fortyPoints, BranchingReferences.fortyEvents),
    ] {
      let diagram = try Self.diagram(points, range: 0.01...30)
      #expect(diagram.branchings.count == events.count)
      for reference in events {
        // Of a pair so isolated that its fold is a pitchfork to rounding, either may end.
        let event = try #require(
          diagram.branchings.min {
            abs($0.sigma - reference.sigma) < abs($1.sigma - reference.sigma)
          })
        #expect(abs(event.sigma / reference.sigma - 1) < 1e-7)
        guard reference.jump > 1e-4 else { continue }
        // A path that an isolated pair ends in has a number of its own.
        let below = event.sigma * 0.999999
        #expect(event.kind == .saddleNode)
        #expect(event.ending == [diagram.path(of: reference.point, at: below)])
        #expect(event.continuing == diagram.path(of: reference.nearest, at: below))
        #expect(event.gradientFlow == diagram.path(of: reference.into, at: below))
      }
      #expect(diagram.groups(at: 1).count == 1)
    }
  }
}
