import LinearAlgebra
import Testing

@Suite struct LinearSystemTests {
  private let a = Matrix([[0.0, 2, 1], [1, -1, 3], [4, 0.5, -2]])

  @Test("The solution of a system gives its right side back, of a singular one there is none")
  func elimination() throws {
    let x = [0.3, -1.2, 2.5]
    let right = (0..<3).map { i in (0..<3).reduce(0) { $0 + a[i, $1] * x[$1] } }
    let found = try #require(EliminationFactors(a)?.solution(of: right))
    #expect(zip(found, x).allSatisfy { abs($0 - $1) < 1e-14 })
    #expect(EliminationFactors(Matrix([[1.0, 2], [2, 4]])) == nil)
  }

  @Test(
    "Of the solutions of a singular system the shortest is found, of a regular one the solution")
  func shortest() throws {
    // x + 2y = 5 twice: the shortest is (1, 2).
    let found = try #require(
      Matrix([[1.0, 2], [2, 4]]).shortestSolution(of: [5, 10], cutoff: 1e-10))
    #expect(abs(found[0] - 1) < 1e-14 && abs(found[1] - 2) < 1e-14)
    let plain = try #require(EliminationFactors(a)?.solution(of: [1, 2, 3]))
    let same = try #require(a.shortestSolution(of: [1, 2, 3], cutoff: 1e-10))
    #expect(zip(plain, same).allSatisfy { abs($0 - $1) < 1e-13 })
    #expect(a.shortestSolution(of: [1, .nan, 3], cutoff: 1e-10) == nil)
  }

  @Test("Real parts of eigenvalues are those of the characteristic polynomial, ascending")
  func realParts() throws {
    // A rotation by a right angle, times 2, beside −1: ±2i and −1.
    let rotation = try #require(
      Matrix([[0.0, -2, 0], [2, 0, 0], [0, 0, -1]]).eigenvalueRealParts)
    #expect(zip(rotation, [-1, 0, 0]).allSatisfy { abs($0 - $1) < 1e-14 })
    // λ² − 5λ − 2 = 0.
    let general = try #require(Matrix([[1.0, 2], [3, 4]]).eigenvalueRealParts)
    let root = 33.0.squareRoot() / 2
    #expect(abs(general[0] - 2.5 + root) < 1e-14 && abs(general[1] - 2.5 - root) < 1e-14)
    #expect(Matrix([[1.0, .nan], [3, 4]]).eigenvalueRealParts == nil)
  }
}
