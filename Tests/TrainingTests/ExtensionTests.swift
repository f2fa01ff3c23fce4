import Glibc
import LinearAlgebra
import Testing

@testable import Training

@Suite struct ExtensionTests {
  private static func extended(_ from: [Int], steps: Int) throws -> TrainingConfiguration {
    var configuration = try makeTrainer(TrainerTests.law(), steps: steps).configuration
    configuration.extendedFrom = from
    return configuration
  }

  @Test("Each part of an extended run warms up and decays on its own")
  func learningRate() throws {
    let (whole, first, added) = (
      try Self.extended([300], steps: 800), try Self.extended([], steps: 300),
      try Self.extended([], steps: 500)
    )
    for step in 0..<800 {
      let part = step < 300 ? first : added
      #expect(
        whole.learningRate(step: step) == part.learningRate(step: step < 300 ? step : step - 300))
    }
    // As it was said: up in a tenth of the part, then half a cosine to nothing.
    #expect(whole.learningRate(step: 349) == whole.learningRate)
    let middle = whole.learningRate(step: 575)
    #expect(abs(middle - whole.learningRate / 2) < 1e-12)
    #expect(whole.learningRate(step: 799) < 1e-4 * whole.learningRate)
    #expect(whole.learningRate(step: 299) < 1e-3 * whole.learningRate)
    let twice = try Self.extended([300, 800], steps: 900)
    #expect(
      [0, 299, 300, 799, 800, 899].map { twice.part(of: $0) } == [
        0..<300, 0..<300, 300..<800, 300..<800, 800..<900, 800..<900,
      ])
  }

  @Test(
    "Totals that do not ascend to the last are no extension",
    arguments: [[0], [-1], [50, 50], [60, 50], [100], [101]])
  func impossible(totals: [Int]) throws {
    #expect(try Self.extended(totals, steps: 100).problem?.option == "extended-from")
    #expect(try Self.extended([50, 60], steps: 100).problem == nil)
    #expect(try Self.extended(Array(1...1001), steps: 5000).problem?.option == "extended-from")
  }

  @Test("A run that has ended and one that has not are extended to the same bits")
  func sameBits() throws {
    let law = try TrainerTests.law()
    func resume(_ trainer: Trainer, to configuration: TrainingConfiguration) -> Trainer {
      Trainer(
        configuration: configuration, source: law, state: trainer.state, ledger: trainer.ledger,
        history: trainer.history, step: trainer.step, workers: Workers(count: 1))
    }
    var long = try Self.extended([60], steps: 160)
    long.batch = 512
    let runs = try [25, 60].map { stop in
      let short = makeTrainer(law, steps: 60, batch: 512)
      for _ in 0..<stop { try short.advance() }
      #expect(short.ledger.pageSteps == 15)
      let run = resume(short, to: long)
      while run.step < 100 { try run.advance() }
      // Interrupted once more, within the extension.
      let rest = resume(run, to: long)
      while rest.step < 160 { try rest.advance() }
      return rest
    }
    #expect(runs[0].state.network.all.elements == runs[1].state.network.all.elements)
    #expect(runs[0].state.average.all.elements == runs[1].state.average.all.elements)
    #expect(runs[0].ledger == runs[1].ledger && runs[0].history == runs[1].history)
    let other = makeTrainer(law, steps: 160, batch: 512)
    for _ in 0..<160 { try other.advance() }
    #expect(other.state.network.all.elements != runs[0].state.network.all.elements)
    // The ledger is that of the hundred steps of the extension, with pages of sixteen samples in
    // the bands of a tenth of them: the run before had pages of fifteen steps.
    #expect(runs[0].ledger.pageSteps == 8 && runs[0].ledger.stepsOnPage == 99 % 8 + 1)
    #expect(runs[0].history.rows.map(\.step).filter { $0 > 60 }.count > 50)
  }
}
