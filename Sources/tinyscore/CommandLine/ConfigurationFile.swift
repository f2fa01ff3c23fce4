internal import ArgumentParser
internal import JSONText
internal import Storage

/// `--config FILE`: options in JSON under the names they have on the command line.
///
/// They are put before the words of the command line, and the last word counts: so an option on the
/// line wins.
struct ConfigurationFile {
  let path: String
  private let options: [String]

  /// The configuration file that the words of a command line name; nil if they name none.
  init?(namedIn words: [String]) throws {
    guard let name = words.first, let path = Self.path(in: words),
      let command = Tinyscore.configuration.subcommands.first(where: { $0._commandName == name })
    else { return nil }
    let document = try JSONValue(path: path, options: .init(allowingComments: true))
    options = try ConfiguredOptions(
      document, file: path, command: name, takesValue: Self.optionNames(of: command)
    ).words
    self.path = path
  }

  /// The words of the command line with the options of the file in them.
  func expanded(_ words: [String]) -> [String] { words.prefix(1) + options + words.dropFirst() }

  /// The file after `--config`, the last one if there are several.
  private static func path(in arguments: [String]) -> String? {
    var path: String?
    for (index, word) in arguments.enumerated() {
      if word == "--" { break }
      if word == "--config", index + 1 < arguments.count { path = arguments[index + 1] }
      if word.hasPrefix("--config=") { path = String(word.dropFirst("--config=".count)) }
    }
    return path
  }

  /// The long names of a command's options and whether each takes a value, without those that make
  /// no sense in a file.
  private static func optionNames(of command: any ParsableCommand.Type) -> [String: Bool] {
    var names: [String: Bool] = [:]
    for line in command.helpMessage(columns: 1000).split(separator: "\n") {
      let words = line.split(whereSeparator: { " ,=".contains($0) })
      guard let index = words.firstIndex(where: { $0.hasPrefix("--") }) else { continue }
      names[String(words[index].dropFirst(2))] =
        words.dropFirst(index + 1).first?.hasPrefix("<") ?? false
    }
    for name in ["help", "version", "config"] { names[name] = nil }
    return names
  }
}
