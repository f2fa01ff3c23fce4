internal import ArgumentParser
internal import Distributions
internal import Estimation
internal import ForwardProcess
internal import LinearAlgebra
internal import Report
internal import Statistics

/// `Calibration coverage`: how often 95 % intervals of the loss hold the truth.
struct Coverage: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "How often intervals of the loss, and of its integral, hold the truth.")

  @Argument(help: "Data sets (their exact scores) and checkpoints.")
  var subjects: [String]

  @Option(help: "Evaluations, each with its own seed.") var seeds = 400
  @Option(help: "Samples per noise level.") var samples = 4096
  @Option(help: "Noise levels.") var levels = 10
  @Option(help: "Samples per level of the truth, where it is not known exactly.")
  var truthSamples = 1 << 20

  mutating func run() throws {
    let workers = Workers(count: Workers.availableProcessors)
    var cells: [CoverageStudy.Cell] = []
    var table = TextTable(
      title: "Coverage of 95 % intervals in %, \(seeds) seeds, \(samples) samples a level",
      columns: [.init("subject", alignment: .left)]
        + (1...levels).map { .init("level \($0)") }
        + [.init("total"), .init("average"), .init("flagged"), .init("exact"), .init("wrong")])
    for name in subjects {
      let study = study(of: try Subject(name), workers: workers)
      cells += study.cells
      table.append(
        [name] + study.cells.map { percent($0.coverage) }
          + [
            percent(study.averageCoverage), count(study) { $0.flagged },
            count(study) { $0.exact }, count(study) { $0.wrong },
          ])
    }
    print(table.text)
    summarise(cells)
  }

  private func study(of subject: Subject, workers: Workers) -> CoverageStudy {
    let sigmas = subject.law.noiseRange.levels(levels)
    return CoverageStudy(
      sigmas: sigmas, truth: truth(of: subject, at: sigmas, workers: workers), confidence: 0.95,
      seeds: seeds, workers: workers
    ) { [samples] in subject.evaluator(samples: samples, seed: $0) }
  }

  /// The loss at each level: the law's curve where that is exact, else that of a very large sample
  /// under a seed of its own.
  private func truth(of subject: Subject, at sigmas: [Double], workers: Workers) -> [Double] {
    if !subject.isLearned {
      let curve = subject.law.informationCurve(
        at: sigmas, sampling: CurveSampling(samples: 16, seed: 0, workers: workers))
      if curve.allSatisfy({ $0.entropyRate.standardError == 0 }) {
        return curve.map(\.entropyRate.value)
      }
    }
    return subject.evaluator(samples: truthSamples, seed: 1 << 40)
      .curve(at: sigmas, workers: workers).levels.map(\.loss.value)
  }

  private func summarise(_ cells: [CoverageStudy.Cell]) {
    let coverages = cells.compactMap(\.coverage)
    guard let least = coverages.min(), let most = coverages.max() else { return }
    print(
      "\(coverages.count) cells: average "
        + "\(percent(coverages.reduce(0, +) / Double(coverages.count))) %, from \(percent(least)) to "
        + "\(percent(most)) %.")
  }

  private func count(_ study: CoverageStudy, _ of: (CoverageStudy.Cell) -> Int) -> String {
    "\(study.cells.reduce(0) { $0 + of($1) })"
  }
}

/// A fraction in per cent with one decimal.
func percent(_ fraction: Double?) -> String {
  fraction.map { "\(($0 * 1000).rounded() / 10)" } ?? "–"
}
