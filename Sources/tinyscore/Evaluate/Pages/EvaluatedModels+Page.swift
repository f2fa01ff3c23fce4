internal import Estimation
internal import LinearAlgebra
internal import Report
internal import Statistics
internal import Storage

extension EvaluatedModels {
  /// Curves that a figure of several models shows, at most.
  private static let mostCurves = 12

  /// The results as a page: all of one model, or several beside one another.
  func page(command: String, workers: Workers) -> ReportPage {
    if let single { return single.page(command: command, workers: workers) }
    let groups = groups
    return ReportPage(
      title: "\(models.count) models: how many nats",
      summary: summaryWords(groups),
      sections: [
        ReportPage.Section(
          "Totals",
          tables: [totalsTable(unit: .nats)]
            + (groups.isEmpty ? [] : [spreadTable(groups, unit: .nats)])),
        ReportPage.Section("Entropy rate", figures: [rateFigure, errorFigure].compactMap(\.self)),
      ], configuration: settings, command: command,
      colophon: "Made by tinyscore \(programVersion).")
  }

  private func summaryWords(_ groups: [SeedGroup]) -> [String] {
    let spreads = groups.compactMap { group in
      group.spread(.informedLoss).map { spread in
        "\(group.name): \(formatNumber(spread.mean, significant: 6)) nats by the informed loss over "
          + "\(group.models.count) seeds, with a standard deviation of "
          + "\(formatNumber(spread.standardDeviation, significant: 2)) between them."
      }
    }
    return spreads + [
      "Standard errors speak of sampling: of what other samples would have given for the same network. What "
        + "another training run would have learned differs by more, and only several seeds can tell."
    ]
  }

  private func curves(
    _ value: (EvaluatedModel, Evaluation.Level) -> Estimate?
  ) -> [Figure.Series] {
    zip(models, shortNames).prefix(Self.mostCurves).enumerated().compactMap { index, pair in
      let (model, name) = pair
      let points = model.evaluation.levels.compactMap { level in
        value(model, level).map { model.point(level.sigma, $0) }
      }
      return points.isEmpty ? nil : Figure.Series(name, role: .route(index), points: points)
    }
  }

  private var notShown: String {
    models.count > Self.mostCurves
      ? " The first \(Self.mostCurves) of \(models.count) models." : ""
  }

  private var rateFigure: Figure {
    Figure(
      title: "Entropy rate by the loss",
      caption:
        "Of each network its loss on fresh samples, an upper bound of the exact rate; of data sets their "
        + "exact rate." + notShown,
      xAxis: EvaluatedModel.sigmaAxis, yAxis: .init("nats per unit of ln σ"),
      series: sharedExactCurve
        + curves { model, level in
          model.evaluation.rate(model.checkpoint == nil ? .exact : .loss, at: level)
        })
  }

  /// The exact curve of networks that were all trained on the same data, whole.
  private var sharedExactCurve: [Figure.Series] {
    let records = models.map { model in
      model.checkpoint.flatMap {
        $0.configuration.holdout == 0 ? $0.dataset.canonicalText : nil
      }
    }
    guard let first = models.first, let record = records[0], records.allSatisfy({ $0 == record })
    else { return [] }
    return [
      Figure.Series(
        "exact", role: .exact,
        points: first.evaluation.levels.compactMap { level in
          level.exact.map { first.point(level.sigma, $0.entropyRate) }
        })
    ]
  }

  private var errorFigure: Figure? {
    let errors = curves { $0.bandwidthError(.informedLoss, at: $1) }
    guard !errors.isEmpty else { return nil }
    return Figure(
      title: "Error of the bandwidth fraction",
      caption: "What each network adds to the exact bandwidth fraction, by the informed loss."
        + notShown,
      xAxis: EvaluatedModel.sigmaAxis, yAxis: .init("b̂ − b"), series: errors,
      referenceLines: [.init("exact", at: 0)])
  }

  private var settings: [ReportPage.Setting] {
    let first = models[0]
    return [
      .init("models", models.map(\.model.path).joined(separator: ", ")),
      .init("evaluate --samples", "\(first.samplesPerLevel)"),
      .init("evaluate --confidence", "\(first.confidence)"),
      .init("evaluate --seed", "\(first.seed)"),
    ]
  }
}
