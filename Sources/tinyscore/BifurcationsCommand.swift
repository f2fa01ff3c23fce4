public import ArgumentParser
internal import Distributions
internal import Dynamics
internal import ForwardProcess
internal import JSONText
internal import LinearAlgebra
internal import Report
public import Storage

/// `tinyscore bifurcations`: the fixed points of a score over the noise level, and where they branch.
struct Bifurcations: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Follows the fixed points of a score over the noise level to where they branch.",
    discussion: """
      Example: tinyscore bifurcations two-points --report two-points.html
      """)

  @Argument(help: "A checkpoint or a data set.")
  var model: String

  @Option(help: ArgumentHelp("The exact side, if not the one in the checkpoint.", valueName: "D"))
  var dataset: String?

  @Option(help: ArgumentHelp("ema or online.", valueName: "NAME"))
  var weights = Checkpoint.Weights.ema

  @Option(
    help: ArgumentHelp("Samples from which stable fixed points are searched.", valueName: "N"))
  var samples = 512

  @Option(help: ArgumentHelp("Results as JSON ('-': stdout).", valueName: "FILE"))
  var json: String?

  @Option(help: ArgumentHelp("A page with figures.", valueName: "FILE.html"))
  var report: String?

  @OptionGroup(title: "Common options") var common: CommonOptions

  mutating func run() throws {
    let outputs = [json, report].compactMap(\.self)
    for output in outputs where output != "-" { try checkOutput(output) }
    let workers = common.makeWorkers()
    let law = try Model(model).dataset(replacement: dataset).data.law as! PointsLaw
    let range = law.noiseRange
    let search = FixedPointSearch(
      points: law.points, weights: law.weights, score: PointwiseScore(law),
      range: range.minimum...range.maximum)
    let diagram = search.diagram(workers: workers)
    for b in diagram.branchings {
      print(
        b.kind.rawValue, b.sigma, b.ending.prefix(12), "→", b.continuing ?? -1,
        b.gradientFlow ?? -1, "jump", b.jump, "exp", b.exponent, "h", b.field ?? .nan,
        b.unperturbedSigma ?? .nan, "x", b.x.prefix(3))
    }
    for c in diagram.stabilityChanges { print("change", c) }
    for p in diagram.paths {
      print(
        p.id, p.start ?? -1, p.points.count, p.points.first!.sigma, p.points.last!.sigma,
        p.points.first!.x.prefix(2), p.points.last!.x.prefix(2), p.points.map { $0.isStable ? "s" : "u" }.joined())
    }
  }
}
