internal import ArgumentParser
internal import LinearAlgebra
internal import Storage

/// The options that every command has.
struct CommonOptions: ParsableArguments {
  @Option(
    name: .customLong("seed"),
    help: ArgumentHelp("Seed of everything random (default: 0).", valueName: "N"))
  var givenSeed: UInt64?

  @Option(
    help: ArgumentHelp(
      "Threads, at most 256; never changes a result (default: all cores).", valueName: "N"))
  var threads: Int?

  @Flag(help: "No progress on stderr.")
  var quiet = false

  @Option(
    help: ArgumentHelp("Options in JSON; those on the line win.", valueName: "FILE"),
    completion: .file(extensions: ["json"]))
  var config: String?

  static let mostThreads = 256

  /// The seed of everything random.
  var seed: UInt64 { givenSeed ?? 0 }

  func validate() throws {
    if let threads, !(1...Self.mostThreads).contains(threads) {
      throw ValidationError(
        "--threads: expected an integer from 1 to \(Self.mostThreads), found \(threads)")
    }
  }

  /// The team of threads that does the work.
  func makeWorkers() -> Workers { Workers(count: threads ?? Workers.availableProcessors) }
}

/// Where installed data sets are: the share folder beside the program's own.
var shareFolders: [String] {
  guard let program = executablePath else { return [] }
  let folder = program.split(separator: "/").dropLast(2).joined(separator: "/")
  return ["/\(folder)/share/tinyscore/datasets"]
}
