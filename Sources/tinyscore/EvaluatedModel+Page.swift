internal import Estimation
internal import Report
internal import Statistics
internal import Storage

extension EvaluatedModel {
  /// The results as a page with figures.
  func page(command: String) -> ReportPage {
    ReportPage(
      title: "\(dataset.name): when and how many nats", summary: summaryWords,
      keyNumbers: keyNumbers,
      sections: [
        ReportPage.Section(
          "Entropy rate", figures: [rateFigure, errorFigure].compactMap { $0 },
          tables: [summaryTable(unit: .nats)]),
        ReportPage.Section("Divergence", figures: [divergenceFigure]), balanceSection,
        decisionSection, geometrySection, heldOutSection,
      ].compactMap(\.self), configuration: configuration, command: command,
      colophon: "Made by tinyscore \(programVersion).")
  }

  private var summaryWords: [String] {
    var words: [String] = []
    if let exact = evaluation.entropy(.exact) {
      words.append(
        "Between σ = \(formatNumber(evaluation.levels.first?.sigma ?? 0, significant: 3)) and "
          + "\(formatNumber(evaluation.levels.last?.sigma ?? 0, significant: 3)) the data decide "
          + "\(text(exact, digits: 5)) nats; the rate per unit of ln σ is largest at σ = "
          + "\(formatNumber(evaluation.peakSigma(.exact) ?? .nan, significant: 3)).")
    }
    if let loss = evaluation.entropy(.informedLoss), let exact = evaluation.entropy(.exact) {
      let excess = 100 * (loss.value / exact.value - 1)
      words.append(
        "The network's denoising loss gives \(text(loss, digits: 5)) nats, "
          + "\(formatNumber(excess, significant: 2)) % too many, all of it the network's own error: the "
          + "loss bounds the exact rate from above.")
    }
    words += totalLines.map { $0.split(separator: "\n").joined(separator: " ") }
    return words
  }

  private var keyNumbers: [ReportPage.KeyNumber] {
    var numbers: [ReportPage.KeyNumber] = []
    for route in [Route.exact, .informedLoss, .loss, .trainingLoss] {
      if let entropy = evaluation.entropy(route) {
        numbers.append(.init("entropy, \(Self.name(route))", text(entropy), unit: "nats"))
      }
    }
    if let error = evaluation.maximumBandwidthError(.informedLoss) {
      numbers.append(.init("largest bandwidth error", formatNumber(error, significant: 2)))
    }
    return numbers
  }

  /// One route's curve; routes keep their look in every figure.
  private func series(
    _ route: Route, style: Figure.Style = .line, banded: Bool = false,
    _ map: (Estimate, Double) -> Estimate
  ) -> Figure.Series {
    let role = Route.learned.firstIndex(of: route).map { Role.route($0) } ?? .exact
    let points = evaluation.levels.compactMap { level -> Figure.Point? in
      guard let rate = evaluation.rate(route, at: level) else { return nil }
      let value = map(rate, level.sigma)
      let (lower, upper) = value.interval(confidence: confidence)
      return banded
        ? Figure.Point(level.sigma, value.value, lower: lower, upper: upper)
        : Figure.Point(level.sigma, value.value)
    }
    return Figure.Series(Self.name(route), role: role, style: style, points: points)
  }

  private var rateFigure: Figure {
    let rate: (Estimate, Double) -> Estimate = { value, _ in value }
    return Figure(
      title: "Entropy rate per e-fold of the noise level",
      caption: "The area under the curve is the entropy in nats. Bands are "
        + "\(formatNumber(100 * confidence, significant: 2)) % intervals.",
      xAxis: .init("noise level σ", isLogarithmic: true), yAxis: .init("nats per unit of ln σ"),
      series: [series(.exact, rate)]
        + learnedRoutes.map {
          series($0, style: $0 == .trainingLoss ? .points : .line, banded: $0 == .loss, rate)
        },
      referenceLines: [
        .init("maximum bandwidth D = \(evaluation.dimension)", at: Double(evaluation.dimension))
      ].filter { _ in
        // A limit far above the data would press them to the floor.
        let top = evaluation.levels.compactMap { evaluation.rate(.exact, at: $0)?.value }.max() ?? 0
        return top > 0.3 * Double(evaluation.dimension)
      })
  }

  private var errorFigure: Figure? {
    guard !learnedRoutes.isEmpty, evaluation.levels.allSatisfy({ $0.exact != nil }) else {
      return nil
    }
    let rates = Dictionary(
      evaluation.levels.map { ($0.sigma, $0.exact?.entropyRate.value ?? 0) },
      uniquingKeysWith: { first, _ in first })
    return Figure(
      title: "Error of the bandwidth fraction",
      caption: "Each route's bandwidth fraction minus the exact one.",
      xAxis: .init("noise level σ", isLogarithmic: true), yAxis: .init("b̂ − b"),
      series: learnedRoutes.map { route in
        series(route, style: route == .trainingLoss ? .points : .line) { rate, sigma in
          rate.scaled(
            by: 1 / Double(evaluation.dimension),
            offset: -(rates[sigma] ?? 0) / Double(evaluation.dimension))
        }
      }, referenceLines: [.init("exact", at: 0)])
  }

  /// The spectrum of the Fisher information, where Jacobians were taken.
  private var geometrySection: ReportPage.Section? {
    guard let geometry = evaluation.geometry else { return nil }
    let dimension = evaluation.dimension
    // At most eight lines: the smallest, the largest, and some between.
    let count = min(8, dimension)
    let shown = (0..<count).map { count > 1 ? $0 * (dimension - 1) / (count - 1) : 0 }
    let series = shown.enumerated().map { place, index in
      Figure.Series(
        "μ\(index + 1)", role: .route(place),
        points: zip(evaluation.levels, geometry).map { level, geometry in
          let value = geometry.spectrum.eigenvalues[index]
          let (lower, upper) = value.interval(confidence: confidence)
          return Figure.Point(level.sigma, value.value, lower: lower, upper: upper)
        })
    }
    let figure = Figure(
      title: "Eigenvalues of the Fisher information, times σ²",
      caption:
        "The mean spectrum of 1 + σ² ∇s: 1 along directions in which the data look continuous, 0 "
        + "where the noise decides nothing. Their sum is the entropy rate.",
      xAxis: .init("noise level σ", isLogarithmic: true), yAxis: .init("eigenvalues of σ² I(x)"),
      series: series, referenceLines: [.init("free noise", at: 1)])
    return ReportPage.Section("Geometry", figures: [figure])
  }

  /// The losses on training and on held-out points, where some were kept aside.
  private var heldOutSection: ReportPage.Section? {
    guard let heldOut else { return nil }
    func series(_ label: String, _ role: Role, _ loss: KeyPath<HeldOutComparison.Level, Estimate>)
      -> Figure.Series
    {
      Figure.Series(
        label, role: role,
        points: heldOut.levels.map { level in
          let (lower, upper) = level[keyPath: loss].interval(confidence: confidence)
          return Figure.Point(level.sigma, level[keyPath: loss].value, lower: lower, upper: upper)
        })
    }
    let figure = Figure(
      title: "The loss on training and on held-out points",
      caption: "Where they part, the network remembers points instead of knowing their law.",
      xAxis: .init("noise level σ", isLogarithmic: true), yAxis: .init("nats per unit of ln σ"),
      series: [
        series("training points", .route(0), \.training),
        series("held-out points", .route(1), \.heldOut),
      ],
      referenceLines: heldOut.memorisationOnset.map {
        [.init("onset of memorisation", at: $0, direction: .vertical)]
      } ?? [])
    return ReportPage.Section("Memorisation", figures: [figure])
  }

  private var divergenceFigure: Figure {
    let scaled: (Estimate, Double) -> Estimate = { rate, _ in
      rate.scaled(by: 1, offset: -Double(evaluation.dimension))
    }
    return Figure(
      title: "Expected divergence of the score, times σ²",
      caption: "−D where the noise decides nothing, 0 at the maximum bandwidth; the data's part "
        + "Δdiv is the height above −D.",
      xAxis: .init("noise level σ", isLogarithmic: true), yAxis: .init("σ² E[∇·s]"),
      series: [series(.exact, scaled)]
        + (learnedRoutes.contains(.divergence) ? [series(.divergence, scaled)] : []),
      referenceLines: [.init("−D, a single point", at: -Double(evaluation.dimension))])
  }

  private var configuration: [ReportPage.Setting] {
    var settings: [ReportPage.Setting] = [
      .init("data set", "\(dataset.name) (\(dataset.distribution), D = \(evaluation.dimension))"),
      .init("samples per level", "\(samplesPerLevel)"), .init("seed", "\(seed)"),
    ]
    if case .network(let checkpoint, _) = model {
      settings.append(.init("weights", weights.rawValue))
      if case .object(let members) = checkpoint.configuration.json {
        settings += members.map { .init("train --\($0.key)", $0.value.canonicalText) }
      }
    }
    return settings
  }
}
