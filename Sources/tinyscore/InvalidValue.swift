internal import JSONText
internal import Training

/// A value of an option that is not of the option's type, from the parser's message about it:
/// `The value '1e3' is invalid for '--steps <N>'`.
struct InvalidValue {
  let option: String
  /// What the help calls the value: `N`.
  let placeholder: String
  let value: String

  /// nil if the message says something else, or says what was expected already.
  init?(_ message: String) {
    let (start, middle, end) = ("The value '", "' is invalid for '--", ">'")
    guard message.hasPrefix(start), message.hasSuffix(end),
      // The last one: the value may hold anything.
      let cut = message.dropFirst(start.count).ranges(of: middle).last
    else { return nil }
    let words = message[cut.upperBound...].dropLast(end.count).split(separator: " <")
    guard words.count == 2 else { return nil }
    (option, placeholder) = (String(words[0]), String(words[1]))
    value = String(message[..<cut.lowerBound].dropFirst(start.count))
  }

  /// The message as ours are, for an option of `command`.
  func message(command: String?) -> String {
    "--\(option): expected \(expected(command: command)), found \(excerpt(value))"
  }

  private func expected(command: String?) -> String {
    let limits = TrainingConfiguration.sizeLimits
    switch (command, option) {
    case (_, "seed"): return "an integer from 0 to \(UInt64.max)"
    case (_, "threads"): return "an integer from 1 to \(CommonOptions.mostThreads)"
    case ("train", "steps"): return "an integer from 1 to \(limits.steps)"
    case ("train", "batch"): return "an integer from 1 to \(limits.batch)"
    case ("train", "width"): return "an integer from 1 to \(limits.width)"
    case ("train", "depth"): return "an integer from 1 to \(limits.depth)"
    case ("train", "checkpoint-every"): return "an integer not below 0"
    default: return ["N", "D"].contains(placeholder) ? "an integer" : "a number"
    }
  }
}
