internal import Dynamics
internal import Report

extension AnalyzedBranchings {
  /// Branchings that a table shows, at most: the last ones, which decide the most.
  private static let mostRows = 40
  /// Paths of a tree that is drawn, at most.
  private static let mostLeaves = 40

  /// The results as the terminal shows them.
  var text: String {
    guard let learned, let comparison else {
      return table(exact, of: "exact score").text + footer(exact) + tree(exact)
    }
    return table(learned, of: "learned score").text + footer(learned) + "\n"
      + table(exact, of: "exact score").text + footer(exact) + "\n"
      + (comparison.pairs.isEmpty ? "" : pairTable(comparison, learned).text)
      + "\n" + wrappedText(missing(comparison)) + "\n"
  }

  /// The branchings of a side.
  func table(_ side: Side, of name: String) -> TextTable {
    let shown = side.diagram.branchings.suffix(Self.mostRows)
    let rest = side.diagram.branchings.count - shown.count
    var table = TextTable(
      title: "\(model.path): branchings of the \(name)"
        + (rest > 0 ? ", the last \(shown.count) of \(side.diagram.branchings.count)" : ""),
      columns: [
        .init("σ_c"), .init("kind", alignment: .left), .init("paths", alignment: .left),
        .init("go on as", alignment: .left), .init("jump"), .init("field", unit: "nats"),
        .init("exponent"),
      ])
    for event in shown {
      let flow =
        event.gradientFlow != event.continuing
        ? event.gradientFlow.map { " (ascent: \($0))" } ?? "" : ""
      table.append([
        formatNumber(event.sigma, significant: 7), event.kind.rawValue, Self.list(event.ending),
        (event.continuing.map { "\($0)" } ?? "–") + flow,
        event.jump > 0 ? formatNumber(event.jump, significant: 4) : "0",
        event.field.map { $0 > 0 ? formatNumber($0, significant: 3) : "0" } ?? "–",
        event.exponent.map { formatNumber($0, significant: 4) } ?? "–",
      ])
    }
    return table
  }

  private static func list(_ ids: [Int]) -> String {
    ids.prefix(8).map { "\($0)" }.joined(separator: ", ")
      + (ids.count > 8 ? ", … (\(ids.count))" : "")
  }

  /// What the table leaves out.
  private func footer(_ side: Side) -> String {
    let diagram = side.diagram
    let rising = diagram.paths.filter { $0.start != nil }
    let (low, high) = (
      rising.first?.points.first?.sigma ?? range.minimum,
      diagram.paths.compactMap { $0.points.last?.sigma }.max() ?? range.maximum
    )
    var lines: [String] = []
    lines.append(
      "Stable fixed points: \(diagram.stablePositions(at: low).count) at σ = "
        + "\(formatNumber(low, significant: 3)), \(diagram.stablePositions(at: high).count) at σ = "
        + "\(formatNumber(high, significant: 3)).")
    for change in diagram.stabilityChanges.suffix(4) {
      lines.append(
        "Unstable directions of path \(change.path): \(change.unstableDirections.below) below σ = "
          + "\(formatNumber(change.sigma, significant: 7)), \(change.unstableDirections.above) above."
      )
    }
    for event in diagram.branchings where event.kind == .pitchfork && event.jump > 0 {
      lines.append(
        "The score breaks the symmetry of path \(Self.list(event.ending)), which is there up to σ = "
          + "\(formatNumber(event.endSigma, significant: 5)).")
    }
    if !diagram.missingStarts.isEmpty {
      lines.append(
        "Beside starting point \(Self.list(diagram.missingStarts)) no stable fixed point was found."
      )
    }
    if !diagram.unfinishedPaths.isEmpty {
      lines.append(
        "Path \(Self.list(diagram.unfinishedPaths)) could not be followed to its end: what it ends in is "
          + "not known.")
    }
    if side.flat > 0 {
      lines.append(
        "\(side.flat) of the points that the search began with lie on a ridge of the density, which "
          + "has no fixed points of its own: the data are continuous there.")
    }
    return "\n" + lines.map { wrappedText($0) }.joined(separator: "\n") + "\n"
  }

  // MARK: The tree

  /// The merging tree, from the last branching down, where it has few leaves.
  private func tree(_ side: Side) -> String {
    let diagram = side.diagram
    let leaves = diagram.paths.filter { $0.start != nil }
    guard !diagram.branchings.isEmpty, leaves.count <= Self.mostLeaves else { return "" }
    let top = (diagram.branchings.last?.endSigma ?? 1) * 1.000001
    let roots = diagram.groups(at: top)
    return "\nWhich points are one, from the largest noise down:\n"
      + roots.map { branch($0, below: top, diagram, indent: "") }.joined()
  }

  /// A group of points, and the groups in which it parts at the first branching below `sigma`.
  private func branch(
    _ group: [Int], below sigma: Double, _ diagram: FixedPointDiagram, indent: String
  ) -> String {
    let members = Set(group)
    let starts = group.map { diagram.paths[$0].start ?? $0 }
    let name = "\(indent){\(starts.map { "\($0)" }.joined(separator: ", "))}"
    let event = diagram.branchings.last {
      $0.endSigma < sigma
        && diagram.groups(at: $0.endSigma * (1 - 1e-7)).filter {
          !members.isDisjoint(with: $0)
        }.count > 1
    }
    guard group.count > 1, let event else { return name + "\n" }
    let below = event.endSigma * (1 - 1e-7)
    let parts = diagram.groups(at: below).filter { !members.isDisjoint(with: $0) }
    return name + "  σ_c = \(formatNumber(event.sigma, significant: 5)), \(event.kind.rawValue)\n"
      + parts.map { branch($0, below: below, diagram, indent: indent + "  ") }.joined()
  }

  // MARK: Learned against exact

  /// The branchings of both sides that belong together.
  func pairTable(_ comparison: DiagramComparison, _ learned: Side) -> TextTable {
    var table = TextTable(
      title: "Branchings at which the same outcomes come together",
      columns: [
        .init("σ_c exact"), .init("σ_c learned"), .init("difference", unit: "%"),
        .init("exact", alignment: .left), .init("learned", alignment: .left),
      ])
    for pair in comparison.pairs {
      let (a, b) = (
        exact.diagram.branchings[pair.exact], learned.diagram.branchings[pair.learned]
      )
      table.append([
        formatNumber(a.sigma, significant: 6), formatNumber(b.sigma, significant: 6),
        formatNumber(100 * pair.relativeDifference, significant: 2), a.kind.rawValue,
        b.kind.rawValue,
      ])
    }
    return table
  }

  /// What the network misses and invents, in words.
  func missing(_ comparison: DiagramComparison) -> String {
    let level = formatNumber(comparison.sigma, significant: 3)
    let lost =
      comparison.lost.isEmpty
      ? "none is lost" : "lost: \(Self.list(comparison.lost)) (mode collapse)"
    let invented =
      comparison.invented.isEmpty
      ? "none is invented"
      : "invented: \(Self.list(comparison.invented)) (spurious, by the network's numbers)"
    return "Of the exact stable fixed points at σ = \(level) \(lost); \(invented)."
  }
}
