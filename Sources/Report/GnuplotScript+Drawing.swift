internal import Glibc

/// What stands in the plot, from back to front: each part adds its data and a clause of the plot
/// command.
extension GnuplotScript {
  mutating func addBackground() {
    for shade in 1...Figure.darkestShade {
      let rows = figure.background.filter { $0.shade == shade }.map { cell -> [Double]? in
        let ends = [cell.x, cell.y].flatMap { [$0.lowerBound, $0.upperBound] }
        guard ends[..<2].allSatisfy({ AxisScale.isDrawable($0, logarithmic: x.isLogarithmic) }),
          ends[2...].allSatisfy({ AxisScale.isDrawable($0, logarithmic: y.isLogarithmic) })
        else { return nil }
        return [ends[0], ends[2]] + ends
      }
      guard let block = addData(rows) else { continue }
      let density = (figure.isPicture ? 1 : 0.4) * Double(shade) / Double(Figure.darkestShade)
      plots.append(
        "\(block) using 1:2:3:4:5:6 with boxxyerror fs transparent solid \(density) noborder "
          + "fc \(color(figure.isPicture ? .exact : .reference)) notitle")
    }
  }

  mutating func addArea() {
    guard let area = figure.area, let block = addData(area.points.map { [$0.x, $0.y, 0] }) else {
      return
    }
    plots.append(
      "\(block) using 1:2:3 with filledcurves fs transparent solid 0.12 noborder "
        + "fc \(color(.reference)) notitle")
  }

  /// The command that writes the size of the area into its middle.
  var areaLabel: [String] {
    guard let area = figure.area, let middle = middle(of: area.points) else { return [] }
    let label = quoted(area.label, limit: layout.labelLimit)
    return ["set label \(label) at first \(middle.x), first \(0.4 * middle.y) center front"]
  }

  /// The point that has half of the area on its left, on the scale of the axis.
  private func middle(of points: [Figure.Point]) -> Figure.Point? {
    let place = { (x: Double) in self.x.isLogarithmic ? log(x) : x }
    var areas = [0.0]
    for (a, b) in zip(points, points.dropFirst()) {
      areas.append(areas[areas.count - 1] + (a.y + b.y) / 2 * (place(b.x) - place(a.x)))
    }
    guard let total = areas.last, total > 0 else { return nil }
    return zip(points, areas).first { $0.1 >= total / 2 }?.0
  }

  mutating func addBands() {
    for series in figure.series where series.style == .line || series.style == .dashes {
      let rows = series.points.map { point in
        point.interval.map { [point.x, positive($0.lowerBound), positive($0.upperBound)] }
      }
      guard let block = addData(rows) else { continue }
      plots.append("\(block) using 1:2:3 with filledcurves fc \(color(series.role)) notitle")
    }
  }

  mutating func addReferenceLines() {
    let dashes = ["(2,3)", "(7,4)", "(1,3,5,3)", "(12,4)"]
    for (index, line) in figure.referenceLines.enumerated() {
      let isFlat = line.direction == .horizontal
      let ends = (isFlat ? x : y).range
      let rows = [ends.lowerBound, ends.upperBound].map {
        isFlat ? [$0, line.position] : [line.position, $0]
      }
      guard let block = addData(rows) else { continue }
      plots.append(
        "\(block) using 1:2 with lines lw \(Role.reference.lineWidth) "
          + "dt \(dashes[index % dashes.count]) lc \(color(.reference)) "
          + title(line.label))
    }
  }

  mutating func add(_ series: Figure.Series) {
    let role = series.role
    if series.style == .points {
      let rows: [[Double]?] = series.points.flatMap { point in
        (point.interval.map {
          [[point.x, positive($0.lowerBound)], [point.x, positive($0.upperBound)]]
        } ?? []) + [nil]
      }
      if let bars = addData(rows) {
        plots.append("\(bars) using 1:2 with lines lw 1 lc \(color(role)) notitle")
      }
    }
    guard let block = addData(series.points.map { [$0.x, $0.y] }) else { return }
    let look: String
    switch series.style {
    case .line, .dashes:
      let dashes = series.style == .dashes ? [4, 3] : role.dashes
      let pattern =
        dashes.isEmpty ? "solid" : "(\(dashes.map(String.init).joined(separator: ",")))"
      look = "lines lw \(role.lineWidth) dt \(pattern)"
    case .points: look = "points pt \(role.marker) ps 0.8 lw 1.5"
    case .dots: look = "points pt \(role.marker) ps 0.3"
    }
    plots.append("\(block) using 1:2 with \(look) lc \(color(role)) \(title(series.label))")
  }

  /// Adds a data block of the rows that can be drawn, a blank line at each gap; nil if none can.
  private mutating func addData(_ rows: [[Double]?]) -> String? {
    var lines: [String] = []
    for row in rows {
      if let row, isDrawable(row) {
        lines.append(row.map { "\($0)" }.joined(separator: " "))
      } else if lines.last?.isEmpty == false {
        lines.append("")
      }
    }
    guard !lines.isEmpty else { return nil }
    let name = "$data\(data.count)"
    data.append("\(name) << END\n\(lines.joined(separator: "\n"))\nEND")
    return name
  }

  private func isDrawable(_ row: [Double]) -> Bool {
    // A rectangle's ends along the bottom were looked at before.
    if row.count == 6 { return true }
    return AxisScale.isDrawable(row[0], logarithmic: x.isLogarithmic)
      && row.dropFirst().allSatisfy { AxisScale.isDrawable($0, logarithmic: y.isLogarithmic) }
  }

  /// The end of an interval, moved to the edge of the plot where a logarithmic axis has no place
  /// for it.
  private func positive(_ value: Double) -> Double {
    y.isLogarithmic && value <= 0 ? y.range.lowerBound : value
  }

  private func color(_ role: Role) -> String { "rgb '#\(Role.palette[role.colorIndex].light)'" }

  private func title(_ label: String) -> String {
    label.isEmpty ? "notitle" : "title " + quoted(label, limit: layout.labelLimit)
  }
}
