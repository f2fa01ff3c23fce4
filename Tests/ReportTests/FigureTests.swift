import Glibc
import Report
import Testing

/// Labels as no honest file name has them.
let hostileLabels = [
  "</svg><script>alert('x')</script>", "it's \"quoted\" ''", "a\nplot 1\nquit", "]]> --> <!--",
  "`touch /tmp/tinyscore-report-test`", "'`touch /tmp/tinyscore-report-test`",
  "@x %d $data0 {/=99 z}",
  "back\\slash\\", "\u{0}\u{1}\u{1B}[31m\u{FFFE}", "&lt;&amp;",
  "id='gpPt0' 'black' rgb(  0, 114, 178)",
]

/// A figure with every kind of series, all of its texts being `text`.
func makeFigure(_ text: String, isLogarithmic: Bool = true) -> Figure {
  let points = (0..<9).map { index in
    let x = 0.1 * Double(index + 1)
    return Figure.Point(x, x * x, lower: x * x - 0.05, upper: x * x + 0.05)
  }
  let styles: [(Role, Figure.Style)] = [
    (.exact, .line), (.learned, .dashes), (.route(1), .points), (.route(-7), .dots),
  ]
  return Figure(
    title: text, caption: text, xAxis: .init(text, isLogarithmic: isLogarithmic),
    yAxis: .init(text, isLogarithmic: isLogarithmic),
    series: styles.map { .init(text, role: $0, style: $1, points: points) },
    referenceLines: [.init(text, at: 0.3), .init(text, at: 0.4, direction: .vertical)])
}

@Suite("Figures")
struct FigureTests {
  private let gnuplot = Gnuplot()

  @Test("A hostile label is shown as text and does nothing", arguments: hostileLabels)
  func hostileLabel(_ label: String) throws {
    for layout in [Gnuplot.Layout.wide, .narrow] {
      let svg = try gnuplot.inlineSVG(makeFigure(label), id: "f", layout: layout)
      let markup = try MarkupReader(svg)
      #expect(!markup.elements.contains { ["script", "title"].contains($0.name) })
      let scalars = label.unicodeScalars.map { $0.value < 32 ? " " : $0 == "'" ? "’" : $0 }
      let shown = String(String.UnicodeScalarView(scalars)).prefix(30)
      if !label.contains("\u{FFFE}") {
        #expect(markup.texts.count { $0.hasPrefix(shown) } >= 7)
      }
    }
    let file = String(decoding: try gnuplot.render(makeFigure(label), as: .svg), as: UTF8.self)
    #expect(try MarkupReader(file).elements.first?.name == "svg")
    #expect(access("/tmp/tinyscore-report-test", F_OK) != 0)
  }

  @Test("Two figures on a page share no identifier and refer to their own only")
  func identifiers() throws {
    let figures = try ["one", "two"].map {
      try MarkupReader(gnuplot.inlineSVG(makeFigure("a"), id: $0))
    }
    let identifiers = figures.map { $0.values(of: "id") }
    for (own, figure) in zip(identifiers, figures) {
      #expect(Set(own).count == own.count)
      let references = figure.values(of: "xlink:href")
      #expect(!references.isEmpty)
      #expect(references.allSatisfy { own.contains(String($0.dropFirst())) })
    }
    #expect(Set(identifiers[0]).isDisjoint(with: identifiers[1]))
  }

  @Test("A figure in a page has a view box, no size, and the colours of the page alone")
  func inlineColors() throws {
    let svg = try gnuplot.inlineSVG(makeFigure("a"), id: "f")
    let root = try #require(try MarkupReader(svg).elements.first)
    #expect(root.attributes["viewBox"] != nil)
    #expect(root.attributes["width"] == nil && root.attributes["height"] == nil)
    #expect(!svg.contains("rgb(") && !svg.contains("black"))
    #expect(svg.contains("var(--figure-2, #0072b2)") && svg.contains("currentColor"))
  }

  @Test("An area is tinted down to 0 and carries its label")
  func area() throws {
    var figure = makeFigure("a", isLogarithmic: false)
    figure.area = .init([.init(0.1, 0), .init(0.5, 2), .init(0.9, 0)], label: "2.08 nats")
    let svg = try gnuplot.inlineSVG(figure, id: "f")
    #expect(svg.contains("<text>2.08 nats</text>"))
    figure.area = nil
    let plain = try gnuplot.inlineSVG(figure, id: "f")
    #expect(svg.contains("fill-opacity = '0.12") && !plain.contains("fill-opacity = '0.12"))
  }

  @Test("A picture has no axes, and ink where it is dark")
  func picture() throws {
    let figure = Figure(
      title: "Tiles", caption: "", xAxis: .init(""), yAxis: .init(""), series: [],
      hasEqualUnits: true, background: [.init(x: 0...1, y: 0...1, shade: Figure.darkestShade)],
      isPicture: true)
    let svg = try gnuplot.inlineSVG(figure, id: "f")
    #expect(svg.contains("var(--figure-0") && !svg.contains("<text>0"))
  }

  @Test("All entries of a legend are there, however wide", arguments: 1...24)
  func legend(length: Int) throws {
    var figure = makeFigure("a")
    figure.referenceLines = []
    let points = [Figure.Point(0.1, 1), Figure.Point(1, 2)]
    figure.series = (0..<3).map { index in
      .init(
        String(repeating: "m", count: length) + "\(index)", role: .route(index), points: points)
    }
    for layout in [Gnuplot.Layout.wide, .narrow] {
      let svg = try gnuplot.inlineSVG(figure, id: "f", layout: layout)
      for series in figure.series { #expect(svg.contains("<text>\(series.label)</text>")) }
    }
  }

  @Test("The file of a figure is named by its number and title, in letters that any system takes")
  func fileNames() {
    var figure = makeFigure("a")
    figure.title = "../../Δ $(rm) Entropy rate, per e-fold of all that there is"
    let name = figure.fileName(number: 3)
    #expect(name == "03-rm-entropy-rate-per-e-fold-of-all")
  }

  @Test("A file is of its kind", arguments: Gnuplot.Format.allCases)
  func files(format: Gnuplot.Format) throws {
    let bytes = try gnuplot.render(makeFigure("σ"), as: format)
    let start: [UInt8] =
      switch format {
      case .svg: Array("<?xml".utf8)
      case .pdf: Array("%PDF-".utf8)
      case .png: [0x89, 0x50, 0x4E, 0x47]
      }
    #expect(bytes.starts(with: start))
  }

  @Test(
    "A figure drawn again is the same bytes, whatever the time", arguments: Gnuplot.Format.allCases)
  func equalBytes(format: Gnuplot.Format) throws {
    let bytes = try gnuplot.render(makeFigure("σ"), as: format)
    // Files that tell when they were made tell the second.
    usleep(1_100_000)
    #expect(try gnuplot.render(makeFigure("σ"), as: format) == bytes)
  }

  @Test(
    "Data that cannot be drawn leave gaps, not errors",
    arguments: [
      [], [(.nan, 1)], [(1, 1)], [(1, 0), (2, -1)], [(1, 1), (.infinity, 2), (3, 3)],
      [(1e300, 1e-300), (1, 1e308)], [(1, 5), (2, 5)], [(1, 1), (1 + 1e-15, 1 + 1e-15)],
      [(-1, -1e-14), (1, 1e-14)], [(5e5, 123_456_789), (6e5, 123_456_790)],
      [(1e-140, 1e-140), (1e140, 1e140)],
    ] as [[(Double, Double)]], [false, true])
  func oddData(points: [(Double, Double)], isLogarithmic: Bool) throws {
    var figure = makeFigure("a", isLogarithmic: isLogarithmic)
    figure.referenceLines = []
    for index in figure.series.indices {
      figure.series[index].points = points.map {
        .init($0, $1, lower: $1 - 1, upper: .infinity)
      }
    }
    #expect(try !MarkupReader(gnuplot.inlineSVG(figure, id: "f")).elements.isEmpty)
  }
}
