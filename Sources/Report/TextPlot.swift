internal import Glibc

/// The area under a curve as lines of characters, for the terminal.
///
/// Heights are drawn to an eighth of a line. What is below zero, and what is not known, is left
/// blank.
public struct TextPlot: Sendable {
  /// What is shown, with its unit; printed above.
  public var title: String
  /// The axis along the bottom.
  public var xAxis: Figure.Axis
  /// The heights at the middles of the columns, which divide the axis evenly; nil for one not
  /// known.
  public var values: [Double?]
  /// The lines of the area.
  public var rows: Int

  /// A plot; the axis must have a range.
  public init(title: String, xAxis: Figure.Axis, values: [Double?], rows: Int = 10) {
    precondition(xAxis.range != nil && !values.isEmpty && rows >= 2)
    self.title = title
    self.xAxis = xAxis
    self.values = values
    self.rows = rows
  }

  /// The middles of `count` columns of an axis from `range.lowerBound` to `range.upperBound` in the
  /// logarithm: where the values of a plot belong.
  public static func logarithmicMiddles(_ count: Int, of range: ClosedRange<Double>) -> [Double] {
    let (low, high) = (log(range.lowerBound), log(range.upperBound))
    return (0..<count).map { exp(low + (high - low) * (Double($0) + 0.5) / Double(count)) }
  }

  /// The plot as lines, each with a line end, the area `values.count` characters wide.
  public var text: String {
    let top = self.top
    let labels = [
      rows: formatNumber(top, significant: 2),
      rows / 2: formatNumber(
        top * Double(rows / 2) / Double(rows), significant: 2), 0: "0",
    ]
    let width = labels.values.map(\.count).max() ?? 0
    func margin(_ line: Int, _ mark: String) -> String {
      let label = labels[line] ?? ""
      return String(repeating: " ", count: width - label.count) + label + " "
        + (labels[line] == nil ? "│" : mark)
    }
    // A label stands beside the line at whose top its number is.
    var lines = [plainText(title)]
    for line in (1...rows).reversed() {
      lines.append(margin(line, "┤") + String(values.map { character($0, line: line, top: top) }))
    }
    let (axis, names) = bottom
    lines.append(margin(0, "└") + axis)
    lines.append(String(repeating: " ", count: width + 2) + names)
    return lines.map { trimmed($0) + "\n" }.joined()
  }

  /// The height of the area: a number that no value exceeds, of two digits as its half is.
  private var top: Double {
    let largest = values.reduce(0) { top, value in
      value.map { AxisScale.isDrawable($0, logarithmic: false) ? max(top, $0) : top } ?? top
    }
    guard largest > 1e-150 else { return 1 }
    let power = pow(10, log10(largest).rounded(.down))
    let heads = [1, 1.2, 1.4, 1.6, 1.8, 2, 2.4, 2.8, 3, 3.6, 4, 5, 6, 7, 8, 9]
    return (heads.first { largest <= $0 * power * (1 + 1e-9) } ?? 10) * power
  }

  /// What of a column of this height falls into a line, counted from 1 at the bottom.
  private func character(_ value: Double?, line: Int, top: Double) -> Character {
    guard let value, AxisScale.isDrawable(value, logarithmic: false) else { return " " }
    let eighths = (value / top * Double(8 * rows)).rounded() - Double(8 * (line - 1))
    return blockCharacters[Int(max(0, min(8, eighths)))]
  }

  /// The line along the bottom with its marks, and the line of their labels.
  private var bottom: (axis: String, labels: String) {
    let scale = AxisScale(xAxis, values: [], isPadded: false)
    var axis = Array(repeating: Character("─"), count: values.count)
    var names = Array(repeating: Character(" "), count: values.count)
    var free = 0
    for tick in scale.ticks(count: max(2, values.count / 8)) {
      // A mark between two columns belongs to the second, whichever way its logarithm was rounded.
      let place = Int(position(tick.position) * Double(values.count) + 1e-9)
      let column = min(values.count - 1, max(0, place))
      guard let label = tick.label else { continue }
      let start = max(0, column - label.count / 2)
      guard start >= free, start + label.count <= names.count else { continue }
      axis[column] = "┴"
      names.replaceSubrange(start..<start + label.count, with: label)
      free = start + label.count + 1
    }
    return (String(axis), String(names) + " " + plainText(xAxis.label))
  }

  /// Where on the axis a number is, from 0 to 1.
  private func position(_ x: Double) -> Double {
    guard let range = xAxis.range else { return 0 }
    return xAxis.isLogarithmic
      ? (log(x) - log(range.lowerBound)) / (log(range.upperBound) - log(range.lowerBound))
      : (x - range.lowerBound) / (range.upperBound - range.lowerBound)
  }

  private func trimmed(_ line: String) -> String {
    var line = line
    while line.hasSuffix(" ") { line.removeLast() }
    return line
  }
}
