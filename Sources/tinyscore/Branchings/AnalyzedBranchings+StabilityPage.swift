internal import Distributions
internal import Dynamics
internal import ForwardProcess
internal import Glibc
internal import LinearAlgebra
internal import Randomness
internal import Report

extension AnalyzedBranchings {
  /// The largest eigenvalue of `σ² ∇s` along all paths.
  var exponentFigure: Figure? {
    let series = sides.map { name, side in
      Figure.Series(
        name, role: name == "exact" ? .exact : .learned,
        points: side.diagram.paths.flatMap { path in
          path.points.map {
            Figure.Point($0.sigma, $0.sigma * $0.sigma * ($0.eigenvalues.last ?? .nan))
          } + [Figure.Point(.nan, .nan)]
        })
    }
    return Figure(
      title: "Largest local exponent along the paths",
      caption:
        "The largest eigenvalue of σ² ∇s at the fixed points: how fast a perturbation of the reverse "
        + "flow grows per e-fold that the noise falls (Equations 31 and 32, corrected). Above 0 a path is "
        + "unstable; each line is a path.",
      xAxis: .init("noise level σ", isLogarithmic: true),
      yAxis: .init("largest eigenvalue of σ² ∇s", range: -1.1...3), series: series,
      referenceLines: [.init("stable below", at: 0)])
  }

  /// How `vᵀ∇s v` tends to 0 at the last branching.
  var approachFigure: Figure? {
    let series = sides.compactMap { name, side -> Figure.Series? in
      guard let event = side.diagram.branchings.last, !event.approach.isEmpty else { return nil }
      return Figure.Series(
        name, role: name == "exact" ? .exact : .learned,
        points: event.approach.map {
          Figure.Point($0.sigma / event.endSigma, $0.sigma * $0.sigma * $0.curvature)
        })
    }
    guard !series.isEmpty else { return nil }
    return Figure(
      title: "The direction of the last branching softens",
      caption:
        "σ² vᵀ∇s v along the separation vector v: below σ_c on a path that ends there, above on the one "
        + "that goes on. It tends to 0 (after Equation 24).",
      xAxis: .init("σ/σ_c"), yAxis: .init("σ² vᵀ∇s v"), series: series,
      referenceLines: [
        .init("σ_c", at: 1, direction: .vertical), .init("no restoring force", at: 0),
      ])
  }

  // MARK: Figure 2

  private static let trajectories = 24
  private static let trajectorySteps = 160
  private static let mostDimensions = 16

  /// Trajectories of the reverse flow where they converge and where they diverge, and how far pairs
  /// of them have been driven apart.
  var trajectoryFigures: [Figure] {
    let side = learned ?? exact
    let name = learned == nil ? "exact" : "learned"
    let top = min(range.maximum, 2.5 * (exact.diagram.branchings.last?.sigma ?? range.maximum))
    // Spectra at thousands of points: in many dimensions they would take longer than all else.
    guard top > range.minimum, dataset.law.dimension <= Self.mostDimensions,
      let span = NoiseRange(minimum: range.minimum, maximum: top)
    else { return [] }
    let levels = Array(span.levels(Self.trajectorySteps).reversed())
    let start = starts(at: top)
    let growth = PerturbationGrowth(score: side.score)
    let along = Matrix(Array(repeating: axis, count: start.rows))
    let states = growth.states(from: start, along: along, sigmas: levels)
    var lines: [Bool: [Figure.Point]] = [true: [], false: []]
    let largest = states.map { state -> [Double] in
      let spectra = growth.localExponents(at: state.x, sigma: state.sigma)
      return (0..<spectra.rows).map { spectra[$0, spectra.columns - 1] }
    }
    for row in 0..<start.rows {
      let exponents = largest.map { $0[row] }
      for diverges in [true, false] {
        for k in states.indices {
          let isShown =
            (exponents[k] > 0) == diverges || (k > 0 && (exponents[k - 1] > 0) == diverges)
          let x = projection(Array(states[k].x.row(row)))
          lines[diverges]?.append(
            isShown ? Figure.Point(states[k].sigma, x) : Figure.Point(.nan, .nan))
        }
        lines[diverges]?.append(Figure.Point(.nan, .nan))
      }
    }
    let flow = Figure(
      title: "Trajectories of the reverse flow",
      caption:
        "From the right to the left, by the \(name) score: Figure 2 of the paper. Dashed where neighbours "
        + "converge, solid where they diverge (an eigenvalue of ∇s is positive).",
      xAxis: .init("noise level σ", isLogarithmic: true),
      yAxis: .init(dataset.law.dimension == 1 ? "x" : "x along the first principal axis"),
      series: [
        Figure.Series(
          "diverging", role: .exact, points: lines[true] ?? []),
        Figure.Series(
          "converging", role: .route(0), style: .dashes, points: lines[false] ?? []),
      ], referenceLines: [])
    return [flow, separationFigure(states, growth: growth, levels: levels, along: along)]
  }

  /// Where trajectories start: on a line at even steps of probability, else at random.
  private func starts(at sigma: Double) -> Matrix<Double> {
    let (law, count) = (dataset.law, Self.trajectories)
    guard law.dimension == 1 else {
      let baseline = GaussianBaseline(law) ?? GaussianBaseline(isotropic: law.moments)
      let stream = RandomStream(seed: seed, step: 2, purpose: .sampler)
      return baseline.samples(count, sigma: sigma, stream: stream)
    }
    let scale = (sigma * sigma + law.moments.totalVariance).squareRoot()
    return Matrix(
      (0..<count).map {
        [law.moments.mean[0] + scale * (4 * (Double($0) + 0.5) / Double(count) - 2)]
      })
  }

  /// How far pairs of trajectories have been driven apart, measured, and by their local exponents.
  private func separationFigure(
    _ states: [PerturbationGrowth.State], growth: PerturbationGrowth, levels: [Double],
    along: Matrix<Double>
  ) -> Figure {
    let gap = 1e-5 * levels[0]
    let start = states[0].x
    let moved = Matrix(
      rows: start.rows, columns: start.columns,
      elements: zip(start.elements, along.elements).map { $0 + gap * $1 })
    let others = growth.states(from: moved, along: along, sigmas: levels)
    let last = states[states.count - 1].logGrowth
    let order = last.indices.sorted { last[$0] < last[$1] }
    let shown = [("most", order[order.count - 1]), ("median", order[order.count / 2])]
    var series: [Figure.Series] = []
    for (place, (name, row)) in shown.enumerated() {
      series.append(
        Figure.Series(
          "\(name) driven apart, measured", role: .route(place), style: .points,
          points: stride(from: 0, to: states.count, by: 6).map { k in
            let difference = zip(states[k].x.row(row), others[k].x.row(row)).reduce(0.0) {
              $0 + ($1.0 - $1.1) * ($1.0 - $1.1)
            }
            return Figure.Point(states[k].sigma, log(difference.squareRoot() / gap))
          }))
      series.append(
        Figure.Series(
          "\(name), by the local exponents", role: .route(place),
          points: states.map { Figure.Point($0.sigma, $0.logGrowth[row]) }))
    }
    return Figure(
      title: "Divergence of neighbouring trajectories",
      caption:
        "The logarithm by which the distance of two neighbours has grown since the largest level, for the "
        + "pair that grows the most and for the median one: measured on pairs \(formatNumber(gap, significant: 1)) "
        + "apart, and the integral of wᵀσ²∇s w along the trajectory.",
      xAxis: .init("noise level σ", isLogarithmic: true), yAxis: .init("ln of the growth"),
      series: series, referenceLines: [.init("no growth", at: 0)])
  }

  // MARK: Curie and Weiss

  /// The decision of Equation 28 between a line and a hyperbolic tangent, and how far folds jump.
  var curieWeissSection: ReportPage.Section? {
    let events = sides.flatMap { name, side in
      side.diagram.branchings.compactMap { event in event.field.map { (name, event, $0) } }
    }
    guard let (_, _, field) = events.last(where: { $0.0 == "exact" }) ?? events.last else {
      return nil
    }
    return ReportPage.Section(
      "Curie and Weiss", figures: [tangentFigure(field)] + jumpFigure(events))
  }

  private func tangentFigure(_ field: Double) -> Figure {
    let critical = CurieWeiss(field: field).criticalTemperature
    let places = (-60...60).map { Double($0) / 50 }
    let series = [(0.6, "below"), (1, "at"), (1.4, "above")].enumerated().map { k, entry in
      Figure.Series(
        "tanh(m/T + h), T \(entry.1) T_c", role: .route(k),
        points: places.map { Figure.Point($0, tanh($0 / (entry.0 * critical) + field)) })
    }
    return Figure(
      title: "Equation 28: fixed points are where the line meets the curve",
      caption: "m = x_v/|v|, T = σ²/|v|², at the last branching with its field h = "
        + "\(formatNumber(field, significant: 3)); T_c = \(formatNumber(critical, significant: 4)).",
      xAxis: .init("m"), yAxis: .init("tanh(m/T + h)"),
      series: [Figure.Series("m", role: .exact, points: places.map { Figure.Point($0, $0) })]
        + series)
  }

  private func jumpFigure(_ events: [(String, Branching, Double)]) -> [Figure] {
    let measured = sides.map(\.0).compactMap { name -> Figure.Series? in
      let points = events.filter { $0.0 == name && $0.2 > 0 }.compactMap { _, event, field in
        event.unperturbedSigma.map { Figure.Point(field, event.jump / $0) }
      }
      guard !points.isEmpty else { return nil }
      return Figure.Series(
        name, role: .route(name == "exact" ? 1 : 0), style: .points, points: points)
    }
    guard !measured.isEmpty else { return [] }
    let fields = (0...60).map { pow(10, -5 + 5.3 * Double($0) / 60) }
    let figure = Figure(
      title: "The jump as a function of the field",
      caption:
        "How far the fixed point jumps at a fold, in units of the critical σ without the field, and what the "
        + "Curie–Weiss model says of a constant field. Where other points are near, the field is not "
        + "constant.",
      xAxis: .init("field h in nats", isLogarithmic: true), yAxis: .init("jump/σ_c"),
      series: [
        Figure.Series(
          "Curie–Weiss", role: .reference,
          points: fields.map { Figure.Point($0, CurieWeiss(field: $0).jump) })
      ] + measured)
    return [figure]
  }
}
