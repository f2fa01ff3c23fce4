internal import Glibc

/// The program gnuplot, which draws the figures.
public struct Gnuplot: Sendable {
  /// A kind of file that a figure can become.
  public enum Format: String, Sendable, CaseIterable {
    /// Scalable, for the web; on white.
    case svg
    /// Scalable, for a paper.
    case pdf
    /// Dots, 1520 across; on white.
    case png

    /// How such a file begins.
    var signature: [UInt8] {
      switch self {
      case .svg: Array("<?xml".utf8)
      case .pdf: Array("%PDF-".utf8)
      case .png: [0x89, 0x50, 0x4E, 0x47]
      }
    }
  }

  /// For how wide a place a figure is drawn; letters have the same size in both.
  public enum Layout: Sendable {
    /// 760 pixels.
    case wide
    /// 380 pixels, a telephone.
    case narrow
  }

  private let program: String
  private let timeout: Double

  /// gnuplot as found in `PATH`, given `timeout` seconds for a figure.
  public init(program: String = "gnuplot", timeout: Double = 20) {
    self.program = program
    self.timeout = timeout
  }

  /// The bytes of a file that shows the figure.
  ///
  /// Throws `ReportError` when gnuplot is missing (Debian package `gnuplot-nox`), fails, or is too
  /// slow.
  public func render(
    _ figure: Figure, as format: Format, layout: Layout = .wide
  ) throws -> [UInt8] {
    let bytes = try run(GnuplotScript(figure, format: format, layout: layout), format: format)
    return switch format {
    case .svg: SVGText(bytes).file(title: figure.title, description: figure.caption)
    case .pdf: withoutDate(bytes)
    case .png: bytes
    }
  }

  /// The figure as an `<svg>` element to stand in an HTML page.
  ///
  /// Every identifier in it begins with `id` (letters, digits, hyphens), so that figures with
  /// different ones can share a page. It has a `viewBox` and no size. Text is in `currentColor`;
  /// the colours are the custom properties `--figure-0` … `--figure-7` and `--figure-grid`, with
  /// values for light paper where the page sets none.
  public func inlineSVG(
    _ figure: Figure, id: String, layout: Layout = .wide
  ) throws -> String {
    precondition(id.utf8.allSatisfy { isIdentifierByte($0) }, "Letters, digits and hyphens")
    let bytes = try run(GnuplotScript(figure, format: nil, layout: layout), format: .svg)
    return SVGText(bytes).element(id: id, description: "\(figure.title). \(figure.caption)")
  }

  /// A PDF without the time at which it was made, so that equal figures are equal bytes.
  ///
  /// Blanks take the place of `/CreationDate (D:…)`: all else stays where the file's table says.
  private func withoutDate(_ pdf: [UInt8]) -> [UInt8] {
    let key = Array("/CreationDate (D:".utf8)
    var pdf = pdf
    // From the end, where the file speaks of itself.
    for start in (0...max(0, pdf.count - key.count)).reversed()
    where pdf[start...].starts(with: key) {
      guard let end = pdf[start...].firstIndex(of: UInt8(ascii: ")")) else { break }
      for index in start...end { pdf[index] = UInt8(ascii: " ") }
      break
    }
    return pdf
  }

  /// What the program writes to stdout when it is given the script.
  private func run(_ script: GnuplotScript, format: Format) throws -> [UInt8] {
    // `-d` ignores the settings of the user and the system, so that a figure is the same
    // everywhere.
    let result = try Subprocess.run(
      program, ["-d"], input: Array(script.text.utf8), environment: Gnuplot.environment,
      timeout: timeout, package: "gnuplot-nox")
    guard result.status == 0, !result.output.isEmpty else {
      throw ReportError.programFailed(
        program: program, status: result.status,
        message: String(decoding: result.errors, as: UTF8.self))
    }
    guard result.output.starts(with: format.signature) else {
      throw ReportError.notAFigure(program: program, format: format.rawValue)
    }
    return result.output
  }

  /// Where gnuplot finds its libraries and fonts; the rest of the environment is not its business.
  private static var environment: [String] {
    let names = [
      "PATH", "HOME", "TMPDIR", "LD_LIBRARY_PATH", "FONTCONFIG_PATH", "FONTCONFIG_FILE",
      "XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_DATA_DIRS", "GDFONTPATH",
    ]
    return ["LC_ALL=C.UTF-8"]
      + names.compactMap { name in getenv(name).map { "\(name)=\(String(cString: $0))" } }
  }

  /// The colour of the grid on light paper.
  static let gridColor = "d8d8d8"
}

extension Gnuplot.Layout {
  /// Pixels across.
  var width: Int { self == .wide ? 760 : 380 }

  /// The longest label of the legend, in characters.
  var labelLimit: Int { self == .wide ? 64 : 42 }

  /// Pixels for the plot with its axis labels, without the legend.
  func plotHeight(of figure: Figure) -> Int {
    if figure.isPicture { return width / 2 }
    return switch self {
    case .wide: figure.hasEqualUnits ? 520 : 380
    case .narrow: figure.hasEqualUnits ? 360 : 280
    }
  }
}
