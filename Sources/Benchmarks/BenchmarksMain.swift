internal import ArgumentParser
internal import Glibc
internal import LinearAlgebra
internal import Report

/// Checks each part against its reference, then times it and prints its share of the machine's
/// limit.
@main
struct Benchmarks: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "Benchmarks",
    abstract: "Times each part of tinyscore, as a share of what the machine can do.",
    discussion:
      "Ratios compare medians of interleaved repeats, and carry over to other days; seconds do not."
  )

  @Argument(help: ArgumentHelp("What to time (default: all).", valueName: "PART"))
  var parts: [Part] = []

  @Option(help: ArgumentHelp("A file for the tables, too.", valueName: "FILE"))
  var output: String?

  @Option(help: ArgumentHelp("Repeats of which the median is taken.", valueName: "N"))
  var repeats = 9

  @Option(help: ArgumentHelp("Data sets for the time to accuracy.", valueName: "NAME"))
  var dataset: [String] = AccuracyBenchmark.datasets

  /// What there is to time.
  enum Part: String, CaseIterable, ExpressibleByArgument {
    case process, step, parts, shapes, scaling, evaluation, exact, jacobian, accuracy
  }

  func validate() throws {
    if repeats < 1 { throw ValidationError("--repeats: expected a positive integer") }
  }

  mutating func run() throws {
    let threads = Set([1, Workers.availableProcessors]).sorted()
    var text = Machine.description + "\n"
    print(text)
    for part in parts.isEmpty ? Part.allCases : parts {
      for table in try tables(part, threads: threads) {
        print(table.text)
        fflush(nil)
        text += "\n" + table.text
        if let output { try text.write(toFile: output) }
      }
    }
  }

  private func tables(_ part: Part, threads: [Int]) throws -> [TextTable] {
    switch part {
    case .process: try [ProcessBenchmark().table(repeats: repeats)]
    case .step: try [StepBenchmark.table(threads: threads, repeats: repeats)]
    case .parts: try [StepPartsBenchmark.table(threads: threads, repeats: repeats)]
    case .shapes: try [ShapesBenchmark.table(repeats: repeats)]
    case .scaling: try [ScalingBenchmark.table(repeats: repeats)]
    case .evaluation: try [EvaluationBenchmark().table(threads: threads, repeats: repeats)]
    case .exact: try [ExactScoreBenchmark().table(threads: threads, repeats: repeats)]
    case .jacobian: try [JacobianBenchmark().table(repeats: repeats)]
    case .accuracy: try [AccuracyBenchmark.table(dataset)]
    }
  }
}

extension String {
  /// Writes the text to a file, or says why not.
  fileprivate func write(toFile path: String) throws {
    guard let file = fopen(path, "w") else {
      throw ValidationError("\(path): cannot be written: \(String(cString: strerror(errno)))")
    }
    defer { fclose(file) }
    guard fputs(self, file) >= 0 && fflush(file) == 0 else {
      throw ValidationError("\(path): cannot be written: \(String(cString: strerror(errno)))")
    }
  }
}
