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

  private func summaryWords(_ groups: [Group]) -> [String] {
    let spreads = groups.compactMap { group in
      group.spread(.informedLoss).map { spread in
        "\(group.name): \(formatNumber(spread.mean, significant: 6)) nats by the informed loss over "
          + "\(group.models.count) seeds, with a standard deviation of "
          + "\(formatNumber(spread.deviation, significant: 2)) between them."
      }
    }
    return spreads + [
      "Standard errors speak of sampling: of what other samples would have given for the same network. What "
        + "another training run would have learned differs by more, and only several seeds can tell."
    ]
  }

  private func curves(
    _ route: Route, _ map: (Estimate, Evaluation.Level, EvaluatedModel) -> Estimate
  ) -> [Figure.Series] {
    zip(models, shortNames).prefix(Self.mostCurves).enumerated().compactMap { index, pair in
      let (model, name) = pair
      let points = model.evaluation.levels.compactMap { level in
        model.evaluation.rate(route, at: level).map {
          model.point(level.sigma, map($0, level, model))
        }
      }
      return points.isEmpty ? nil : Figure.Series(name, role: .route(index), points: points)
    }
  }

  private var notShown: String {
    models.count > Self.mostCurves
      ? " The first \(Self.mostCurves) of \(models.count) models." : ""
  }

  private var rateFigure: Figure {
    let laws = Set(models.map(\.dataset.name))
    let exact =
      laws.count == 1
      ? models[0].evaluation.levels.compactMap { level in
        level.exact.map { models[0].point(level.sigma, $0.entropyRate) }
      } : []
    let losses = curves(.loss) { rate, _, _ in rate }
    return Figure(
      title: "Entropy rate by the loss",
      caption:
        "Of each model its loss on fresh samples, an upper bound of the exact rate; of data sets "
        + "without a network nothing but that." + notShown,
      xAxis: EvaluatedModel.sigmaAxis, yAxis: .init("nats per unit of ln σ"),
      series: (exact.isEmpty ? [] : [Figure.Series("exact", role: .exact, points: exact)])
        + (losses.isEmpty || laws.count > 1
          ? losses
            + curves(.exact) { rate, _, _ in rate }.filter { series in
              !losses.contains { $0.label == series.label }
            } : losses))
  }

  private var errorFigure: Figure? {
    let errors = curves(.informedLoss) { rate, level, model in
      let d = Double(model.evaluation.dimension)
      return rate.scaled(by: 1 / d, offset: -(level.exact?.entropyRate.value ?? 0) / d)
    }
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
