/// Shows how far a long computation is, on one line of a terminal or on lines of a pipe.
///
/// It has no clock: each call says the time, in seconds from any origin. A terminal's line is
/// rewritten at most ten times a second; a pipe gets its first line after 3 s and one every 5 s then.
public struct ProgressMeter {
  /// Where progress goes and what that place understands.
  public enum Display: Sendable, Equatable {
    /// A terminal of so many columns whose line can be rewritten, with colour or without.
    case bar(columns: Int, hasColor: Bool)
    /// Plain lines.
    case lines
    /// Nothing at all (`--quiet`).
    case silent

    /// What suits stderr: a bar in a terminal unless `TERM` is `dumb` or missing, else lines.
    ///
    /// `noColor` is the value of `NO_COLOR`, which asks for no colour when present and not empty
    /// (no-color.org).
    public init(isTerminal: Bool, columns: Int, term: String?, noColor: String?) {
      guard isTerminal, let term, !term.isEmpty, term != "dumb" else {
        self = .lines
        return
      }
      self = .bar(columns: columns > 0 ? columns : 80, hasColor: noColor?.isEmpty ?? true)
    }
  }

  private let label: String
  private let unit: String
  private let display: Display
  private let sink: (String) -> Void
  private var start: (time: Double, step: Int)?
  private var lastShown: Double?
  private var latest: State?
  private var isLatestShown = false
  private var isBarVisible = false

  /// What the last call said.
  private struct State {
    var step: Int
    var total: Int
    var loss: Double?
    var note: String
    var elapsed: Double
    var stepsSinceStart: Int
  }

  /// A meter of the work called `label`, counted in `unit` (`steps`), that writes to `sink`.
  public init(
    _ label: String, unit: String = "steps", display: Display, sink: @escaping (String) -> Void
  ) {
    self.label = plainText(label, limit: 24)
    self.unit = unit
    self.display = display
    self.sink = sink
  }

  /// Says that `step` of `total` is done; shown when it is time.
  ///
  /// `loss` and `note` (`H = 2.079(4) nats`) are shown where given. The first call fixes from where the
  /// rate is counted, so that a resumed run does not count what was done before it.
  public mutating func update(
    step: Int, of total: Int, loss: Double? = nil, note: String = "", time: Double
  ) {
    guard display != .silent else { return }
    let origin = start ?? (time, step)
    start = origin
    latest = State(
      step: step, total: total, loss: loss, note: note, elapsed: time - origin.time,
      stepsSinceStart: step - origin.step)
    isLatestShown = false
    // Text is made only when it is shown: a training step waits for this call.
    let isDue =
      if case .lines = display {
        time - (lastShown ?? origin.time) >= (lastShown == nil ? 3 : 5)
      } else {
        lastShown.map { time - $0 >= 0.1 } ?? true
      }
    guard isDue else { return }
    show()
    lastShown = time
  }

  /// Writes a message on a line of its own, unless silent; a bar moves below it.
  public mutating func message(_ text: String) {
    guard display != .silent else { return }
    let wasVisible = isBarVisible
    erase()
    sink(text + "\n")
    if wasVisible { show() }
  }

  /// Shows the last state, if it was not, and leaves the line.
  ///
  /// A pipe gets it only when it has got a line before: short work needs no progress.
  public mutating func finish() {
    if !isLatestShown && (display != .lines || lastShown != nil) { show() }
    if isBarVisible { sink("\n") }
    latest = nil
    isBarVisible = false
  }

  private mutating func show() {
    guard let latest else { return }
    let fraction =
      latest.total > 0 ? min(1, max(0, Double(latest.step) / Double(latest.total))) : 0
    let words = "\(percent(fraction))  " + words(latest).joined(separator: "  ")
    if case .bar(let columns, let hasColor) = display {
      sink("\r" + bar(fraction, words, columns: columns, hasColor: hasColor) + "\u{1B}[K")
      isBarVisible = true
    } else {
      sink("\(label): \(words)\n")
    }
    isLatestShown = true
  }

  private func words(_ state: State) -> [String] {
    var words = ["\(state.step)/\(state.total)"]
    let rate = Double(state.stepsSinceStart) / state.elapsed
    let isRateKnown = state.elapsed > 0 && state.stepsSinceStart > 0
    if isRateKnown { words.append("\(formatNumber(rate, significant: 3)) \(unit)/s") }
    if let loss = state.loss { words.append("loss \(formatNumber(loss, significant: 4))") }
    if !state.note.isEmpty { words.append(plainText(state.note)) }
    if state.step >= state.total {
      words.append(formatDuration(state.elapsed))
    } else if isRateKnown {
      words.append(formatDuration(Double(state.total - state.step) / rate) + " left")
    }
    return words
  }

  private mutating func erase() {
    if isBarVisible { sink("\r\u{1B}[K") }
    isBarVisible = false
  }

  /// The line of a terminal, one column short of its width so that it never wraps.
  ///
  /// The bar takes what the words leave, from 8 to 30 columns; when that is less, words are cut.
  private func bar(
    _ fraction: Double, _ words: String, columns: Int, hasColor: Bool
  ) -> String {
    let room = columns - 1 - label.count - words.count - 3
    guard room >= 8 else { return String("\(label) \(words)".prefix(max(0, columns - 1))) }
    let width = min(30, room)
    let filled = Int((fraction * Double(width)).rounded(.down))
    let done = String(repeating: "█", count: filled)
    let open = String(repeating: "░", count: width - filled)
    let drawn = hasColor ? "\u{1B}[36m\(done)\u{1B}[2m\(open)\u{1B}[0m" : done + open
    return "\(label) \(drawn)  \(words)"
  }

  private func percent(_ fraction: Double) -> String {
    let text = "\(Int((fraction * 100).rounded(.down)))"
    return String(repeating: " ", count: 3 - text.count) + text + "%"
  }
}
