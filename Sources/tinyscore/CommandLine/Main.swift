internal import ArgumentParser
internal import Glibc
internal import JSONText

/// The program: parses the command line, runs the command, and turns errors into one message and an
/// exit code.
@main
enum Main {
  static func main() {
    // A reader that goes away (`tinyscore … | head`) is an error of a write, not a signal, and so is
    // a file that grows beyond `ulimit -f`.
    for refused in [SIGPIPE, SIGXFSZ] { signal(refused, SIG_IGN) }
    Terminal.reserveStandardStreams()
    do {
      // Swift puts this in the place of bytes that are no text: the name would be another one.
      if let word = CommandLine.arguments.first(where: { $0.unicodeScalars.contains("\u{FFFD}") }) {
        throw Failure(.usage, "expected words in UTF-8, found \(excerpt(word))")
      }
      var command = try Tinyscore.parsed(
        joiningNegativeValues(Array(CommandLine.arguments.dropFirst())))
      try command.run()
    } catch {
      exit(report(error))
    }
  }

  /// Prints what there is to say about an error, and returns the exit code.
  private static func report(_ error: any Error) -> Int32 {
    if let failure = Failure(error) {
      Terminal.complain(failure.message)
      return failure.code.rawValue
    }
    if let code = error as? ExitCode { return code.rawValue }
    guard Tinyscore.exitCode(for: error) != .success else {
      return printHelp(Tinyscore.fullMessage(for: error))
    }
    // Usage: ArgumentParser says what is wrong; its long usage text is one --help away.
    Terminal.complain(Tinyscore.usageMessage(error, CommandLine.arguments.dropFirst().first))
    return ResultCode.usage.rawValue
  }

  /// Prints what was asked for with `--help` or `--version`, and returns the exit code.
  private static func printHelp(_ text: String) -> Int32 {
    do {
      try Terminal.print(text + "\n")
      return ResultCode.done.rawValue
    } catch {
      Terminal.complain(error.message)
      return error.code.rawValue
    }
  }

  /// The words with `--option -1` written as `--option=-1`: a negative number is a value, though it
  /// begins as an option does.
  private static func joiningNegativeValues(_ words: [String]) -> [String] {
    var result: [String] = []
    for (index, word) in words.enumerated() {
      if word == "--" { return result + words[index...] }
      let option = result.last ?? ""
      let isValue = ["-inf", "-nan"].contains(word) || word.dropFirst().first.map(isDigit) ?? false
      if word.hasPrefix("-"), isValue, option.hasPrefix("--"), !option.contains("=") {
        result[result.count - 1] = "\(option)=\(word)"
      } else {
        result.append(word)
      }
    }
    return result
  }

  private static func isDigit(_ character: Character) -> Bool {
    "0"..."9" ~= character || character == "."
  }
}

/// The root of the commands.
struct Tinyscore: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tinyscore",
    abstract: "Trains small score networks and measures when, and how much, diffusion decides.",
    discussion: """
      A MODEL is a checkpoint (.safetensors) or a DATASET; a DATASET is a law (.json), a point file \
      (.npy, .csv), or a bare name: datasets/NAME.

      Example: tinyscore train ring-8 && tinyscore evaluate checkpoints/ring-8.safetensors
      """,
    version: "tinyscore \(programVersion)",
    subcommands: [
      Train.self, Evaluate.self, Inspect.self, Score.self, Sample.self, Schedule.self,
      Bifurcations.self, CheckEquations.self, Datasets.self, Manual.self,
    ])

  /// The command that the words say, with the options of a configuration file if they name one.
  static func parsed(_ words: [String]) throws -> any ParsableCommand {
    try checkCommand(words.first == "help" ? words.dropFirst().first : words.first)
    guard let file = try ConfigurationFile(namedIn: words) else { return try parseAsRoot(words) }
    do {
      return try parseAsRoot(file.expanded(words))
    } catch {
      // What only goes wrong with the file is the file's fault.
      guard (try? parseAsRoot(words)) != nil else { throw error }
      throw Failure(.malformedData, "\(file.path): \(usageMessage(error, words.first))")
    }
  }

  /// What is wrong with the words of a command.
  static func usageMessage(_ error: any Error, _ command: String?) -> String {
    let message = self.message(for: error)
    return InvalidValue(message)?.message(command: command) ?? message
  }

  /// Throws if the first word is not a command: the parser would complain about those after it.
  private static func checkCommand(_ name: String?) throws {
    let all = configuration.subcommands
    guard let name, !name.hasPrefix("-"),
      name != "help" && !all.contains(where: { $0._commandName == name })
    else { return }
    let commands = all.filter { $0.configuration.shouldDisplay }.map { $0._commandName }
    let near = nearestName(to: name, among: commands)
    throw Failure(
      .usage,
      "expected a command (\(commands.joined(separator: ", "))), found \(excerpt(name))"
        + (near.map { "; did you mean '\($0)'?" } ?? ""))
  }
}
