import Estimation
import Testing

@testable import Training

@Suite struct TrainingHistoryTests {
  @Test("A history has the ledger's entropy at steps that their number fixes, where it is known")
  func rows() throws {
    let law = try TrainerTests.law()
    let trainer = makeTrainer(law, steps: 450, batch: 64)
    var expected: [TrainingHistory.Row] = []
    var unknown = 0
    for step in 1...450 {
      try trainer.advance()
      // Every second step, as 450/200 is 2.
      guard step % 2 == 0 else { continue }
      guard let entropy = trainer.ledger.integral else {
        unknown += 1
        continue
      }
      expected.append(
        .init(
          step: step, entropy: entropy.value, standardError: entropy.standardError,
          gradientNorm: trainer.gradientNorm))
    }
    #expect(trainer.history.rows == expected)
    #expect(unknown > 0 && expected.count > 150)
  }

  @Test(
    "The steps of a history are at most 400, and the last is one",
    arguments: [1, 2, 199, 200, 201, 399, 400, 599, 8000, 8001, 1_000_003])
  func steps(total: Int) {
    let steps = (1...total).filter { TrainingHistory.isDue(step: $0, of: total) }
    #expect(steps.count <= 400 && steps.count >= min(total, 200) && steps.last == total)
  }

  @Test("The history does not depend on the threads")
  func threads() throws {
    let law = try TrainerTests.law()
    let histories = try [1, 3].map { threads in
      let trainer = makeTrainer(law, steps: 60, batch: 1000, threads: threads)
      for _ in 0..<60 { try trainer.advance() }
      return trainer.history
    }
    #expect(histories[0] == histories[1] && histories[0].rows.count > 20)
  }
}
