internal import Estimation
internal import ForwardProcess
internal import JSONText
internal import Report
internal import Statistics

extension EvaluatedModels {
  /// The results as the terminal shows them: all of one model, a row for each of several.
  func text(unit: InformationUnit) -> String {
    if let single { return single.table(unit: unit) }
    let groups = groups
    return totalsTable(unit: unit).text
      + (groups.isEmpty ? "" : "\n" + spreadTable(groups, unit: unit).text)
  }

  /// The totals of every model.
  func totalsTable(unit: InformationUnit) -> TextTable {
    let routes: [Route] = [.exact, .informedLoss, .loss, .divergence].filter { route in
      models.contains { $0.evaluation.entropy(route) != nil }
    }
    var table = TextTable(
      title: "Entropy over the noise levels in \(unit.rawValue)",
      columns: [.init("model", alignment: .left)] + routes.map(EvaluatedModel.column)
        + [.init("max", unit: "|b̂ − b|")],
      footer: [
        "In brackets the standard error of sampling, not of training anew. max |b̂ − b|: informed."
      ])
    for (model, name) in zip(models, shortNames) {
      table.append(
        [name]
          + routes.map { model.text(model.evaluation.entropy($0), unit: unit, digits: 5, limit: 7) }
          + [
            model.evaluation.maximumBandwidthError(.informedLoss)
              .map { formatNumber($0, significant: 2) } ?? "–"
          ])
    }
    return table
  }

  /// Means over seeds, and how far the networks of different seeds are from one another.
  func spreadTable(_ groups: [Group], unit: InformationUnit) -> TextTable {
    var table = TextTable(
      title: "Over the seeds of training",
      columns: [
        .init("networks", alignment: .left), .init("seeds"), .init("route", alignment: .left),
        .init("mean", unit: unit.rawValue), .init("deviation"), .init("sampling"),
      ],
      footer: [
        "deviation: the standard deviation between seeds, which is what another run of the training "
          + "would change; sampling: the standard error of one of these numbers, which is not."
      ])
    for group in groups {
      for (index, route) in [Route.informedLoss, .loss, .divergence].enumerated() {
        guard let spread = group.spread(route) else { continue }
        let perNat = unit.perNat
        table.append([
          index == 0 ? plainText(group.name, limit: 30) : "",
          index == 0 ? "\(group.models.count)" : "", EvaluatedModel.name(route),
          formatNumber(spread.mean * perNat, significant: 6),
          formatNumber(spread.deviation * perNat, significant: 2),
          formatNumber(spread.samplingError * perNat, significant: 2),
        ])
      }
    }
    return table
  }

  /// The names of the models as the user wrote them; of long ones without their folder, or the last
  /// characters.
  var shortNames: [String] {
    let limit = 22
    let isLong = models.contains { $0.model.path.count > limit }
    return models.map { model in
      let name = isLong ? Self.base(model.model.path) : model.model.path
      return name.count > limit ? "…" + name.suffix(limit - 1) : name
    }
  }

  private static func base(_ path: String) -> String {
    path.split(separator: "/").last.map(String.init) ?? path
  }

  // MARK: CSV

  /// A row for each model and level.
  var levelsCSV: String {
    let routes = [Route.exact] + Route.learned
    var text = "model,dataset,sigma"
    for route in routes { text += ",\(route.rawValue),\(route.rawValue)StandardError" }
    text += ",logSNR\n"
    for result in models {
      for level in result.evaluation.levels {
        text += "\(csvCell(result.model.path)),\(csvCell(result.dataset.name)),\(level.sigma)"
        for route in routes { text += csvCells(result.evaluation.rate(route, at: level)) }
        text += ",\(logSNR(sigma: level.sigma))\n"
      }
    }
    return text
  }

  /// A row for each model: what it was trained with, and its totals.
  var totalsCSV: String {
    let routes = [Route.exact] + Route.learned
    let options = models.compactMap(\.trainingOptions).first?.map(\.key) ?? []
    var text = "model,dataset,distribution,dimension"
    for option in options { text += "," + csvCell(option) }
    for route in routes { text += ",\(route.rawValue),\(route.rawValue)StandardError" }
    for route in Route.learned { text += ",\(route.rawValue)MaxBandwidthError" }
    text += "\n"
    for result in models {
      let evaluation = result.evaluation
      text += [result.model.path, result.dataset.name, result.dataset.distribution]
        .map(csvCell).joined(separator: ",")
      text += ",\(evaluation.dimension)"
      for option in options {
        let value = result.trainingOptions?.first { $0.key == option }?.value
        text += "," + (value.map { csvCell(cellText($0)) } ?? "")
      }
      for route in routes { text += csvCells(evaluation.entropy(route)) }
      for route in Route.learned {
        text += "," + (evaluation.maximumBandwidthError(route).map { "\($0)" } ?? "")
      }
      text += "\n"
    }
    return text
  }

  private func csvCells(_ estimate: Estimate?) -> String {
    estimate.map { ",\($0.value),\($0.standardError)" } ?? ",,"
  }

  private func cellText(_ value: JSONValue) -> String {
    if case .string(let text) = value { text } else { value.canonicalText }
  }
}

/// A cell of a CSV (RFC 4180).
func csvCell(_ cell: String) -> String {
  guard cell.contains(where: { ",\"\n\r".contains($0) }) else { return cell }
  return "\""
    + cell.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"")
    + "\""
}
