internal import Estimation
internal import Report
internal import Statistics

extension EvaluatedModel {
  /// The entropy rate by every route, what is wrong with each, and what the loss is made of.
  var rateSection: ReportPage.Section {
    ReportPage.Section(
      "Entropy rate",
      figures: [rateFigure, errorFigure, relativeErrorFigure, lossFigure].compactMap(\.self),
      tables: [summaryTable(unit: .nats)])
  }

  /// The divergence of the score, and what the data add to it.
  var divergenceSection: ReportPage.Section {
    ReportPage.Section("Divergence", figures: [divergenceFigure, dataDivergenceFigure])
  }

  /// The confidence of intervals in per cent.
  var percent: String {
    let text = formatNumber(100 * confidence, significant: 6)
    return text.contains(".")
      ? String(text.reversed().drop { $0 == "0" }.drop { $0 == "." }.reversed()) : text
  }

  /// `b̂ − b` by a route at a level.
  func bandwidthError(_ route: Route, at level: Evaluation.Level) -> Estimate? {
    evaluation.error(route, at: level)?.scaled(by: 1 / Double(evaluation.dimension))
  }

  /// One route's curve with its intervals; routes keep their look in every figure.
  private func series(
    _ route: Route, _ map: (Estimate, Evaluation.Level) -> Estimate
  ) -> Figure.Series {
    series(route) { level in evaluation.rate(route, at: level).map { map($0, level) } }
  }

  private func series(
    _ route: Route, value: (Evaluation.Level) -> Estimate?
  ) -> Figure.Series {
    let role = Route.learned.firstIndex(of: route).map { Role.route($0) } ?? .exact
    let points = evaluation.levels.compactMap { level -> Figure.Point? in
      value(level).map { point(level.sigma, $0) }
    }
    return Figure.Series(
      Self.name(route), role: role, style: route == .trainingLoss ? .points : .line,
      points: points)
  }

  /// A value with its interval, where it has one.
  func point(_ sigma: Double, _ value: Estimate) -> Figure.Point {
    guard value.standardError > 0 else { return Figure.Point(sigma, value.value) }
    let (lower, upper) = value.interval(confidence: confidence)
    return Figure.Point(sigma, value.value, lower: lower, upper: upper)
  }

  private var rateFigure: Figure {
    let d = Double(evaluation.dimension)
    let own = evaluation.levels.map { level in
      point(
        level.sigma,
        evaluation.rate(.exact, at: level) ?? evaluation.rate(.loss, at: level) ?? Estimate(0))
    }
    // A limit far above the data would press them to the floor.
    let isNear = (own.map(\.y).max() ?? 0) > 0.3 * d
    let total = evaluation.entropy(.exact) ?? evaluation.entropy(.loss)
    return Figure(
      title: "Entropy rate per e-fold of the noise level",
      caption: "The area under the curve is the entropy in nats, here of the exact rate. Bands are "
        + "\(percent) % intervals."
        + (isNear
          ? "" : " The maximum bandwidth, D = \(evaluation.dimension), is far above the plot."),
      xAxis: Self.sigmaAxis, yAxis: .init("nats per unit of ln σ"),
      series: [series(.exact) { rate, _ in rate }]
        + learnedRoutes.map { series($0) { rate, _ in rate } },
      referenceLines: isNear ? [.init("maximum bandwidth D = \(evaluation.dimension)", at: d)] : [],
      area: total.map {
        .init(own.map { Figure.Point($0.x, max(0, $0.y)) }, label: "\(text($0, limit: 6)) nats")
      })
  }

  private var errorFigure: Figure? {
    guard !learnedRoutes.isEmpty, evaluation.levels.allSatisfy({ $0.exact != nil }) else {
      return nil
    }
    return Figure(
      title: "Error of the bandwidth fraction",
      caption: "Each route's bandwidth fraction minus the exact one, with \(percent) % intervals.",
      xAxis: Self.sigmaAxis, yAxis: .init("b̂ − b"),
      series: learnedRoutes.map { route in
        series(route, value: { bandwidthError(route, at: $0) })
      }, referenceLines: [.init("exact", at: 0)])
  }

  /// Rates below this share of the largest have no relative error worth a figure.
  private static let leastShare = 0.05

  private var relativeErrorFigure: Figure? {
    let exact = evaluation.levels.compactMap { $0.exact?.entropyRate.value }
    guard !learnedRoutes.isEmpty, exact.count == evaluation.levels.count, let top = exact.max(),
      top > 0
    else { return nil }
    return Figure(
      title: "Relative error of the entropy rate",
      caption: "In per cent of the exact rate, where that is at least 5 % of its largest value.",
      xAxis: Self.sigmaAxis, yAxis: .init("%"),
      series: learnedRoutes.map { route in
        series(
          route,
          value: { level in
            let rate = level.exact?.entropyRate.value ?? 0
            return rate < Self.leastShare * top
              ? nil : evaluation.error(route, at: level)?.scaled(by: 100 / rate)
          })
      }, referenceLines: [.init("exact", at: 0)])
  }

  /// The loss and its two parts: what no network can undercut, and what this one adds.
  private var lossFigure: Figure? {
    let mismatch = evaluation.levels.compactMap { level in
      level.learned?.scoreMatchingLoss.map { point(level.sigma, $0) }
    }
    guard !mismatch.isEmpty else { return nil }
    return Figure(
      title: "The loss, split into what is the data's and what is the network's",
      caption:
        "L = C + δ: the entropy rate of the data, below which no network comes, and the score-matching "
        + "loss δ = E‖ẑ* − ẑ‖², which is the distance of this network from the exact one.",
      xAxis: Self.sigmaAxis, yAxis: .init("nats per unit of ln σ", isLogarithmic: true),
      series: [
        series(.exact) { rate, _ in rate }, series(.loss) { rate, _ in rate },
        Figure.Series("δ, the network's own", role: .route(2), points: mismatch),
      ])
  }

  private var divergenceFigure: Figure {
    let d = Double(evaluation.dimension)
    return Figure(
      title: "Expected divergence of the score, times σ²",
      caption:
        "−D where the noise decides nothing, 0 at the maximum bandwidth; the data's part Δdiv "
        + "is the height above −D.",
      xAxis: Self.sigmaAxis, yAxis: .init("σ² E[∇·s]"),
      series: ([.exact] + learnedRoutes.filter { $0 == .divergence }).map { route in
        series(route) { rate, _ in rate.scaled(by: 1, offset: -d) }
      },
      referenceLines: [.init("−D, a single point", at: -d)])
  }

  private var dataDivergenceFigure: Figure {
    Figure(
      title: "The data's part of the divergence",
      caption:
        "Δdiv = E[∇·s] + D/σ², the divergence beyond that of a single point: the entropy rate over "
        + "σ², and dH/d(½ σ²).",
      xAxis: Self.sigmaAxis, yAxis: .init("Δdiv", isLogarithmic: true),
      series: ([.exact] + learnedRoutes.filter { $0 == .divergence }).map { route in
        series(route) { rate, level in rate.scaled(by: 1 / (level.sigma * level.sigma)) }
      })
  }
}
