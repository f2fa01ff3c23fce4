/// A figure as a gnuplot program with its data inside.
///
/// Text of the user's appears in single quotes alone, where nothing is special to gnuplot but the
/// quote: no commands, variables or markup are substituted. A quote inside becomes an apostrophe
/// `’`, since gnuplot takes its own escape, the doubled quote, for an empty string at the start of
/// a text. Numbers are Swift's.
struct GnuplotScript {
  let figure: Figure
  let layout: Gnuplot.Layout
  let x: AxisScale
  let y: AxisScale
  var data: [String] = []
  var plots: [String] = []

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
        + cells.flatMap { [$0.y.lowerBound, $0.y.upperBound] } + (figure.area == nil ? [] : [0]),
      isPadded: cells.isEmpty)
    addBackground()
    addArea()
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
    let plotHeight = layout.plotHeight(of: figure)
    let height = plotHeight + legend.height + 8 + (title.isEmpty ? 0 : 24)
    // Both give rows of 21 pixels: the SVG terminal reckons with taller letters than cairo has.
    let spacing = format == nil || format == .svg ? 1.05 : 1.42
    var lines = [
      "set encoding utf8",
      terminal(format, height: height),
      "set style fill transparent solid 0.2 noborder",
      "set key at screen 0.5, screen \(Double(legend.height + 4) / Double(height)) center top "
        + "horizontal Left reverse samplen 3.2 spacing \(spacing) maxcols \(legend.columns) width -2",
    ]
    if figure.hasEqualUnits { lines.append("set size ratio -1") }
    lines += figure.isPicture ? ["unset border", "unset tics"] : frame
    lines += axis("x", x, count: layout == .wide ? 8 : 5)
    lines += axis("y", y, count: verticalTicks)
    lines += areaLabel
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

  private var frame: [String] {
    [
      "set border 3 lw 1", "set tics nomirror out scale 0.6", "set xtics offset 0,0.3",
      "set grid xtics ytics lt 1 lw 0.6 lc rgb '#\(Gnuplot.gridColor)'",
    ]
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
      "set \(name)range [\(scale.range.lowerBound):\(scale.range.upperBound)]"
    ] + (figure.isPicture ? [] : ["set \(name)tics (\(marks.joined(separator: ", ")))"])
  }

  private func plotCommand() -> [String] {
    guard plots.isEmpty else { return ["plot " + plots.joined(separator: ", \\\n  ")] }
    return ["set label 'no data' at graph 0.5,0.5 center", "plot NaN notitle"]
  }

  func quoted(_ text: String, limit: Int) -> String {
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
    // gnuplot reckons 64 pixels for a sample and its gaps, and 9 for a character.
    let widest = 64 + 9 * (labels.max() ?? 0)
    columns = max(1, min(labels.count, (layout.width - 60) / widest))
    height = 21 * ((labels.count + columns - 1) / columns)
  }
}
