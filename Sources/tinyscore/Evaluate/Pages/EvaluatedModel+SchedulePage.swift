internal import Dynamics
internal import Estimation
internal import ForwardProcess
internal import Report

extension EvaluatedModel {
  /// The levels of the schedules that the page shows.
  private static let scheduleCount = 18

  /// Noise levels for a sampler, made from the rates of this evaluation.
  var scheduleSection: ReportPage.Section? {
    let schedules = schedules
    guard !schedules.isEmpty else { return nil }
    let figure = Figure(
      title: "Noise levels for a sampler",
      caption:
        "Lists of \(Self.scheduleCount) levels, from the first on. Entropic levels spend equal entropy on "
        + "every step, rescaled ones equal entropy times σ; karras (ρ = 7) and geometric do not look at "
        + "the data.",
      xAxis: .init("number of the level"), yAxis: .init("noise level σ", isLogarithmic: true),
      series: schedules.enumerated().map { index, schedule in
        Figure.Series(
          schedule.kind.rawValue, role: .route(index),
          points: schedule.levels.enumerated().map { Figure.Point(Double($0 + 1), $1) })
      })
    var table = TextTable(
      title: "The levels",
      columns: [.init("number")] + schedules.map { .init($0.kind.rawValue) },
      footer: [
        "In full digits, of any length: tinyscore schedule \(model.path) --steps N --kind NAME"
      ])
    for k in 0..<Self.scheduleCount {
      table.append(
        ["\(k + 1)"] + schedules.map { formatNumber($0.levels[k], significant: 6) })
    }
    return ReportPage.Section("Schedules", figures: [figure], tables: [table])
  }

  private var schedules: [(kind: ScheduleKind, levels: [Double])] {
    let sigmas = evaluation.levels.map(\.sigma)
    // A network's own rate is its loss.
    let rates = evaluation.levels.compactMap {
      (evaluation.rate(.loss, at: $0) ?? evaluation.rate(.exact, at: $0))?.value
    }
    guard evaluation.isDense, rates.count == sigmas.count, sigmas.count > 1,
      let range = NoiseRange(minimum: sigmas[0], maximum: sigmas[sigmas.count - 1])
    else { return [] }
    let count = Self.scheduleCount
    return ScheduleKind.allCases.compactMap { kind in
      switch kind {
      case .karras: (kind, NoiseSchedule.karras(range, count: count))
      case .geometric: (kind, NoiseSchedule.geometric(range, count: count))
      case .entropic, .rescaledEntropic:
        kind.clock.flatMap { EntropicTime($0, sigmas: sigmas, rates: rates.map { max(0, $0) }) }
          .map { (kind, NoiseSchedule.entropic($0, over: range, count: count)) }
      }
    }
  }
}
