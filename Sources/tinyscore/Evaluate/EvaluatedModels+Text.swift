internal import Estimation
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
  func spreadTable(_ groups: [SeedGroup], unit: InformationUnit) -> TextTable {
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
          index == 0 ? plainText(group.name, limit: Self.nameLimit) : "",
          index == 0 ? "\(group.models.count)" : "", EvaluatedModel.name(route),
          formatNumber(spread.mean * perNat, significant: 6),
          formatNumber(spread.standardDeviation * perNat, significant: 2),
          formatNumber(spread.samplingError * perNat, significant: 2),
        ])
      }
    }
    return table
  }

  /// The longest name of a model or a group, in characters.
  private static let nameLimit = 22

  /// The names of the models as the user wrote them; of long ones without their folder if they
  /// differ without, or their ends, numbered where those are alike.
  var shortNames: [String] {
    let paths = models.map(\.model.path)
    let bases = paths.map(Self.base)
    let isLong = paths.contains { $0.count > Self.nameLimit }
    let names = isLong && Set(bases).count == Set(paths).count ? bases : paths
    let short = names.map { name in
      name.count > Self.nameLimit ? "…" + name.suffix(Self.nameLimit - 1) : name
    }
    return short.enumerated().map { index, name in
      guard short.filter({ $0 == name }).count > 1 else { return name }
      let number = "\(index + 1) "
      return number + name.suffix(Self.nameLimit - number.count)
    }
  }

  private static func base(_ path: String) -> String {
    path.split(separator: "/").last.map(String.init) ?? path
  }
}
