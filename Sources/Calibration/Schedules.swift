internal import ArgumentParser
internal import Distributions
internal import Dynamics
internal import ForwardProcess
internal import LinearAlgebra
internal import Report
internal import Statistics
internal import Storage

/// `Calibration schedules`: how far samples are from the law, by schedule and number of steps.
struct Schedules: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "How far samples are from the law, by schedule and number of steps.")

  @Argument(help: "Data sets (their exact scores) and checkpoints.")
  var subjects: [String]

  @Option(help: "Numbers of steps, each before a last one to no noise.")
  var steps = [4, 8, 16, 32]
  @Option(help: "Repeats, each with its own seeds.") var repeats = 100
  @Option(help: "Samples of a repeat.") var samples = 1024
  @Option(help: "The first seed.") var seed: UInt64 = 0
  @Flag(help: "Exact scores over 0.004 to 160 data scales, not over the levels that decide.")
  var wide = false

  func validate() throws {
    guard repeats >= 2 && samples >= 4 && samples % 4 == 0 && !steps.isEmpty,
      steps.allSatisfy({ $0 >= 1 })
    else {
      throw ValidationError(
        "expected --repeats of at least 2, --samples in fours, --steps of at least 1")
    }
  }

  mutating func run() throws {
    let workers = Workers(count: Workers.availableProcessors)
    for name in subjects {
      let study = try ScheduleStudy(
        Subject(name), steps: steps, samples: samples, seed: seed, isWide: wide, workers: workers)
      let results = workers.map(repeats) { study.distances(repeat: $0) }
      print(
        table(
          of: results.map(\.energy), study: study, scale: 1000,
          title: "\(name)\(wide ? ", wide" : ""): energy distance, in thousandths"
        ).text)
      guard study.isFinite else { continue }
      print(
        table(
          of: results.map(\.divergence), study: study, scale: 1000,
          title: "\(name)\(wide ? ", wide" : ""): divergence of the points' frequencies, in "
            + "thousandths of a nat"
        ).text)
    }
  }

  /// The means over the repeats with 95 % intervals; a star marks the least of a row, and those
  /// whose paired difference from it can be 0.
  private func table(
    of results: [[Double]], study: ScheduleStudy, scale: Double, title: String
  ) -> TextTable {
    var table = TextTable(
      title: title,
      columns: [.init("sampler", alignment: .left), .init("steps")]
        + ScheduleStudy.schedules.map { .init($0.name) })
    let width = ScheduleStudy.schedules.count
    for (row, setting) in study.settings.enumerated() {
      let columns = (0..<width).map { column in results.map { $0[row * width + column] * scale } }
      let estimates = columns.map { Estimate(meanOf: $0) }
      let least = estimates.indices.min { estimates[$0].value < estimates[$1].value } ?? 0
      let cells = columns.indices.map { column in
        let difference = Estimate(meanOf: zip(columns[column], columns[least]).map { $0 - $1 })
        let isLeast = column == least || difference.interval(confidence: 0.95).lower <= 0
        let (estimate, reach) = (estimates[column], 1.96 * estimates[column].standardError)
        return "\(formatNumber(estimate.value, significant: 3)) ± "
          + "\(formatNumber(reach, significant: 1))\(isLeast ? "*" : " ")"
      }
      table.append([setting.sampler.rawValue, "\(setting.steps)"] + cells)
    }
    return table
  }
}
