internal import ArgumentParser
internal import Report
internal import Storage

/// The options of commands that draw: a page, and its figures as files.
struct PageOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("A page with figures.", valueName: "FILE.html"),
    completion: .file(extensions: ["html"]))
  var report: String?

  @Option(
    help: ArgumentHelp("The page's figures as SVG, PDF and PNG in this folder.", valueName: "DIR"),
    completion: .directory)
  var figures: String?

  /// Whether anything is drawn.
  var isAsked: Bool { report != nil || figures != nil }

  func validate() throws {
    if let figures, ["", "-"].contains(figures) {
      throw ValidationError("--figures: expected the name of a folder, found '\(figures)'")
    }
  }

  /// Makes the folder of the figures, if there are to be any.
  func makeFigureFolder() throws {
    if let figures { try makeFolder(figures) }
  }

  /// Writes what was asked for.
  ///
  /// Returns what went wrong with gnuplot: the page is then written without figures, so that the
  /// rest of the command's work is done all the same.
  func write(_ page: @autoclosure () -> ReportPage) throws -> Failure? {
    guard isAsked else { return nil }
    let page = page()
    var failure: Failure?
    if let report {
      let html: String
      do {
        html = try page.html(gnuplot: Gnuplot())
      } catch let error as ReportError {
        failure = Failure(error)
        html = try page.html(gnuplot: nil, reason: "\(error)")
      }
      try Terminal.save(html, to: report)
    }
    guard let figures else { return failure }
    do {
      if failure == nil { try writeFigures(of: page, to: figures) }
    } catch let error as ReportError {
      failure = Failure(error)
    }
    if failure != nil { removeEmptyFolder(figures) }
    return failure
  }

  private func writeFigures(of page: ReportPage, to folder: String) throws {
    for (index, figure) in page.figures.enumerated() {
      for format in Gnuplot.Format.allCases {
        let bytes = try Gnuplot().render(figure, as: format)
        try writeDurably(
          bytes, to: "\(folder)/\(figure.fileName(number: index + 1)).\(format.rawValue)")
      }
    }
  }
}
