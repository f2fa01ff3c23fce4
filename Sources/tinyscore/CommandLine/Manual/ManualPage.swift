internal import JSONText

/// The manual page: what `--help` says of every command, and what it has no room for.
struct ManualPage {
  /// The mdoc source of the page.
  var text: String { source.text }

  private var source = ManualSource()
  private let commands: [JSONValue]

  /// The title of the options that every command has.
  private static let commonTitle = "Common options"

  /// The page of the program that `help` describes, as ArgumentParser writes it.
  init(_ help: JSONValue) {
    commands = Self.shown(help["subcommands"]).filter { $0.text("commandName") != "help" }
    source.macro("Dd", ManualProse.date)
    source.macro("Dt", "TINYSCORE", "1")
    source.macro("Os")
    // Names of options and values are not to be broken.
    source.macro("nh")
    source.macro("Sh", "NAME")
    source.macro("Nm", "tinyscore")
    let abstract = help.text("abstract")
    source.macro("Nd", abstract.prefix(1).lowercased() + abstract.dropFirst().dropLast())
    source.macro("Sh", "SYNOPSIS")
    for command in commands { addSynopsis(command) }
    source.macro("Sh", "DESCRIPTION")
    source.prose(Self.discussion(of: help).text)
    source.macro("Sh", "COMMANDS")
    for command in commands { addCommand(command) }
    source.macro("Sh", "COMMON OPTIONS")
    let common = commands.first.map { Self.shown($0["arguments"]) } ?? []
    source.list(
      (common.filter { $0.text("sectionTitle") == Self.commonTitle } + Self.shown(help["arguments"]))
        .map(Self.item))
    addProse(examples: [help] + commands)
  }

  /// How a command is called: what it needs, and the rest as options.
  private mutating func addSynopsis(_ command: JSONValue) {
    source.macro("Nm")
    source.macro("Cm", command.text("commandName"))
    let arguments = Self.shown(command["arguments"])
    for argument in arguments where argument.text("kind") == "positional" {
      let isRepeating = argument["isRepeating"] == true
      source.macro("Ar", argument.text("valueName") + (isRepeating ? " ..." : ""))
    }
    for option in arguments
    where option.text("kind") == "option" && option["isOptional"] == false {
      source.macro("Fl", "-" + option.longName, "Ar", option.text("valueName"))
    }
    source.macro("Op", "Ar", "options")
  }

  private mutating func addCommand(_ command: JSONValue) {
    source.macro("Ss", "tinyscore", command.text("commandName"))
    source.prose(command.text("abstract"))
    let discussion = Self.discussion(of: command).text
    if !discussion.isEmpty {
      source.macro("Pp")
      source.prose(discussion)
    }
    let arguments = Self.shown(command["arguments"]).filter {
      $0.text("sectionTitle") != Self.commonTitle && !["help", "version"].contains($0.longName)
    }
    source.list(arguments.map(Self.item))
  }

  /// The sections that are not in `--help`, and the examples that are.
  private mutating func addProse(examples: [JSONValue]) {
    source.macro("Sh", "ENVIRONMENT")
    source.list(ManualProse.environment.map { ("Ev \($0)", $1) })
    source.macro("Sh", "FILES")
    source.list(ManualProse.files.map { ("Pa \($0)", $1) })
    source.macro("Sh", "EXIT STATUS")
    source.list(ManualProse.exitCodes.map { ("\($0.rawValue)", $1) })
    source.macro("Sh", "EXAMPLES")
    for example in examples.flatMap({ Self.discussion(of: $0).examples }) {
      source.command("$ " + example)
    }
    source.macro("Sh", "SEE ALSO")
    source.prose(ManualProse.further)
  }

  /// An argument of a list, with its values and its default unless its own words have them.
  private static func item(_ argument: JSONValue) -> (term: String, meaning: String) {
    let value = ManualSource.escaped(argument.text("valueName"))
    var meaning = argument.text("abstract")
    let usual = argument.text("defaultValue")
    if !usual.isEmpty { meaning += " Default: \(usual)." }
    return switch argument.text("kind") {
    case "positional": ("Ar \(value)", meaning)
    case "flag": ("Fl \\-\(ManualSource.escaped(argument.longName))", meaning)
    default: ("Fl \\-\(ManualSource.escaped(argument.longName)) Ar \(value)", meaning)
    }
  }

  /// What a command says below its abstract, and the examples there.
  private static func discussion(of command: JSONValue) -> (text: String, examples: [String]) {
    let mark = "Example: "
    let lines = command.text("discussion").split(separator: "\n")
    return (
      lines.filter { !$0.hasPrefix(mark) }.joined(separator: " "),
      lines.filter { $0.hasPrefix(mark) }.map { String($0.dropFirst(mark.count)) }
    )
  }

  /// The commands or arguments of a list that are not hidden.
  private static func shown(_ list: JSONValue?) -> [JSONValue] {
    guard case .array(let elements) = list else { return [] }
    return elements.filter { $0["shouldDisplay"] == true }
  }
}

extension JSONValue {
  /// The text of a member; empty where there is none.
  fileprivate func text(_ key: String) -> String {
    guard case .string(let text) = self[key] else { return "" }
    return text
  }

  /// The name of an option without its dashes.
  fileprivate var longName: String { self["preferredName"]?.text("name") ?? "" }
}
