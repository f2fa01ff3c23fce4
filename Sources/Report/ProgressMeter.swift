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
  private var lastLine = ""
  private var isBarVisible = false

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
    let origin = start ?? (time, step)
    start = origin
    let wait = lastShown.map { time - $0 } ?? (time - origin.time)
    var parts = ["\(step)/\(total)"]
    let elapsed = time - origin.time
    let isDone = step >= total
    if elapsed > 0 && step > origin.step {
      let rate = Double(step - origin.step) / elapsed
      parts.append("\(formatNumber(rate, significant: 3)) \(unit)/s")
      if let loss { parts.append("loss \(formatNumber(loss, significant: 4))") }
      if !note.isEmpty { parts.append(plainText(note)) }
      parts.append(
        isDone ? formatDuration(elapsed) : formatDuration(Double(total - step) / rate) + " left")
    } else {
      if let loss { parts.append("loss \(formatNumber(loss, significant: 4))") }
      if !note.isEmpty { parts.append(plainText(note)) }
    }
    let fraction = total > 0 ? min(1, max(0, Double(step) / Double(total))) : 0
    switch display {
    case .silent: return
    case .lines:
      lastLine = "\(label): \(percent(fraction))  " + parts.joined(separator: "  ")
      guard wait >= (lastShown == nil ? 3 : 5) else { return }
      sink(lastLine + "\n")
      lastLine = ""
    case .bar(let columns, let hasColor):
      lastLine = bar(fraction, parts, columns: columns, hasColor: hasColor)
      guard lastShown == nil || wait >= 0.1 else { return }
      draw()
    }
    lastShown = time
  }

  /// Writes a message on a line of its own; a bar moves below it.
  public mutating func message(_ text: String) {
    guard display != .silent else { return }
    let wasVisible = isBarVisible
    erase()
    sink(text + "\n")
    if wasVisible { draw() }
  }

  /// Shows the last state, if it was not, and leaves the line.
  ///
  /// A pipe gets it only when it has got a line before: short work needs no progress.
  public mutating func finish() {
    switch display {
    case .silent: break
    case .lines: if lastShown != nil && !lastLine.isEmpty { sink(lastLine + "\n") }
    case .bar:
      if !lastLine.isEmpty { draw() }
      if isBarVisible { sink("\n") }
    }
    lastLine = ""
    isBarVisible = false
  }

  private mutating func draw() {
    sink("\r" + lastLine + "\u{1B}[K")
    isBarVisible = true
  }

  private mutating func erase() {
    if isBarVisible { sink("\r\u{1B}[K") }
    isBarVisible = false
  }

  /// The line of a terminal, one column short of its width so that it never wraps.
  ///
  /// The bar takes what the words leave, from 8 to 30 columns; when that is less, words are cut.
  private func bar(
    _ fraction: Double, _ parts: [String], columns: Int, hasColor: Bool
  ) -> String {
    let words = "\(percent(fraction))  " + parts.joined(separator: "  ")
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
