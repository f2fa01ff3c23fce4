/// How far a computation is, in the words that a line has room for.
///
/// The most important are shown, each whole: a number cut in its middle would be another number.
struct ProgressLine {
  /// How far it is.
  struct State {
    let step: Int
    let total: Int
    let loss: Double?
    var note: String
    /// Seconds since the start of this run.
    let elapsed: Double
    /// The steps done in them.
    let stepsSinceStart: Int
  }

  let label: String
  let unit: String
  let state: State

  /// What a line can say, in the order in which it stands there.
  private enum Word: CaseIterable {
    case label, bar, percent, count, rate, loss, note, time
  }

  private static let gap = "  "
  private static let leastBar = 8
  private static let longestBar = 30

  /// A plain line of at most `columns` columns.
  func text(columns: Int) -> String {
    joined(
      fitted([.label, .percent, .time, .note, .loss, .count, .rate], columns, isPlain: true).words)
  }

  /// A line for a terminal of at most `columns` columns, with a bar of 8 to 30 of them where it
  /// fits.
  func bar(columns: Int, hasColor: Bool) -> String {
    var (words, rest) = fitted(
      [.percent, .time, .note, .bar, .loss, .rate, .count, .label], columns)
    if words[.bar] != nil {
      words[.bar] = drawn(
        columns: min(Self.longestBar, Self.leastBar + rest), hasColor: hasColor)
    }
    return joined(words)
  }

  /// The words that fit, the first of `words` before the others, and how many columns are left.
  private func fitted(
    _ words: [Word], _ columns: Int, isPlain: Bool = false
  ) -> (words: [Word: String], rest: Int) {
    var fitted: [Word: String] = [:]
    var rest = columns
    for word in words {
      let gap = fitted.isEmpty ? 0 : Self.gap.count
      let forms = self.forms(of: word, isPlain: isPlain)
      guard let form = forms.first(where: { gap + $0.count <= rest }) else { continue }
      fitted[word] = form
      rest -= gap + form.count
    }
    return (fitted, rest)
  }

  private func joined(_ words: [Word: String]) -> String {
    Word.allCases.compactMap { words[$0] }.joined(separator: Self.gap)
  }

  /// The ways to write a word, the longest first; none where it is not known.
  private func forms(of word: Word, isPlain: Bool) -> [String] {
    switch word {
    case .label: return [isPlain ? label + ":" : label]
    case .bar: return [String(repeating: " ", count: Self.leastBar)]
    case .percent:
      // A line that is rewritten stays where it is when the number grows.
      let text = "\(percent)%"
      return [isPlain ? text : String(repeating: " ", count: 4 - text.count) + text]
    case .count: return ["\(state.step)/\(state.total)"]
    case .rate:
      // Stages of unequal length have no rate, and nothing is said of the time left.
      let number = unit.isEmpty ? nil : rate.map { formatNumber($0, significant: 3) }
      return number.map { ["\($0) \(unit)/s", "\($0)/s"] } ?? []
    case .loss: return state.loss.map { ["loss \(formatNumber($0, significant: 4))"] } ?? []
    case .note: return state.note.isEmpty ? [] : [state.note]
    case .time:
      if state.step >= state.total { return [formatDuration(state.elapsed)] }
      return unit.isEmpty
        ? [] : rate.map { [formatDuration(Double(state.total - state.step) / $0) + " left"] } ?? []
    }
  }

  /// Steps a second; nil before there are any.
  private var rate: Double? {
    let isKnown = state.elapsed > 0 && state.stepsSinceStart > 0
    return isKnown ? Double(state.stepsSinceStart) / state.elapsed : nil
  }

  private var fraction: Double {
    state.total > 0 ? min(1, max(0, Double(state.step) / Double(state.total))) : 0
  }

  private var percent: Int { Int((fraction * 100).rounded(.down)) }

  private func drawn(columns: Int, hasColor: Bool) -> String {
    let filled = Int((fraction * Double(columns)).rounded(.down))
    let done = String(repeating: "█", count: filled)
    let open = String(repeating: "░", count: columns - filled)
    return hasColor ? "\u{1B}[36m\(done)\u{1B}[2m\(open)\u{1B}[0m" : done + open
  }
}
