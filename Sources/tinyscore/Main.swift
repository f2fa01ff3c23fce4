internal import ArgumentParser
internal import Glibc

/// The program: parses the command line, runs the command, and turns errors into one message and an
/// exit code.
@main
enum Main {
  static func main() {
    // A reader that goes away (`tinyscore … | head`) is an error of a write, not a signal.
    signal(SIGPIPE, SIG_IGN)
    do {
      var command = try Tinyscore.parseAsRoot(
        ConfigurationFile.expanded(Array(CommandLine.arguments.dropFirst())))
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
    guard Tinyscore.exitCode(for: error) != .success else {
      Tinyscore.exit(withError: error)
    }
    // Usage: ArgumentParser says what is wrong; its long usage text is one --help away.
    Terminal.complain(Tinyscore.message(for: error))
    return ResultCode.usage.rawValue
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
    subcommands: [Train.self, Evaluate.self, Inspect.self, Score.self, Sample.self, Datasets.self])
}
