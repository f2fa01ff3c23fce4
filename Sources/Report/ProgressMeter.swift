/// Shows how far a long computation is, on one line of a terminal or on lines of a pipe.
///
/// It has no clock: each call says the time, in seconds from any origin. A terminal's line is
/// rewritten at most ten times a second; a pipe gets its first line after 3 s and one every 5 s
/// then.
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
  private var latest: ProgressLine.State?
  private var isLatestShown = false
  private var isBarVisible = false

  /// A meter of the work called `label`, counted in `unit` (`steps`; empty for stages of unequal
  /// length, which have no rate), that writes to `sink`.
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
  /// `loss` and `note` (`H ≤ 2.079(4) nats`) are shown where given; `note` is asked for only when
  /// it is shown, and may be costly. The first call fixes from where the rate is counted, so that a
  /// resumed run does not count what was done before it.
  public mutating func update(
    step: Int, of total: Int, loss: Double? = nil, note: @autoclosure () -> String = "",
    time: Double
  ) {
    guard display != .silent else { return }
    let origin = start ?? (time, step)
    start = origin
    latest = ProgressLine.State(
      step: step, total: total, loss: loss, note: latest?.note ?? "",
      elapsed: time - origin.time, stepsSinceStart: step - origin.step)
    isLatestShown = false
    // Text is made only when it is shown: a training step waits for this call.
    guard isDue(step: step, of: total, time: time, start: origin.time) else { return }
    latest?.note = plainText(note())
    show()
    lastShown = time
  }

  /// Whether it is time to show a step; the last one is shown at once, in a pipe if it has got a
  /// line before: short work needs no progress.
  private func isDue(step: Int, of total: Int, time: Double, start: Double) -> Bool {
    guard case .lines = display else {
      return step >= total || lastShown.map { time - $0 >= 0.1 } ?? true
    }
    guard let lastShown else { return time - start >= 3 }
    return step >= total || time - lastShown >= 5
  }

  /// Writes a message on a line of its own, unless silent; a bar moves below it.
  public mutating func message(_ text: String) {
    guard display != .silent else { return }
    let wasVisible = isBarVisible
    erase()
    sink(text + "\n")
    if wasVisible { show() }
  }

  /// Shows the last state, if it was not, and leaves the line; a pipe as `isDue` says.
  public mutating func finish() {
    if !isLatestShown && (display != .lines || lastShown != nil) { show() }
    if isBarVisible { sink("\n") }
    latest = nil
    isBarVisible = false
  }

  private mutating func show() {
    guard let latest else { return }
    let line = ProgressLine(label: label, unit: unit, state: latest)
    if case .bar(let columns, let hasColor) = display {
      // One column short of the width, so that it never wraps.
      sink("\r" + line.bar(columns: columns - 1, hasColor: hasColor) + "\u{1B}[K")
      isBarVisible = true
    } else {
      sink(line.text(columns: 80) + "\n")
    }
    isLatestShown = true
  }

  private mutating func erase() {
    if isBarVisible { sink("\r\u{1B}[K") }
    isBarVisible = false
  }
}
