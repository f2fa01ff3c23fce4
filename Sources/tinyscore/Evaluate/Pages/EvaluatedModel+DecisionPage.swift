internal import Distributions
internal import Dynamics
internal import Estimation
internal import Report
internal import Statistics

extension EvaluatedModel {
  /// Variances, active sets, regimes and typical sets, where there are any.
  var decisionSection: ReportPage.Section? {
    let figures = [varianceFigure, regimeFigure, activeSetFigure, typicalSetFigure, growthFigure]
    guard figures.contains(where: { $0 != nil }) else { return nil }
    return ReportPage.Section(
      "Decisions along the paths", paragraphs: decisionLines, figures: figures.compactMap(\.self))
  }

  /// Values over the levels with their intervals.
  private func points(_ values: [Estimate?]) -> [Figure.Point] {
    zip(evaluation.levels, values).compactMap { level, value in
      value.map { point(level.sigma, $0) }
    }
  }

  private var varianceFigure: Figure? {
    guard let paths = decisions.pathwise else { return nil }
    let exact = evaluation.levels.map(\.exact)
    let indices = evaluation.levels.indices
    let series = [
      Figure.Series(
        "(a) of the posterior entropy, exact", role: .exact,
        points: points(exact.map { $0?.posteriorEntropyVariance })),
      Figure.Series(
        "(b) of the surprisal, exact", role: .route(1),
        points: points(exact.map { $0?.surprisalVariance })),
      Figure.Series(
        "(b) by the \(modelName) score along \(decisions.paths) paths", role: .learned,
        style: .points,
        points: points(indices.map { paths.surprisalVariance($0) ?? paths.gainVariance($0) })),
      Figure.Series(
        "the same, informed", role: .route(2), style: .points,
        points: points(
          indices.map { DecisionFindings.informedVariance(paths, $0, exact: exact[$0]) })),
    ].filter { !$0.points.isEmpty }
    func line(_ label: String, _ quantity: InformationPeaks.Quantity) -> Figure.ReferenceLine? {
      decisions.exactPeaks?[quantity].map {
        .init(label, at: $0.sigma.value, direction: .vertical)
      }
    }
    return Figure(
      title: "Variance of the pathwise entropy",
      caption:
        "How unlike single paths are at one noise level: over x the posterior entropy (a), over "
        + "paths the surprisal of their outcome (b). The marks need no posterior: they are Girsanov's "
        + "integral of the score along reverse paths. Informed, only their difference from "
        + "the posterior on the same paths is sampled, and the exact curve added. Vertical lines are the exact curves' peaks.",
      xAxis: Self.sigmaAxis, yAxis: .init("nats²"), series: series,
      referenceLines: [
        line("peak of (a)", .posteriorEntropyVariance), line("peak of (b)", .surprisalVariance),
      ].compactMap(\.self))
  }

  private var modelName: String { evaluation.sampled == nil ? "learned" : "exact" }

  private var regimeFigure: Figure? {
    guard let regimes = decisions.regimes, regimes.speciation != nil,
      evaluation.levels.allSatisfy({ $0.exact != nil })
    else { return nil }
    let rates = evaluation.levels.map { $0.exact?.entropyRate }
    let losses = evaluation.levels.map { $0.learned?.loss }
    let lines: [(String, Double?)] = [
      ("speciation", regimes.speciation),
      ("Gaussian fit's entropy criterion", regimes.entropyCollapse),
      ("smooth fit left for the points", regimes.collapse?.value),
      ("one point half certain", regimes.halfWeight?.value),
    ]
    return Figure(
      title: "Regimes of the reverse process",
      caption:
        "Above speciation the noise hides even the largest spread of the data. The smooth fit is "
        + "the kernel density estimate of the points, whose curve follows from theirs; where the "
        + "points' own curve falls below half of it for good, paths leave it for single points (of a few "
        + "points there is no such level). At the entropy criterion the Gaussian of the data's covariance has "
        + "left to decide as much as there are points.",
      xAxis: Self.sigmaAxis, yAxis: .init("nats per unit of ln σ"),
      series: [
        Figure.Series("exact", role: .exact, points: points(rates)),
        Figure.Series("smooth fit", role: .reference, style: .dashes, points: smoothFit),
        Figure.Series("loss", role: .route(1), points: points(losses)),
      ].filter { !$0.points.isEmpty },
      referenceLines: lines.compactMap { label, sigma in
        sigma.map { .init(label, at: $0, direction: .vertical) }
      })
  }

  /// The rate of the kernel density estimate at the levels, as far as the points' curve reaches.
  private var smoothFit: [Figure.Point] {
    guard let h = decisions.regimes?.kernelWidth, evaluation.isDense else { return [] }
    return evaluation.levels.compactMap { level in
      evaluation.exactRate(at: (level.sigma * level.sigma + h * h).squareRoot()).map {
        Figure.Point(
          level.sigma,
          PointsLaw.smoothedRate(
            sigma: level.sigma, kernelWidth: h, rateOfPoints: $0, dimension: evaluation.dimension))
      }
    }
  }

  private var activeSetFigure: Figure? {
    guard let sets = decisions.activeSets else { return nil }
    let d = Double(evaluation.dimension)
    return Figure(
      title: "The active set",
      caption:
        "How many points are still possible, 1/Σ p(y|x)², averaged over x; and the number that the "
        + "norm of the score makes of it, D/(σ² E‖s‖²): Equation 16, corrected. Its premise, "
        + "that the differences y − x are orthogonal, fails where noise is large: all share the noise, which "
        + "no average over points cancels.",
      xAxis: Self.sigmaAxis, yAxis: .init("points", isLogarithmic: true),
      series: [
        Figure.Series("active points", role: .exact, points: points(sets.map(\.size))),
        Figure.Series(
          "D/(σ² E‖s‖²)", role: .route(0),
          points: sets.map {
            Figure.Point($0.sigma, d / ($0.sigma * $0.sigma * $0.scoreSquaredNorm.value))
          }),
      ])
  }

  private var typicalSetFigure: Figure? {
    guard let sets = decisions.typicalSets else { return nil }
    let d = Double(evaluation.dimension)
    return Figure(
      title: "Typical points and the fixed points they flow to",
      caption:
        "Under x ← E[y|x] typical points flow to a fixed point of the score. Their distance to it, in "
        + "units of σ√D, and the local share of the maximum bandwidth, 1 + σ² ∇·s/D, at either.",
      xAxis: Self.sigmaAxis, yAxis: .init("distance, share"),
      series: [
        Figure.Series("distance", role: .reference, points: points(sets.map(\.distance))),
        Figure.Series(
          "share at typical points", role: .route(0),
          points: points(sets.map { $0.typicalRate.scaled(by: 1 / d) })),
        Figure.Series(
          "share at their fixed points", role: .route(1),
          points: points(sets.map { $0.fixedPointRate.scaled(by: 1 / d) })),
      ])
  }

  private var growthFigure: Figure? {
    guard let levels = decisions.growth else { return nil }
    return Figure(
      title: "Growth of perturbations along the reverse flow",
      caption:
        "Per e-fold that the noise falls: above 0 differences between trajectories are amplified, "
        + "below 0 they are forgotten. Local exponents are the eigenvalues of σ² ∇s; the rate is that along "
        + "perturbations that have come down from the largest noise.",
      xAxis: Self.sigmaAxis, yAxis: .init("rate per e-fold"),
      series: [
        Figure.Series(
          "largest local exponent", role: .route(1), style: .dashes,
          points: points(levels.map { $0.exponents?.largest })),
        Figure.Series(
          "along the perturbation", role: .learned, points: points(levels.map(\.rate))),
        Figure.Series(
          "smallest local exponent", role: .route(2), style: .dashes,
          points: points(levels.map { $0.exponents?.smallest })),
      ].filter { !$0.points.isEmpty }, referenceLines: [.init("neither", at: 0)])
  }

  /// The marginal entropy and what makes it up (Equations 38 and 46).
  var balanceSection: ReportPage.Section {
    let d = Double(evaluation.dimension)
    func series(_ name: String, _ role: Role, _ rates: [Estimate?]) -> Figure.Series {
      Figure.Series(name, role: role, points: points(rates))
    }
    let exact = evaluation.levels.map { $0.exact?.entropyRate }
    let losses = evaluation.levels.map { $0.learned?.loss }
    func difference(_ rates: [Estimate?]) -> [Estimate?] {
      rates.map { $0?.scaled(by: -1, offset: d) }
    }
    let figure = Figure(
      title: "Balance of the marginal entropy",
      caption:
        "Per e-fold that the noise rises, it adds D nats to the entropy of x and takes the C that it "
        + "loses about y: dH[x]/d ln σ = D − C. In generation, which goes down in σ, the entropy of x "
        + "falls by the difference: decisions slow its fall, and never turn it.",
      xAxis: Self.sigmaAxis, yAxis: .init("nats per unit of ln σ"),
      series: [
        series("noise adds D", .reference, evaluation.levels.map { _ in Estimate(d) }),
        series("information takes C, exact", .route(1), exact),
        series("dH[x]/d ln σ, exact", .exact, difference(exact)),
        series("information takes, loss", .route(2), losses),
        series("dH[x]/d ln σ, by the loss", .learned, difference(losses)),
      ].filter { !$0.points.isEmpty })
    return ReportPage.Section("Entropy balance", figures: [figure])
  }
}
