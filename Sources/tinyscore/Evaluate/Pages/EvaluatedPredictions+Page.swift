internal import Estimation
internal import ForwardProcess
internal import Report
internal import Statistics

extension EvaluatedPredictions {
  /// The results as a page with figures.
  func page(command: String) -> ReportPage {
    ReportPage(
      title: "\(folder.path): when and how many nats", summary: summaryWords + findings,
      keyNumbers: Self.routes.compactMap { route in
        entropy(route).map {
          .init("entropy, \(EvaluatedModel.name(route))", text($0), unit: "nats")
        }
      },
      sections: [
        ReportPage.Section(
          "Entropy rate", paragraphs: provenance, figures: [rateFigure, signalFigure],
          tables: [summaryTable(unit: .nats)].compactMap(\.self)),
        ReportPage.Section("What separates the routes", figures: [miscalibrationFigure]),
      ], configuration: configuration, command: command,
      colophon: "Made by tinyscore \(programVersion).")
  }

  private var summaryWords: [String] {
    guard let loss = entropy(.loss), let first = evaluation.levels.first,
      let last = evaluation.levels.last
    else { return [] }
    return [
      "Between σ = \(formatNumber(first.sigma, significant: 3)) and "
        + "\(formatNumber(last.sigma, significant: 3)) the data decide at most \(text(loss)) nats by the "
        + "network's loss; the loss per unit of ln σ is largest at σ = "
        + "\(formatNumber(evaluation.peakSigma(.loss) ?? .nan, significant: 3))."
    ]
  }

  private var configuration: [ReportPage.Setting] {
    [
      .init("predictions", "\(folder.path), \(folder.count) rows, D = \(folder.dimension)"),
      .init("exact side", dataset.map { "\($0.name) (\($0.distribution))" } ?? "none"),
      .init("confidence", formatNumber(confidence, significant: 2)),
    ]
  }

  /// One quantity over the noise level, with its interval but where rare events matter: those would
  /// press all curves to a line.
  private func series(
    _ label: String, _ role: Role, at place: (Double) -> Double = { $0 },
    _ value: (Evaluation.Level) -> Estimate?
  ) -> Figure.Series {
    Figure.Series(
      label, role: role,
      points: evaluation.levels.compactMap { level in
        value(level).map { estimate in
          guard level.learned?.restsOnRareEvents != true else {
            return Figure.Point(place(level.sigma), estimate.value)
          }
          let (lower, upper) = estimate.interval(confidence: confidence)
          return Figure.Point(place(level.sigma), estimate.value, lower: lower, upper: upper)
        }
      })
  }

  private var intervalWords: String {
    "Bands are \(formatNumber(100 * confidence, significant: 2)) % intervals"
      + (evaluation.levels.contains { $0.learned?.restsOnRareEvents ?? false }
        ? ", none where the loss rests on rare events." : ".")
  }

  private var rateFigure: Figure {
    var all = Self.routes.enumerated().map { place, route in
      series(EvaluatedModel.name(route), .route(place)) { evaluation.rate(route, at: $0) }
    }
    if dataset != nil { all.insert(series("exact", .exact) { $0.exact?.entropyRate }, at: 0) }
    return Figure(
      title: "Entropy rate per e-fold of the noise level",
      caption:
        "The area under the curve is entropy in nats, here under the loss, at least the data's. "
        + intervalWords,
      xAxis: .init("noise level σ", isLogarithmic: true), yAxis: .init("nats per unit of ln σ"),
      series: all,
      area: entropy(.loss).map { total in
        .init(
          evaluation.levels.compactMap { level in
            level.learned.map { Figure.Point(level.sigma, max(0, $0.loss.value)) }
          }, label: "\(text(total, limit: 6)) nats")
      })
  }

  private var signalFigure: Figure {
    Figure(
      title: "Bandwidth fraction over the signal-to-noise ratio",
      caption: "The loss over D. The log SNR is −2 ln σ: of x = α y + ασ z, ln α²/(ασ)². "
        + intervalWords,
      xAxis: .init("log SNR"), yAxis: .init("b = loss/D"),
      series: [
        series("loss", .route(0), at: logSNR) {
          $0.learned?.loss.scaled(by: 1 / Double(evaluation.dimension))
        }
      ])
  }

  private var miscalibrationFigure: Figure {
    Figure(
      title: "Loss minus score norm",
      caption:
        "2 (E‖ẑ‖² − E[z·ẑ]), 0 where the network is at its best: above 0 it predicts too much "
        + "noise, below too little. " + intervalWords,
      xAxis: .init("noise level σ", isLogarithmic: true), yAxis: .init("nats per unit of ln σ"),
      series: [series("miscalibration", .route(0)) { $0.learned?.miscalibration }],
      referenceLines: [.init("calibrated", at: 0)])
  }
}
