import Glibc
import Report
import Testing

@Suite("Plots as text")
struct TextPlotTests {
  private static let axis = Figure.Axis("σ", isLogarithmic: true, range: 0.01...100)

  @Test("Heights are drawn to an eighth of a line, over marks where their numbers are")
  func drawing() {
    let values: [Double?] = (0..<20).map { Double($0) / 20 }
    let plot = TextPlot(title: "nats", xAxis: Self.axis, values: values, rows: 2)
    let expected = """
      nats
       1.0 ┤           ▁▂▂▃▄▅▆▆▇
      0.50 ┤ ▁▂▂▃▄▅▆▆▇██████████
         0 └┴─────────┴─────────
            0.01      1          σ

      """
    #expect(plot.text == expected, "\(plot.text)")
  }

  @Test("A mark stands in the column that holds its number")
  func marks() throws {
    let plot = TextPlot(title: "", xAxis: Self.axis, values: Array(repeating: 1, count: 40))
    let lines = plot.text.split(separator: "\n").map(Array.init)
    let (axis, labels) = (lines[lines.count - 2], lines[lines.count - 1])
    let corner = try #require(axis.firstIndex(of: "└"))
    // Forty columns from 0.01 to 100: ten a decade.
    for (label, column) in [("0.1", 10), ("1", 20), ("10", 30)] {
      let place = corner + 1 + column
      #expect(axis[place] == "┴", "\(plot.text)")
      let start = place - label.count / 2
      #expect(String(labels[start..<start + label.count]) == label, "\(plot.text)")
    }
    #expect(labels.last == "σ")
  }

  @Test("The middles of columns divide an axis evenly in the logarithm")
  func middles() {
    let middles = TextPlot.logarithmicMiddles(4, of: 0.01...100)
    #expect(
      zip(middles, [0.1, 1, 10, 100]).allSatisfy { abs($0 / $1 * 10.0.squareRoot() - 1) < 1e-12 })
  }

  @Test("What is not known, not finite or below zero is blank, and no line ends in spaces")
  func blanks() {
    let plot = TextPlot(
      title: "t", xAxis: Self.axis, values: [1, nil, .nan, -.infinity, -5, 1, nil], rows: 3)
    for line in plot.text.split(separator: "\n").dropFirst().prefix(3) {
      #expect(line.hasSuffix("█    █"), "\(plot.text)")
    }
    let nothing = TextPlot(title: "t", xAxis: Self.axis, values: [nil, .infinity])
    #expect(!nothing.text.contains("█") && !nothing.text.contains(" \n"))
  }

  @Test("The top is no less than the largest value and at most a quarter above it")
  func top() throws {
    for exponent in stride(from: -8.0, through: 8, by: 0.07) {
      let value = pow(10, exponent)
      let plot = TextPlot(title: "t", xAxis: Self.axis, values: [value], rows: 2)
      let label = plot.text.split(separator: "\n")[1].split(separator: " ")[0]
      let top = try #require(Double(label))
      #expect(top >= value * (1 - 1e-9) && top <= 1.25 * value, "\(value): \(label)")
    }
  }

  @Test("A title and a label cannot command the terminal")
  func hostile() {
    let axis = Figure.Axis("\u{1B}[31m\n", range: 0...1)
    let text = TextPlot(title: "a\u{7}\nb", xAxis: axis, values: [1]).text
    #expect(text.unicodeScalars.allSatisfy { $0 == "\n" || $0.value >= 32 })
    #expect(text.split(separator: "\n").count == 13)
  }

  @Test("A sparkline is full at the largest, shows every positive number, and nothing else")
  func sparklines() {
    #expect(sparkline([0, 1e-9, 4, 8, -1]) == " ▁▄█ ")
    #expect(sparkline([]) == "" && sparkline([0, 0]) == "  ")
    #expect(sparkline([.nan, 1, .infinity]).hasPrefix(" █"))
  }
}
