internal import Distributions
internal import Dynamics
internal import Estimation
internal import Glibc
internal import LinearAlgebra
internal import Report
internal import Storage

extension AnalyzedBranchings {
  /// The results as a page with figures: the first is Figure 1 of the paper, the trajectories
  /// Figure 2.
  func page(command: String, workers: Workers) -> ReportPage {
    let tables =
      (learned.map { [table($0, of: "learned score")] } ?? []) + [table(exact, of: "exact score")]
    let pairs = comparison.flatMap { comparison in
      learned.map { pairTable(comparison, $0) }
    }
    return ReportPage(
      title: "\(dataset.name): where it decides", summary: summaryWords, keyNumbers: keyNumbers,
      sections: [
        ReportPage.Section(
          "Decisions", figures: profileFigures(workers) + [pathFigure],
          tables: tables + (pairs.map { [$0] } ?? [])),
        ReportPage.Section(
          "Stability",
          figures: [exponentFigure, approachFigure].compactMap(\.self)
            + trajectoryFigures),
        curieWeissSection,
      ].compactMap(\.self),
      configuration: configuration, command: command,
      colophon: "Made by tinyscore \(programVersion).")
  }

  var summaryWords: [String] {
    var words: [String] = []
    for (name, side) in sides {
      guard let last = side.diagram.branchings.last else {
        words.append("The \(name) score has no branching of stable fixed points in this range.")
        continue
      }
      let kinds = Branching.Kind.allCases.compactMap { kind -> String? in
        let count = side.diagram.branchings.count { $0.kind == kind }
        return count > 0 ? "\(count) \(kind.rawValue)" : nil
      }
      let count = side.diagram.branchings.count
      words.append(
        "The stable fixed points of the \(name) score come together in "
          + "\(count) branching\(count > 1 ? "s" : "") (\(kinds.joined(separator: ", "))), the last at "
          + "σ = \(formatNumber(last.sigma, significant: 6)).")
    }
    if let comparison {
      words.append(missing(comparison))
    }
    return words
  }

  private var keyNumbers: [ReportPage.KeyNumber] {
    sides.compactMap { name, side in
      side.diagram.branchings.last.map {
        .init(
          "last branching, \(name)", formatNumber($0.sigma, significant: 6), unit: "σ",
          note: $0.kind.rawValue)
      }
    }
  }

  /// The sides by their names, the exact one first.
  var sides: [(String, Side)] {
    [("exact", exact)] + (learned.map { [("learned", $0)] } ?? [])
  }

  private var configuration: [ReportPage.Setting] {
    [
      .init("data set", "\(dataset.name) (\(dataset.distribution), D = \(dataset.law.dimension))"),
      .init("samples of the search", "\(samples)"), .init("seed", "\(seed)"),
    ] + (learned == nil ? [] : [.init("weights", weights.rawValue)])
  }

  // MARK: Figure 1

  /// Noise levels and samples of the entropy profile.
  private static let profileLevels = 64
  private static let profileSamples = 2048

  /// The critical levels as vertical lines, the last ones of many.
  private var criticalLines: [Figure.ReferenceLine] {
    exact.diagram.branchings.map(\.sigma).reduce(into: [Double]()) { marks, sigma in
      if marks.allSatisfy({ abs($0 / sigma - 1) > 1e-3 }) { marks.append(sigma) }
    }.suffix(3).map {
      .init("σ_c = \(formatNumber($0, significant: 4))", at: $0, direction: .vertical)
    }
  }

  /// The entropy rate and, of finite data, the conditional entropy over the noise level.
  private func profileFigures(_ workers: Workers) -> [Figure] {
    let (law, sigmas) = (dataset.law, range.levels(Self.profileLevels))
    let curve = law.informationCurve(
      at: sigmas,
      sampling: CurveSampling(samples: Self.profileSamples, seed: seed, workers: workers))
    var rates = [
      Figure.Series(
        "exact", role: .exact,
        points: curve.map { Figure.Point($0.sigma, $0.entropyRate.value) })
    ]
    var entropies = [
      Figure.Series(
        "exact", role: .exact,
        points: curve.compactMap { point in
          point.conditionalEntropy.map { Figure.Point(point.sigma, $0.value) }
        })
    ]
    if let learned {
      let loss = ScoreEvaluator(
        score: learned.score, source: law, exact: nil, samplesPerLevel: Self.profileSamples,
        jacobianSamples: 0, seed: seed
      ).curve(at: sigmas, workers: workers).levels.map(\.loss.value)
      rates.append(
        Figure.Series("learned", role: .learned, points: zip(sigmas, loss).map { .init($0, $1) }))
      var sum = curve[0].conditionalEntropy?.value ?? 0
      let total = sigmas.indices.map { k -> Figure.Point in
        if k > 0 { sum += (loss[k] + loss[k - 1]) / 2 * log(sigmas[k] / sigmas[k - 1]) }
        return Figure.Point(sigmas[k], sum)
      }
      entropies.append(Figure.Series("learned, from its loss", role: .learned, points: total))
    }
    let axis = Figure.Axis("noise level σ", isLogarithmic: true)
    let rate = Figure(
      title: "Entropy rate",
      caption: "The rate at which the noise level decides, with the branchings.",
      xAxis: axis, yAxis: .init("nats per unit of ln σ"), series: rates,
      referenceLines: criticalLines)
    guard law.entropy != nil else { return [rate] }
    let profile = Figure(
      title: "Conditional entropy H(y|x)",
      caption: "What is still undecided at a noise level: Figure 1, left, of the paper.",
      xAxis: axis, yAxis: .init("nats"), series: entropies, referenceLines: criticalLines)
    return [profile, rate]
  }

  /// The paths over the noise level, of data on a line over the log density.
  var pathFigure: Figure {
    let isLine = dataset.law.dimension == 1
    let cells = densityCells
    var series: [Figure.Series] = []
    for (name, side) in sides {
      let role = name == "exact" ? Role.exact : Role.learned
      for isStable in [true, false] {
        let points = side.diagram.paths.flatMap { path in
          segments(path, stable: isStable) + [Figure.Point(.nan, .nan)]
        }
        series.append(
          Figure.Series(
            "\(name), \(isStable ? "stable" : "unstable")", role: role,
            style: isStable ? .line : .dashes, points: points))
      }
    }
    return Figure(
      title: "Paths of fixed points",
      caption: (isLine
        ? "In grey the log density of the noised data, each level's largest the darkest: Figure 1, right, "
          + "of the paper."
        : "The coordinate along the direction in which the data vary most"
          + (cells.isEmpty
            ? "." : ", in grey the log density of that coordinate of the noised data."))
        + " Thick lines and dashes: the exact score.",
      xAxis: .init("noise level σ", isLogarithmic: true, range: pathRange),
      yAxis: .init(isLine ? "x" : "x along the first principal axis"), series: series,
      background: cells)
  }

  /// The levels of figures about paths: up to four times the last branching.
  private var pathRange: ClosedRange<Double> {
    let last = sides.compactMap { $0.1.diagram.branchings.last?.sigma }.max() ?? range.maximum
    let low = exact.diagram.paths.compactMap { $0.points.first?.sigma }.min() ?? range.minimum
    return min(low, last / 2)...max(min(range.maximum, 4 * last), 2 * low)
  }

  /// The parts of a path that are stable, or not; a point without a place is a gap.
  private func segments(_ path: FixedPointPath, stable: Bool) -> [Figure.Point] {
    path.points.indices.map { k in
      let point = path.points[k]
      // An unstable part reaches to the neighbouring stable points, so that lines meet.
      let isShown = [k, stable ? k : k - 1, stable ? k : k + 1].contains {
        path.points.indices.contains($0) && path.points[$0].isStable == stable
      }
      return isShown
        ? Figure.Point(point.sigma, projection(point.x)) : Figure.Point(.nan, .nan)
    }
  }

  /// The coordinate of a point that figures show.
  func projection(_ x: [Double]) -> Double {
    zip(x, zip(axis, dataset.law.moments.mean)).reduce(0) { sum, pair in
      sum + pair.1.0 * (dataset.law.dimension == 1 ? pair.0 : pair.0 - pair.1.1)
    }
  }

  /// The law of the coordinate that figures show: of points that of their projections; nil where
  /// that is not known.
  private var shownLaw: (any Law)? {
    if dataset.law.dimension == 1 { return dataset.law }
    guard let points = dataset.law as? PointsLaw else { return nil }
    let places = (0..<points.points.rows).map { projection(Array(points.points.row($0))) }
    return try? PointsLaw(
      points: Matrix(rows: places.count, columns: 1, elements: places), weights: points.weights)
  }

  /// `log p_σ` of that coordinate in shades, down to 4 nats below each level's largest.
  private var densityCells: [Figure.Cell] {
    guard let law = shownLaw else { return [] }
    let (columns, rows, depth, shadeStep) = (60, 120, 4.0, 2)
    let places = exact.diagram.paths.flatMap { $0.points.map { projection($0.x) } }
    guard let low = places.min(), let high = places.max() else { return [] }
    let room = 0.35 * max(high - low, dataset.law.moments.scale)
    let x = (0...rows).map { low - room + (high - low + 2 * room) * Double($0) / Double(rows) }
    let (a, b) = (log(pathRange.lowerBound), log(pathRange.upperBound))
    let edges = (0...columns).map { exp(a + (b - a) * Double($0) / Double(columns)) }
    let middles = Matrix(
      rows: rows, columns: 1, elements: (0..<rows).map { (x[$0] + x[$0 + 1]) / 2 })
    return (0..<columns).flatMap { column -> [Figure.Cell] in
      let sigma = (edges[column] * edges[column + 1]).squareRoot()
      let density = law.logDensity(at: middles, sigma: sigma)
      let top = density.max() ?? 0
      let shades = density.map { density -> Int in
        let share = Double(Figure.darkestShade / shadeStep) * (1 + (density - top) / depth)
        return share > 0 ? shadeStep * Int(share.rounded()) : 0
      }
      // Neighbours of one shade are one rectangle.
      var cells: [Figure.Cell] = []
      var first = 0
      for row in 1...rows where row == rows || shades[row] != shades[first] {
        if shades[first] > 0 {
          cells.append(
            Figure.Cell(
              x: edges[column]...edges[column + 1], y: x[first]...x[row], shade: shades[first]))
        }
        first = row
      }
      return cells
    }
  }
}
