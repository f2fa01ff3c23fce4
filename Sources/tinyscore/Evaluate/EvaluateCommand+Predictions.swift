internal import ArgumentParser
internal import Distributions
internal import Estimation
internal import ForwardProcess
internal import JSONText
internal import LinearAlgebra
internal import Report
internal import Storage

extension Evaluate {
  /// The samples of a level where no other number is given.
  static let usualSamples = 16384
  /// The reverse paths where no other number is given.
  static let usualPaths = 512

  var samples: Int { givenSamples ?? Self.usualSamples }
  var paths: Int { givenPaths ?? Self.usualPaths }

  /// The files of `--predictions`.
  private static let files = ["z.npy", "prediction.npy", "sigma.npy", "sample.npy"]

  /// Throws if options do not go together with `--predictions`.
  func checkPredictions(_ folder: String) throws {
    guard models.isEmpty else {
      throw ValidationError(
        "--predictions: expected no MODEL beside it, found \(excerpt(models[0])); --dataset names the exact "
          + "side")
    }
    let needless = [
      ("sigmas", sigmas != nil, "the levels are those of sigma.npy"),
      ("paths", givenPaths != nil, "paths need a score, not its outputs"),
      ("clock", clock != nil, "a clock needs the range of a model"),
      ("totals", totals != nil, "it is a table of MODELs"),
      ("weights", weights != .ema, "a folder has no weights"),
      ("samples", givenSamples != nil && dataset == nil, "it is for the exact side of --dataset"),
    ]
    if let (name, _, reason) = needless.first(where: \.1) {
      throw ValidationError("--\(name): expected without --predictions, found with it; \(reason)")
    }
    try checkOutputs(
      [("json", json), ("csv", csv), ("report", pages.report)],
      inputs: Self.files.map { "\(folder)/\($0)" } + [dataset, common.config])
  }

  /// Evaluates the outputs of anyone's network.
  func evaluatePredictions(in folder: String) throws {
    try withOutputs([json, csv, pages.report]) { try writeEvaluation(of: folder) }
  }

  private func writeEvaluation(of folder: String) throws {
    try pages.makeFigureFolder()
    let result = try evaluated(PredictionFolder(path: folder))
    try result.checkFinite()
    if let words = result.mistakeWords { Terminal.complain(words) }
    if let json { try Terminal.save(result.json.prettyText, to: json) }
    if let csv { try Terminal.save(result.csv, to: csv) }
    let failure = try pages.write(result.page(command: commandLine()))
    // After the files, so that whoever reads the table finds them.
    if ![json, csv, pages.report].contains("-") { try Terminal.print(result.table(unit: unit)) }
    if let failure { throw failure }
  }

  /// Everything about the predictions in a folder.
  private func evaluated(_ folder: PredictionFolder) throws -> EvaluatedPredictions {
    let data = try dataset.map { try Dataset($0, shareFolders: shareFolders) }
    if let data, let dataset {
      try data.checkMoments(path: dataset)
      guard data.law.dimension == folder.dimension else {
        throw Failure.usage(
          "dataset", expected: "data of dimension \(folder.dimension), as the predictions have",
          found: "\(dataset) of dimension \(data.law.dimension)")
      }
    }
    let table = try folder.table()
    let levels = try folder.predictionLevels(mostBands: self.levels)
    let moments = data?.law.moments ?? folder.moments
    let curve = PredictionCurve(table, levels, moments: moments)
    let exact = data.map { data in
      let sampling = CurveSampling(
        samples: samples, seed: common.seed, workers: common.makeWorkers())
      return curve.exactPoints { data.law.informationCurve(at: $0, sampling: sampling) }
    }
    return EvaluatedPredictions(
      folder: folder, dataset: data, curve: curve,
      evaluation: curve.evaluation(exact: exact, moments: moments), mistake: table.mistake,
      repeatsNoise: folder.levels == nil && table.repeatsNoise,
      confidence: confidence)
  }
}

extension PredictionFolder {
  /// The products of all rows; throws where z is not standard normal noise, or a product no number.
  fileprivate func table() throws -> PredictionTable {
    var table = PredictionTable(dimension: dimension)
    for block in blocks {
      let (z, prediction, sample) = try rows(block)
      table.add(
        sigmas: sigmas[block], noise: z, predicted: prediction,
        clean: sample.flatMap { sample in moments.map { (sample, $0.mean) } })
    }
    if let row = table.firstOverflow {
      throw Failure(
        .malformedData,
        "\(path), row \(row) (from 0): expected numbers whose squares are below 1e308, found larger "
          + "ones")
    }
    guard table.losses.contains(where: { $0 > 0 }) else {
      throw Failure(
        .malformedData,
        "\(path), prediction.npy: expected what the network takes the noise for, found z itself; give "
          + "the network's output at x = y + σ z")
    }
    switch table.noiseFault {
    case nil: return table
    case .isScaled:
      throw Failure(
        .malformedData,
        "\(path), z.npy: expected standard normal noise z, found noise of standard deviation σ; "
          + "divide it by sigma")
    case .hasSquare(let square):
      throw Failure(
        .malformedData,
        "\(path), z.npy: expected standard normal noise, of mean square 1, found "
          + "\(formatNumber(square, significant: 3)); give the z of x = y + σ z")
    }
  }

  /// The rows by noise level; throws where there are too few.
  fileprivate func predictionLevels(mostBands: Int) throws -> PredictionLevels {
    let least = PredictionLevels.leastSamples
    let result =
      levels.map { PredictionLevels(gridOf: $0, sigmas: sigmas) }
      ?? PredictionLevels(of: sigmas, mostBands: mostBands)
    guard !result.levels.isEmpty else {
      throw Failure(
        .malformedData,
        "\(path), sigma.npy: expected \(least) rows at each of a few noise levels, or some hundred rows "
          + "at levels drawn from a density, found \(count) rows of which too few lie together; "
          + "give more rows")
    }
    for level in result.levels where level.samples < least {
      throw Failure(
        .malformedData,
        "\(path), sigma.npy: expected \(least) samples at least of every noise level, found "
          + "\(level.samples) at σ = \(formatNumber(level.sigma)); give more, or leave the level out"
      )
    }
    return result
  }
}
