internal import JSONText
internal import Training

/// A value that its option cannot have, from the parser's message about it.
///
/// The message is `The value '1e3' is invalid for '--steps <N>'`, with `. Please provide one of
/// 'soap' and 'adam'.` behind it where there are only so many values.
struct InvalidValue {
  private let option: String
  /// What the help calls the value: `N`.
  private let placeholder: String
  private let value: String
  /// The values there are, where the message lists them.
  private let choices: String?

  /// nil if the message says something else.
  init?(_ message: String) {
    let (start, middle) = ("The value '", "' is invalid for '--")
    guard message.hasPrefix(start),
      // The last one: the value may hold anything.
      let cut = message.dropFirst(start.count).ranges(of: middle).last
    else { return nil }
    let rest = message[cut.upperBound...]
    guard let name = rest.firstRange(of: " <"), let end = rest.firstRange(of: ">'"),
      name.upperBound <= end.lowerBound
    else { return nil }
    let (list, listStart) = (rest[end.upperBound...], ". Please provide ")
    guard list.isEmpty || (list.hasPrefix(listStart) && list.hasSuffix("'.")) else { return nil }
    option = String(rest[..<name.lowerBound])
    placeholder = String(rest[name.upperBound..<end.lowerBound])
    value = String(message[..<cut.lowerBound].dropFirst(start.count))
    choices = list.isEmpty ? nil : String(list.dropFirst(listStart.count).dropLast())
  }

  /// The message as ours are, for an option of `command`.
  func message(command: String?) -> String {
    "--\(option): expected \(choices ?? expected(command: command)), found \(excerpt(value))"
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
