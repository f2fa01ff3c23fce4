internal import ArgumentParser
internal import Estimation
internal import ForwardProcess
internal import LinearAlgebra
internal import Report

/// `Calibration efficiency`: by how much each part of the sampling design cuts the standard error.
struct Efficiency: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "By how much each part of the design cuts the standard error of the total entropy.")

  @Argument(help: "Data sets (their exact scores) and checkpoints.")
  var subjects: [String]

  @Option(help: "Samples per noise level.") var samples = 8192
  @Option(help: "Noise levels.") var levels = 48
  @Option(help: "Evaluations whose variances are averaged.") var seeds = 1

  /// Designs, each with one part more than the one before.
  private static let designs: [(name: String, design: SamplingDesign)] = {
    var design = SamplingDesign.plain
    var designs = [("plain", design)]
    for (name, controls) in [
      ("+ ‖z‖²", SamplingDesign.ControlVariates.noise), ("+ moments", .moments),
      ("+ baseline", .baseline), ("+ Stein", .stein),
    ] {
      design.controls = controls
      designs.append((name, design))
    }
    design.sharesSamples = true
    designs.append(("+ shared", design))
    design.hasWideNoise = true
    designs.append(("+ wide", design))
    designs.append(("+ strata", .full))
    return designs
  }()

  mutating func run() throws {
    let workers = Workers(count: Workers.availableProcessors)
    var totals = TextTable(
      title: "Standard error of the total entropy: plain in nats, then plain over each design",
      columns: [.init("subject", alignment: .left)] + Self.designs.map { .init($0.name) })
    var medians = TextTable(
      title: "Median over the noise levels of plain over each design",
      columns: [.init("subject", alignment: .left)] + Self.designs.map { .init($0.name) })
    for name in subjects {
      let errors = try errors(of: Subject(name), workers: workers)
      totals.append([name] + ratios(errors.map { $0.last ?? .nan }))
      medians.append([name] + ratios(of: errors))
    }
    print(totals.text)
    print(medians.text)
  }

  /// For each design the root mean square standard errors of the levels, then of the total.
  private func errors(of subject: Subject, workers: Workers) -> [[Double]] {
    let sigmas = subject.law.noiseRange.levels(levels)
    return Self.designs.map { _, design in
      var squares = Array(repeating: 0.0, count: levels + 1)
      for seed in 0..<seeds {
        let curve = subject.evaluator(samples: samples, seed: UInt64(seed), design: design)
          .curve(at: sigmas, workers: workers)
        let all = curve.levels.map(\.loss) + [curve.integrals?.loss].compactMap(\.self)
        for (index, estimate) in all.enumerated() {
          squares[index] += estimate.standardError * estimate.standardError / Double(seeds)
        }
      }
      return squares.map { $0.squareRoot() }
    }
  }

  /// The first error, then the first over each of the others.
  private func ratios(_ errors: [Double]) -> [String] {
    [formatNumber(errors[0], significant: 3)] + errors.dropFirst().map { ratio(errors[0], $0) }
  }

  private func ratios(of errors: [[Double]]) -> [String] {
    ["1"]
      + errors.dropFirst().map { design in
        let factors = zip(errors[0], design).dropLast().map { $0 / $1 }.sorted()
        return ratio(factors[factors.count / 2], 1)
      }
  }

  /// A ratio in words: an error of rounding divides nothing.
  private func ratio(_ plain: Double, _ other: Double) -> String {
    other < 1e-9 * plain ? "exact" : formatNumber(plain / other, significant: 3)
  }
}
