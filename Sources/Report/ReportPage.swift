/// A page that shows results in words, numbers and figures, complete in one file.
///
/// The file needs no network and has no program in it: style and figures are inside, and its policy
/// forbids everything else. All text is escaped.
public struct ReportPage: Sendable {
  /// A result that stands out.
  public struct KeyNumber: Sendable {
    /// What it is.
    public var label: String
    /// The number, formatted, with its error.
    public var value: String
    /// Its unit, empty for none.
    public var unit: String
    /// What it means or is compared with, empty for nothing.
    public var note: String

    /// A result that stands out.
    public init(_ label: String, _ value: String, unit: String = "", note: String = "") {
      self.label = label
      self.value = value
      self.unit = unit
      self.note = note
    }
  }

  /// A part of the page under its own heading.
  public struct Section: Sendable {
    /// The heading.
    public var title: String
    /// Paragraphs before the figures.
    public var paragraphs: [String]
    /// Figures with their captions.
    public var figures: [Figure]
    /// Tables, closed until opened; their titles are what one clicks.
    public var tables: [TextTable]

    /// A part of the page.
    public init(
      _ title: String, paragraphs: [String] = [], figures: [Figure] = [], tables: [TextTable] = []
    ) {
      self.title = title
      self.paragraphs = paragraphs
      self.figures = figures
      self.tables = tables
    }
  }

  /// One line of the configuration.
  public struct Setting: Sendable {
    /// The name, as on the command line.
    public var name: String
    /// The value that was used.
    public var value: String

    /// One line of the configuration.
    public init(_ name: String, _ value: String) {
      self.name = name
      self.value = value
    }
  }

  /// The title, also that of the window.
  public var title: String
  /// What was found, in paragraphs.
  public var summary: [String]
  /// The results that stand out.
  public var keyNumbers: [KeyNumber]
  /// The parts of the page.
  public var sections: [Section]
  /// Every option that affects the result.
  public var configuration: [Setting]
  /// The command that makes this page again, as typed in a shell.
  public var command: String
  /// One line at the end: the tool and its version.
  public var colophon: String

  /// All figures in their order on the page.
  public var figures: [Figure] { sections.flatMap(\.figures) }

  /// A page.
  public init(
    title: String, summary: [String], keyNumbers: [KeyNumber] = [], sections: [Section] = [],
    configuration: [Setting] = [], command: String = "", colophon: String = ""
  ) {
    self.title = title
    self.summary = summary
    self.keyNumbers = keyNumbers
    self.sections = sections
    self.configuration = configuration
    self.command = command
    self.colophon = colophon
  }
}
