import Equations
import LinearAlgebra
import Testing

@Suite struct EquationRowTests {
  @Test func show() throws {
    for row in try EquationChecker(seed: 0, workers: Workers(count: 2)).rows() {
      for (n, c) in [("p", row.printed), ("c", row.corrected), ("n", row.network)] {
        guard let c else { continue }
        print(row.isConfirmed ? "ok " : "BAD", row.equation, n, c.left, c.right, c.error, c.deviation, c.holds, row.statement)
      }
    }
  }
}
