internal import Report
internal import Statistics
internal import Storage

extension EvaluatedModel {
  /// How the ledger's entropy came down in training, as the checkpoint remembers it.
  var trainingSection: ReportPage.Section? {
    guard case .network(let checkpoint, _) = model, checkpoint.history.rows.count > 1 else {
      return nil
    }
    let rows = checkpoint.history.rows
    let exact = evaluation.entropy(.exact)
    let figure = Figure(
      title: "The entropy by the ledger as training went on",
      caption:
        "The recent training losses, integrated over all noise levels: but for its error an upper bound of what the data "
        + "decide there, that sharpens as the network learns and the learning rate falls. It steps down where the "
        + "ledger turns a page and forgets its oldest losses. Bands are "
        + "\(percent)\u{A0}% intervals."
        + (exact == nil ? "" : " The line: the exact entropy over the levels of this evaluation."),
      xAxis: .init("step", isLogarithmic: true), yAxis: .init("nats"),
      series: [
        Figure.Series(
          "ledger", role: .learned,
          points: rows.map {
            point(Double($0.step), Estimate($0.entropy, standardError: $0.standardError))
          })
      ],
      referenceLines: exact.map { [.init("exact", at: $0.value)] } ?? [])
    let norms = Figure(
      title: "The norm of the gradient",
      caption: "Of single steps, over all parameters.",
      xAxis: .init("step", isLogarithmic: true), yAxis: .init("norm", isLogarithmic: true),
      series: [
        Figure.Series(
          "gradient", role: .route(1), style: .points,
          points: rows.map { Figure.Point(Double($0.step), $0.gradientNorm) })
      ])
    return ReportPage.Section("Training", figures: [figure, norms])
  }
}
