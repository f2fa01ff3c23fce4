internal import ArgumentParser
internal import JSONText
internal import LinearAlgebra
internal import Report
internal import Storage

/// `tinyscore bifurcations`: the fixed points of a score over the noise level, and where they
/// branch.
struct Bifurcations: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Follows the fixed points of a score over the noise level to where they branch.",
    usage: "tinyscore bifurcations <model> [<options>]",
    discussion: """
      Every stable fixed point of small noise, one for each data point, is followed
      upward to where it meets others: seen from the other end, to where it is
      decided. For a checkpoint the learned and the exact score, and what the network
      misses or invents.
      Example: tinyscore bifurcations two-points --report two-points.html
      """)

  @Argument(help: "A checkpoint or a data set.", completion: .model)
  var model: String

  @Option(
    help: ArgumentHelp("The exact side, if not the one in the checkpoint.", valueName: "D"),
    completion: .dataset)
  var dataset: String?

  @Option(help: ArgumentHelp("Weights of a checkpoint.", valueName: "NAME"))
  var weights = Checkpoint.Weights.ema

  @Option(
    help: ArgumentHelp("Samples from which stable fixed points are searched.", valueName: "N"))
  var samples = AnalyzedBranchings.defaultSamples

  @Option(
    help: ArgumentHelp("Results as JSON ('-': stdout).", valueName: "FILE"),
    completion: .file(extensions: ["json"]))
  var json: String?

  @OptionGroup var pages: PageOptions

  @OptionGroup(title: "Common options") var common: CommonOptions

  func validate() throws {
    guard (1...1 << 16).contains(samples) else {
      throw ValidationError("--samples: expected an integer from 1 to 65536, found \(samples)")
    }
    try checkOutputs(
      [("json", json), ("report", pages.report)], inputs: [model, dataset, common.config])
  }

  mutating func run() throws {
    try withOutputs([json, pages.report]) { try analyze() }
  }

  private func analyze() throws {
    try pages.makeFigureFolder()
    let workers = common.makeWorkers()
    let model = try Model(model)
    let (data, _) = try model.dataset(replacement: dataset)
    try data.checkMoments(path: dataset ?? model.path)
    var meter = Terminal.meter("following", unit: "paths", quiet: common.quiet)
    let result = try AnalyzedBranchings(
      model, dataset: data, weights: weights, samples: samples, seed: common.seed,
      workers: workers
    ) { done, all in meter.update(step: done, of: all, time: Terminal.now) }
    meter.finish()
    if let json { try Terminal.save(result.json.prettyText, to: json) }
    let failure = try pages.write(result.page(command: commandLine(), workers: workers))
    // After the files, so that whoever reads the table finds them.
    if ![json, pages.report].contains("-") { try Terminal.print(result.text) }
    if let failure { throw failure }
  }
}
