/// A figure as a gnuplot program with its data inside.
///
/// Text of the user's appears in single quotes alone, where nothing is special to gnuplot but the quote:
/// no commands, variables or markup are substituted. A quote inside becomes an apostrophe `’`, since
/// gnuplot takes its own escape, the doubled quote, for an empty string at the start of a text. Numbers
/// are Swift's.
struct GnuplotScript {
  private let figure: Figure
  private let layout: Gnuplot.Layout
  private let x: AxisScale
  private let y: AxisScale
  private var data: [String] = []
  private var plots: [String] = []

  /// The program that writes `figure` to stdout in the given format, nil for SVG in a page.
  init(_ figure: Figure, format: Gnuplot.Format?, layout: Gnuplot.Layout) {
    self.figure = figure
    self.layout = layout
    let points = figure.series.flatMap(\.points)
    let cells = figure.background
    let marks = figure.referenceLines
    let isCloud = figure.hasEqualUnits
    x = AxisScale(
      figure.xAxis,
      values: points.map(\.x) + marks.filter { $0.direction == .vertical }.map(\.position)
        + cells.flatMap { [$0.x.lowerBound, $0.x.upperBound] },
      isPadded: isCloud)
    y = AxisScale(
      figure.yAxis,
      values: GnuplotScript.heights(points, isLogarithmic: figure.yAxis.isLogarithmic)
        + marks.filter { $0.direction == .horizontal }.map(\.position)
        + cells.flatMap { [$0.y.lowerBound, $0.y.upperBound] },
      isPadded: cells.isEmpty)
    addBackground()
    addBands()
    addReferenceLines()
    for series in figure.series { add(series) }
    text = (header(format) + data + plotCommand()).joined(separator: "\n") + "\n"
  }

  /// The program, ready for gnuplot's stdin.
  private(set) var text = ""

  // MARK: The frame

  /// What the vertical axis is to show: all values, and their intervals unless these, on a
  /// logarithmic axis, reach more than a factor of ten beyond the values.
  private static func heights(_ points: [Figure.Point], isLogarithmic: Bool) -> [Double] {
    let ends = points.flatMap { $0.interval.map { [$0.lowerBound, $0.upperBound] } ?? [] }
    guard isLogarithmic else { return points.map(\.y) + ends }
    let values = points.map(\.y).filter { AxisScale.isDrawable($0, logarithmic: true) }
    guard let least = values.min(), let greatest = values.max() else { return [] }
    return values + ends.map { min(max($0, least / 10), greatest * 10) }
  }

  private func header(_ format: Gnuplot.Format?) -> [String] {
    let legend = Legend(figure, layout: layout)
    let title = format == nil ? "" : figure.title
    let plotHeight = layout.plotHeight(isCloud: figure.hasEqualUnits)
    let height = plotHeight + legend.height + 8 + (title.isEmpty ? 0 : 24)
    // Both give rows of 21 pixels: the SVG terminal reckons with taller letters than cairo has.
    let spacing = format == nil || format == .svg ? 1.05 : 1.42
    var lines = [
      "set encoding utf8",
      terminal(format, height: height),
      "set border 3 lw 1",
      "set tics nomirror out scale 0.6",
      "set xtics offset 0,0.3",
      "set grid xtics ytics lt 1 lw 0.6 lc rgb '#\(Gnuplot.gridColor)'",
      "set style fill transparent solid 0.2 noborder",
      "set key bmargin center horizontal Left reverse samplen 3.2 spacing \(spacing) "
        + "maxcols \(legend.columns) width -2",
    ]
    if figure.hasEqualUnits { lines.append("set size ratio -1") }
    lines += axis("x", x, count: layout == .wide ? 8 : 5)
    lines += axis("y", y, count: verticalTicks)
    lines += margins
    // The labels of the axis take 50 pixels; gnuplot's own margin lets the legend touch them.
    lines.append("set bmargin at screen \(Double(legend.height + 58) / Double(height))")
    let limit = layout.width / 9
    lines.append("set xlabel \(quoted(figure.xAxis.label, limit: limit)) offset 0,0.8")
    if layout == .wide {
      lines.append("set ylabel \(quoted(figure.yAxis.label, limit: 44))")
      if !title.isEmpty { lines.append("set title \(quoted(title, limit: limit))") }
    } else {
      // No width to spare for a rotated label, and no height for a title: it stands above the axis.
      let label = quoted(figure.yAxis.label, limit: limit)
      lines += ["set tmargin 2.2", "set label \(label) at screen 0.02, graph 1 offset 0,0.9"]
    }
    return lines
  }

  private var verticalTicks: Int { layout == .wide ? 9 : 6 }

  /// The commands that leave room at the left for the labels of the vertical axis.
  private var margins: [String] {
    // With equal units gnuplot centres the plot, whose width follows from its height.
    guard !figure.hasEqualUnits else { return [] }
    let longest = y.ticks(count: verticalTicks).map { $0.label?.count ?? 0 }.max() ?? 0
    // A digit is 8 pixels wide, the marks and gaps take 16, the rotated label 30.
    let left = Double(16 + 8 * longest + (layout == .wide ? 30 : 0))
    let width = Double(layout.width)
    return ["set lmargin at screen \(left / width)", "set rmargin at screen \(1 - 18 / width)"]
  }

  private func terminal(_ format: Gnuplot.Format?, height: Int) -> String {
    let width = layout.width
    let common = "noenhanced butt" + (format == nil ? "" : " background '#ffffff'")
    return switch format {
    case .svg, nil:
      "set terminal svg size \(width),\(height) dynamic font 'sans-serif,13' \(common)"
    case .pdf:
      // 120 pixels an inch: a wide figure spans the text of a page.
      "set terminal pdfcairo size \(Double(width) / 120)in,\(Double(height) / 120)in "
        + "font 'sans,8' fontscale 0.75 linewidth 1.4 pointscale 0.8 \(common)"
    case .png:
      "set terminal pngcairo size \(2 * width),\(2 * height) "
        + "font 'sans,19' linewidth 2 pointscale 2 \(common)"
    }
  }

  private func axis(_ name: String, _ scale: AxisScale, count: Int) -> [String] {
    // The last number of a mark is its level: 0 is long and on the grid, 1 is short.
    let marks = scale.ticks(count: count).map {
      "'\($0.label ?? "")' \($0.position) \($0.label == nil ? 1 : 0)"
    }
    return (scale.isLogarithmic ? ["set logscale \(name)"] : []) + [
      "set \(name)range [\(scale.range.lowerBound):\(scale.range.upperBound)]",
      "set \(name)tics (\(marks.joined(separator: ", ")))",
    ]
  }

  // MARK: What is drawn

  private mutating func addBackground() {
    for shade in 1...Figure.darkestShade {
      let rows = figure.background.filter { $0.shade == shade }.map { cell -> [Double]? in
        let ends = [cell.x, cell.y].flatMap { [$0.lowerBound, $0.upperBound] }
        guard ends[..<2].allSatisfy({ AxisScale.isDrawable($0, logarithmic: x.isLogarithmic) }),
          ends[2...].allSatisfy({ AxisScale.isDrawable($0, logarithmic: y.isLogarithmic) })
        else { return nil }
        return [ends[0], ends[2]] + ends
      }
      guard let block = addData(rows) else { continue }
      let density = 0.05 * Double(shade)
      plots.append(
        "\(block) using 1:2:3:4:5:6 with boxxyerror fs transparent solid \(density) noborder "
          + "fc \(color(.reference)) notitle")
    }
  }

  private mutating func addBands() {
    for series in figure.series where series.style == .line || series.style == .dashes {
      let rows = series.points.map { point in
        point.interval.map { [point.x, positive($0.lowerBound), positive($0.upperBound)] }
      }
      guard let block = addData(rows) else { continue }
      plots.append("\(block) using 1:2:3 with filledcurves fc \(color(series.role)) notitle")
    }
  }

  private mutating func addReferenceLines() {
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

  private mutating func add(_ series: Figure.Series) {
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

  /// The end of an interval, moved to the edge of the plot where a logarithmic axis has no place for it.
  private func positive(_ value: Double) -> Double {
    y.isLogarithmic && value <= 0 ? y.range.lowerBound : value
  }

  private func plotCommand() -> [String] {
    guard plots.isEmpty else { return ["plot " + plots.joined(separator: ", \\\n  ")] }
    return ["set label 'no data' at graph 0.5,0.5 center", "plot NaN notitle"]
  }

  private func color(_ role: Role) -> String { "rgb '#\(Role.palette[role.colorIndex].light)'" }

  private func title(_ label: String) -> String {
    label.isEmpty ? "notitle" : "title " + quoted(label, limit: layout.labelLimit)
  }

  private func quoted(_ text: String, limit: Int) -> String {
    "'" + plainText(text, limit: limit).map { $0 == "'" ? "’" : String($0) }.joined() + "'"
  }
}

/// How the entries of a figure's legend are set below its plot.
private struct Legend {
  let columns: Int
  let height: Int

  init(_ figure: Figure, layout: Gnuplot.Layout) {
    let labels = (figure.series.map(\.label) + figure.referenceLines.map(\.label))
      .filter { !$0.isEmpty }.map { min($0.count, layout.labelLimit) }
    // gnuplot reckons 60 pixels for a sample and its gaps, and 9 for a character.
    let widest = 60 + 9 * (labels.max() ?? 0)
    columns = max(1, min(labels.count, (layout.width - 40) / widest))
    height = 21 * ((labels.count + columns - 1) / columns)
  }
}
