internal import Estimation
internal import ForwardProcess
internal import Report
internal import Statistics

extension EvaluatedPredictions {
  /// Of fewer samples the output says that they are few.
  private static let fewSamples = 100
  /// The digits that the table of levels has room for.
  private static let tableDigits = 5

  /// The results as the terminal shows them.
  func table(unit: InformationUnit) -> String {
    // In place of the scaled bound, where there is an exact side: a line has 80 columns.
    let shown: [Route] =
      dataset == nil ? Self.routes : [.exact, .loss, .divergence, .scoreNorm]
    // Heads in two lines, for the same reason.
    let words = ["σ", "log SNR"] + shown.map { EvaluatedModel.name($0) } + ["b̂"]
    let columns = words.map { words in
      let parts = words.split(separator: " ")
      return TextTable.Column(String(parts[0]), unit: parts.count > 1 ? String(parts[1]) : "")
    }
    var table = TextTable(
      title: "\(folder.path): entropy rate in \(unit.rawValue) per unit of ln σ", columns: columns)
    for level in evaluation.levels {
      let fraction = (level.learned?.loss.value ?? .nan) / Double(evaluation.dimension)
      table.append(
        [
          formatNumber(level.sigma, significant: 4),
          formatFixed(logSNR(sigma: level.sigma), decimals: 2),
        ]
          + shown.map { text(evaluation.rate($0, at: level), unit: unit, limit: Self.tableDigits) }
          + [formatNumber(fraction, significant: 3)])
    }
    return table.text + "\n" + (summaryTable(unit: unit).map { $0.text + "\n" } ?? "")
      + (findings + provenance).map { wrappedText($0) }.joined(separator: "\n") + "\n"
  }

  /// Totals by route; nil for a single level, which has none.
  func summaryTable(unit: InformationUnit) -> TextTable? {
    guard evaluation.levels.count > 1 else { return nil }
    var columns: [TextTable.Column] = [
      .init("route", alignment: .left), .init("entropy", unit: unit.rawValue),
    ]
    if dataset != nil { columns += [.init("of exact", unit: "%"), .init("max |b̂ − b|")] }
    var table = TextTable(columns: columns)
    let exact = entropy(.exact)
    for route in (dataset == nil ? [] : [.exact]) + Self.routes {
      let entropy = entropy(route)
      var row = [EvaluatedModel.name(route), text(entropy, unit: unit, digits: 6)]
      if dataset != nil {
        let share = entropy.flatMap { value in
          exact.flatMap { $0.value > 0 ? value.scaled(by: 100 / $0.value) : nil }
        }
        let error = route == .exact ? nil : evaluation.maximumBandwidthError(route)
        row += [text(share), error.map { formatNumber($0, significant: 2) } ?? "–"]
      }
      table.append(row)
    }
    return table
  }

  /// What there is to say of the network, a paragraph each.
  var findings: [String] {
    // Beside a mistake nothing else means anything.
    if let mistakeWords { return [mistakeWords] }
    var lines: [String] = []
    if let support = evaluation.plateaus?.support {
      lines.append(
        "At the smallest noise the effective dimension is \(support.dimension), up to σ = "
          + "\(formatNumber(support.to, significant: 3)).")
    }
    let off = miscalibrated
    if let worst = off.max(by: { abs($0.miscalibration.value) < abs($1.miscalibration.value) }) {
      lines.append(
        "\(place(off.count)) loss and score norm differ by more than chance, most by "
          + "\(text(worst.miscalibration)) nats at σ = \(formatNumber(worst.sigma, significant: 3)): there "
          + "the network is not at its best.")
    } else {
      lines.append("Loss and score norm nowhere differ by more than chance.")
    }
    let rare = evaluation.levels.filter { $0.learned?.restsOnRareEvents ?? false }
    if let first = rare.first, let last = rare.last {
      let (low, high) = (
        formatNumber(first.sigma, significant: 3), formatNumber(last.sigma, significant: 3)
      )
      let totals =
        switch curve.sampled.integrals?.restsOnRareEvents {
        case nil: ""
        case true?: ", as that of the totals does"
        case false?: ", that of the totals need not"
        }
      lines.append(
        "\(place(rare.count)), σ \(rare.count == 1 ? "= \(low)" : "from \(low) to \(high)"), the loss "
          + "rests on rare events: its error there allows for one more that went unseen\(totals).")
    }
    return lines
  }

  /// So many of the levels, at the head of a sentence.
  private func place(_ count: Int) -> String {
    let all = evaluation.levels.count
    return all == 1 ? "At the one level" : "At \(count) of \(all) levels"
  }

  /// What was measured, and how to read it, a paragraph each.
  var provenance: [String] {
    var lines: [String] = []
    let range =
      samples.lowerBound == samples.upperBound
      ? "\(samples.lowerBound)" : "\(samples.lowerBound) to \(samples.upperBound)"
    if let first = curve.levels.first, first.band != nil {
      let width = formatNumber(first.logWidth, significant: 3)
      let left = curve.rowsLeftOut
      lines.append(
        "Each rate is the mean over a band \(width) wide in ln σ, by a parabola through its \(range) rows"
          + (left > 0 ? "; \(left) of \(folder.count) rows lie beyond the bands." : "."))
    } else {
      lines.append(
        "\(range) samples a level"
          + (folder.levels == nil ? ", independent." : ", the same at every level."))
      lines += ruleLines
    }
    if repeatsNoise {
      lines.append(
        "Rows have their noise in common, and the errors of the totals take them as independent: give them "
          + "as a grid, sigma.npy (L, 1).")
    }
    let few = curve.levels.count { $0.samples < Self.fewSamples }
    if few > 0 {
      lines.append(
        "\(place(few)) there are fewer than \(Self.fewSamples) samples: their "
          + "errors are themselves known badly.")
    }
    lines.append(
      "In brackets the standard error of the last digits; a number without is exact as far as shown. b̂ = "
        + "loss/D, the fraction of the maximum bandwidth. The loss bounds the entropy rate from above. All "
        + "routes agree where the network is at its best; divergence and score norm err to either side "
        + "elsewhere, and tell how much of the loss may be the network's own error.")
    return lines
  }

  /// What the totals miss between the levels.
  private var ruleLines: [String] {
    guard evaluation.levels.count > 1 else { return [] }
    guard let error = quadratureError, error.isFinite else {
      return ["So few levels, or so far apart, leave the totals rough."]
    }
    return [
      "Between the levels the totals err by \(formatNumber(error, significant: 1)) nats or less."
    ]
  }

  /// The results as CSV, a row for each level: `schedule` reads it.
  var csv: String {
    let routes = (dataset == nil ? [] : [Route.exact]) + Self.routes
    var text = "sigma,logSNR,samples"
    for route in routes { text += ",\(route.rawValue),\(route.rawValue)StandardError" }
    text += "\n"
    for (level, rows) in zip(evaluation.levels, curve.levels) {
      text += "\(level.sigma),\(logSNR(sigma: level.sigma)),\(rows.samples)"
      for route in routes {
        guard let rate = evaluation.rate(route, at: level) else { continue }
        text += ",\(rate.value),\(rate.standardError)"
      }
      text += "\n"
    }
    return text
  }
}
