internal import Estimation
internal import Report
internal import Statistics

extension EvaluatedModel {
  /// The spectrum of the Fisher information, where Jacobians were taken.
  var geometrySection: ReportPage.Section {
    guard let geometry = evaluation.geometry else {
      return ReportPage.Section(
        "Geometry",
        paragraphs: [
          "No spectrum: in \(evaluation.dimension) dimensions the Jacobians of a few dozen samples a level "
            + "would cost more than all the rest."
        ])
    }
    let dimension = evaluation.dimension
    // At most eight lines: the smallest, the largest, and some between.
    let count = min(8, dimension)
    let shown = (0..<count).map { count > 1 ? $0 * (dimension - 1) / (count - 1) : 0 }
    let series = shown.enumerated().map { place, index in
      Figure.Series(
        "μ\(index + 1)", role: .route(place),
        points: zip(evaluation.levels, geometry).map { level, geometry in
          point(level.sigma, geometry.spectrum.eigenvalues[index])
        })
    }
    let figure = Figure(
      title: "Eigenvalues of the Fisher information, times σ²",
      caption:
        "The mean spectrum of 1 + σ² ∇s: 1 along directions that are open, in which the data look continuous at "
        + "this noise; 0 where nothing is being decided, as all is by smaller noise or nothing yet by larger. Their "
        + "sum is the entropy rate.",
      xAxis: Self.sigmaAxis, yAxis: .init("eigenvalues of σ² I(x)"),
      series: series, referenceLines: [.init("free noise", at: 1)])
    return ReportPage.Section("Geometry", figures: [figure, dimensionFigure(geometry)])
  }

  /// In how many directions the data look continuous.
  private func dimensionFigure(_ geometry: [LevelGeometry]) -> Figure {
    Figure(
      title: "Effective dimension",
      caption:
        "The number of eigenvalues above ½, on average, beside their sum: the directions in which "
        + "the data look continuous at this noise level. Plateaus at whole numbers are dimensions of "
        + "the data's support.",
      xAxis: Self.sigmaAxis, yAxis: .init("directions"),
      series: [
        Figure.Series(
          "sum, the entropy rate", role: .route(1),
          points: zip(evaluation.levels, geometry).map { point($0.sigma, $1.spectrum.fisherTrace) }),
        Figure.Series(
          "eigenvalues above ½", role: .route(0), style: .points,
          points: zip(evaluation.levels, geometry).map { point($0.sigma, $1.spectrum.softCount) }),
      ])
  }

  /// The losses on training and on held-out points, where some were kept aside.
  var heldOutSection: ReportPage.Section? {
    guard let heldOut else { return nil }
    func series(_ label: String, _ role: Role, _ loss: KeyPath<HeldOutComparison.Level, Estimate>)
      -> Figure.Series
    {
      Figure.Series(
        label, role: role,
        points: heldOut.levels.map { point($0.sigma, $0[keyPath: loss]) })
    }
    let figure = Figure(
      title: "The loss on training and on held-out points",
      caption: "Where they part, the network remembers points instead of knowing their law.",
      xAxis: Self.sigmaAxis, yAxis: .init("nats per unit of ln σ"),
      series: [
        series("training points", .route(0), \.training),
        series("held-out points", .route(1), \.heldOut),
      ],
      referenceLines: heldOut.memorisationOnset.map {
        [.init("onset of memorisation", at: $0, direction: .vertical)]
      } ?? [])
    return ReportPage.Section("Memorisation", paragraphs: heldOutLines, figures: [figure])
  }
}
