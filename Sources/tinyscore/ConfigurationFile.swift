internal import ArgumentParser
internal import JSONText
internal import Storage

/// `--config FILE`: options in JSON under the names they have on the command line.
///
/// They are put before the words of the command line, and the last word counts: so an option on the
/// line wins.
enum ConfigurationFile {
  /// The arguments with the options of the configuration file in them.
  static func expanded(_ arguments: [String]) throws -> [String] {
    guard let name = arguments.first, !name.hasPrefix("-"), let path = path(in: arguments) else {
      return arguments
    }
    guard
      let command = Tinyscore.configuration.subcommands.first(where: { $0._commandName == name })
    else { return arguments }
    let document = try JSONValue(path: path, options: .init(allowingComments: true))
    guard case .object(let members) = document else {
      throw StorageError.malformed(
        file: path, expected: "an object of options", found: "another kind of value")
    }
    let known = optionNames(of: command)
    var words: [String] = []
    for member in members {
      guard known.contains(member.key) else {
        let near = nearestName(to: member.key, among: known)
        throw StorageError.malformed(
          file: path, place: "key '\(member.key)'", expected: "an option of '\(name)'",
          found: "an unknown one", remedy: near.map { "did you mean '\($0)'?" })
      }
      words += try self.words(member, path: path)
    }
    return [name] + words + arguments.dropFirst()
  }

  /// The words that say the same on a command line.
  private static func words(_ member: JSONMember, path: String) throws -> [String] {
    switch member.value {
    case .bool(true): ["--\(member.key)"]
    case .bool(false): []
    case .string(let text): ["--\(member.key)=\(text)"]
    case .number, .largeInteger: ["--\(member.key)=\(member.value.canonicalText)"]
    default:
      throw StorageError.malformed(
        file: path, place: "key '\(member.key)'", expected: "a text, a number or true or false",
        found: "another kind of value")
    }
  }

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

  /// The long names of a command's options, without those that make no sense in a file.
  private static func optionNames(of command: any ParsableCommand.Type) -> [String] {
    command.helpMessage(columns: 1000).split(separator: "\n").flatMap { line in
      line.split(whereSeparator: { " ,=<[".contains($0) }).filter { $0.hasPrefix("--") }
        .prefix(1).map { String($0.dropFirst(2)) }
    }.filter { !["help", "version", "config"].contains($0) }
  }
}
