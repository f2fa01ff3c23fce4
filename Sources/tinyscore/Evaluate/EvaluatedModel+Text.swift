internal import Estimation
internal import Report
internal import Statistics
internal import Storage

extension EvaluatedModel {
  /// The name of a route in tables and figures.
  static func name(_ route: Route) -> String {
    switch route {
    case .exact: "exact"
    case .loss: "loss"
    case .informedLoss: "informed loss"
    case .trainingLoss: "ledger"
    case .divergence: "divergence"
    case .scoreNorm: "score norm"
    case .upperBound: "scaled bound"
    }
  }

  /// The column of a route; the longest name takes two rows.
  static func column(_ route: Route) -> TextTable.Column {
    route == .informedLoss ? .init("informed", unit: "loss") : .init(name(route))
  }

  /// The digits that the table of levels has room for.
  private static let tableDigits = 5

  /// The results as the terminal shows them.
  func table(unit: InformationUnit) -> String {
    let shown = [Route.exact, .informedLoss, .loss, .trainingLoss, .divergence].filter { route in
      evaluation.levels.contains { evaluation.rate(route, at: $0) != nil }
    }
    var columns = [TextTable.Column("σ")]
    columns += shown.map(Self.column)
    columns.append(TextTable.Column(shown.contains(.loss) ? "b̂" : "b"))
    var table = TextTable(
      title: "\(model.path): entropy rate in \(unit.rawValue) per unit of ln σ", columns: columns)
    for level in evaluation.levels {
      let best = evaluation.rate(shown.contains(.loss) ? .loss : .exact, at: level)
      table.append(
        [formatNumber(level.sigma, significant: 4)]
          + shown.map {
            text(evaluation.rate($0, at: level), unit: unit, limit: Self.tableDigits)
          } + [formatNumber((best?.value ?? .nan) / Double(evaluation.dimension), significant: 3)])
    }
    return table.text + "\n" + summaryTable(unit: unit).text + footer
  }

  /// Totals by route.
  func summaryTable(unit: InformationUnit) -> TextTable {
    var table = TextTable(columns: [
      .init("route", alignment: .left), .init("entropy", unit: unit.rawValue),
      .init("of exact", unit: "%"), .init("max |b̂ − b|"),
    ])
    let exact = evaluation.entropy(.exact)
    for route in [.exact] + learnedRoutes {
      let entropy = evaluation.entropy(route)
      let share = entropy.flatMap { value in
        exact.flatMap { $0.value > 0 ? value.scaled(by: 100 / $0.value) : nil }
      }
      let error = route == .exact ? nil : evaluation.maximumBandwidthError(route)
      table.append([
        Self.name(route), text(entropy, unit: unit, digits: 6),
        text(share),
        error.map { formatNumber($0, significant: 2) } ?? "–",
      ])
    }
    for (route, entropy) in sampledEntropies {
      table.append([
        Self.name(route) + " (sampled)", text(entropy, unit: unit, digits: 6),
        text(exact.flatMap { $0.value > 0 ? entropy.scaled(by: 100 / $0.value) : nil }), "–",
      ])
    }
    return table
  }

  /// The integrals of the routes of a law's own score.
  private var sampledEntropies: [(Route, Estimate)] {
    guard let sampled = evaluation.sampled?.integrals else { return [] }
    return [
      (.loss, sampled.loss), (.divergence, sampled.divergence), (.scoreNorm, sampled.scoreNorm),
      (.upperBound, sampled.upperBound),
    ]
  }

  /// What the numbers rest on, and what to beware of.
  private var footer: String {
    var lines: [String] = []
    lines += totalLines + decisionLines
    let rare = evaluation.levels.filter {
      $0.learned?.restsOnRareEvents ?? $0.exact?.restsOnRareEvents ?? false
    }
    if !rare.isEmpty {
      lines.append(
        "At \(rare.count) of \(evaluation.levels.count) levels, σ from "
          + "\(formatNumber(rare[0].sigma, significant: 3)) to "
          + "\(formatNumber(rare[rare.count - 1].sigma, significant: 3)), the sampled loss rests on rare "
          + "events: its error there allows for one more that went unseen.")
    }
    lines += heldOutLines
    if !untrainedLevels.isEmpty {
      lines.append(
        "At \(untrainedLevels.count) levels the network was never trained: they lie outside of its "
          + "range.")
    }
    if !learnedRoutes.isEmpty {
      lines.append(
        "In brackets the standard error of the last digits, \(samplesPerLevel) samples a level; a "
          + "number without is exact as far as shown. b̂ = loss/D, the fraction of the maximum bandwidth. "
          + "The loss bounds the exact rate from above.")
    }
    return lines.isEmpty ? "" : "\n" + lines.map { wrappedText($0) }.joined(separator: "\n") + "\n"
  }

  /// What the points kept aside say, where there are any.
  var heldOutLines: [String] {
    guard let heldOut else { return [] }
    let parted = heldOut.levels.filter(\.isMemorised)
    func number(_ sigma: Double) -> String { formatNumber(sigma, significant: 3) }
    var lines: [String] = []
    if let total = heldOut.heldOutEntropy {
      lines.append(
        "The loss on held-out points is \(text(total)) nats over these levels: of the law that the points "
          + "come from, an upper bound.")
    }
    if let onset = heldOut.memorisationOnset {
      lines.append(
        "From σ = \(number(onset)) downward the loss on held-out points exceeds that on training points: "
          + "the onset of memorisation.")
    } else if let first = parted.first, let last = parted.last {
      lines.append(
        "The loss on held-out points exceeds that on training points at \(parted.count) levels from σ = "
          + "\(number(first.sigma)) to \(number(last.sigma)), but not at all below: there the network tells "
          + "no points apart.")
    } else {
      lines.append("The loss on held-out points nowhere parts from that on training points.")
    }
    return lines
  }

  /// The entropy of the data, tails included, and the dimension of their support, in words.
  var totalLines: [String] {
    var lines: [String] = []
    func words(_ name: String, _ interval: (lower: Double, upper: Double), isBound: Bool) -> String
    {
      let upper = formatNumber(interval.upper, significant: 6)
      guard !isBound else { return "\(name) is at most \(upper) nats by the loss" }
      return "\(name) is between \(formatNumber(interval.lower, significant: 6)) and \(upper) nats"
    }
    for route in [Route.exact, .loss] {
      let isBound = route != .exact
      if let total = evaluation.dataEntropy(route, of: data),
        let interval = total.interval(confidence: confidence), interval.upper.isFinite
      {
        lines.append(
          words("The data's entropy", interval, isBound: isBound)
            + (isBound ? "." : tailWords(total) + "."))
      }
      if let total = evaluation.differentialEntropy(route, of: data) {
        let interval = total.interval(confidence: confidence)
        guard interval.upper.isFinite else { continue }
        lines.append(
          words("The data's differential entropy", interval, isBound: isBound)
            + (isBound
              ? "."
              : ", that of the Gaussian of their covariance "
                + "\(formatNumber(total.baseline, significant: 6))."))
      }
    }
    if let support = evaluation.plateaus?.support {
      lines.append(
        "At the smallest noise the effective dimension is \(support.dimension), up to σ = "
          + "\(formatNumber(support.to, significant: 3)).")
    }
    return lines
  }

  /// What lies outside of the levels.
  private func tailWords(_ total: EntropyTotal) -> String {
    guard let below = total.below, let above = total.above else { return "" }
    let share = dataset.law.entropy.flatMap { entropy in
      evaluation.entropy(.exact).flatMap { entropy > 0 ? 100 * $0.value / entropy : nil }
    }
    return
      ", at most \(formatNumber(below.upperBound, significant: 2)) of them below the levels and "
      + "\(formatNumber(above.upperBound, significant: 2)) above"
      + (share.map { $0 <= 100 ? ": the levels hold \(formatNumber($0, significant: 4)) %" : "" }
        ?? "")
  }
}
