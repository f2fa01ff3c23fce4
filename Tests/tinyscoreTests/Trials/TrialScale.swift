import Foundation

/// How many trials are made: few with all other tests, many on request.
enum TrialScale {
  /// Whether `TINYSCORE_TRIALS` asks for the large number.
  static let isLarge = ProcessInfo.processInfo.environment["TINYSCORE_TRIALS"] == "large"

  /// One of the two numbers.
  static func count(small: Int, large: Int) -> Int { isLarge ? large : small }

  /// Prints a line of figures for those who asked for the large number.
  static func report(_ line: String) {
    if isLarge { print(line) }
  }

  /// What `trial` returns for each of the elements, some of them at a time.
  static func results<Element: Sendable, Result: Sendable>(
    _ elements: some Sequence<Element> & Sendable,
    _ trial: @escaping @Sendable (Element) async throws -> Result
  ) async throws -> [Result] {
    // More than run at a time, so that one that waits for its turn is always there.
    let width = 6
    return try await withThrowingTaskGroup(of: Result.self) { group in
      var results: [Result] = []
      for (index, element) in elements.enumerated() {
        if index >= width, let result = try await group.next() { results.append(result) }
        group.addTask { try await trial(element) }
      }
      for try await result in group { results.append(result) }
      return results
    }
  }
}

/// Whether a process has ended, waited for or not.
///
/// `Process` learns that late: it waits until a descriptor is closed, which processes that start at
/// the same time may have too.
func hasEnded(_ process: Int32) -> Bool {
  let status = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)
  // The state follows the name in brackets.
  let state = status?.split(separator: ")").last?.first { $0 != " " }
  return state == nil || state == "Z" || state == "X"
}

/// Waits for some seconds, or for less where the process has ended before.
func wait(_ seconds: Double, while process: Int32) {
  let end = ContinuousClock.now + .seconds(seconds)
  while ContinuousClock.now < end && !hasEnded(process) {
    usleep(useconds_t(min(1e4, max(0, 1e6 * ((end - .now) / .seconds(1))))))
  }
}

/// The generator SplitMix64 (Steele, Lea and Flood 2014), for moments that can be had again.
struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
