import Report
import Testing

@Suite("Progress")
struct ProgressMeterTests {
  /// What a meter wrote.
  private final class Output {
    var pieces: [String] = []
  }

  private func run(
    _ display: ProgressMeter.Display, steps: Int, seconds: Double
  ) -> [String] {
    let output = Output()
    var meter = ProgressMeter("ring-8", display: display) { output.pieces.append($0) }
    for step in 0...steps {
      meter.update(
        step: step, of: steps, loss: 0.1234, time: 100 + seconds * Double(step) / Double(steps))
    }
    meter.finish()
    return output.pieces
  }

  @Test(
    "A terminal's line is rewritten about ten times a second and never wraps",
    arguments: [20, 40, 80, 200])
  func bar(columns: Int) {
    let pieces = run(.bar(columns: columns, hasColor: false), steps: 1000, seconds: 2)
    #expect((15...23).contains(pieces.count))
    for piece in pieces.dropLast() {
      #expect(piece.hasPrefix("\r") && piece.hasSuffix("\u{1B}[K") && !piece.contains("\n"))
      #expect(piece.dropFirst().count - 3 < columns)
    }
    #expect(pieces.last == "\n")
  }

  @Test("A bar shows rate, loss and time left, and ends with the last step")
  func barContent() {
    let pieces = run(.bar(columns: 80, hasColor: false), steps: 1000, seconds: 10)
    #expect(
      pieces.contains { $0.contains("50%") && $0.contains("100 steps/s  loss 0.1234  5.0 s") })
    #expect(pieces.suffix(2).first?.contains("100%  1000/1000") == true)
    #expect(!pieces.joined().contains("\u{1B}[36m"))
  }

  /// What a line of a terminal says half way, and what it might say.
  private func halfWay(columns: Int) -> (line: String, words: Set<String>) {
    let output = Output()
    var meter = ProgressMeter("training", display: .bar(columns: columns, hasColor: false)) {
      output.pieces.append($0)
    }
    meter.update(step: 0, of: 8000, loss: 1, note: "", time: 0)
    meter.update(step: 3600, of: 8000, loss: 0.51234, note: "H ≤ 2.08(3) nats", time: 5.5)
    let line = output.pieces.last?.dropFirst().dropLast(3) ?? ""
    let bars = (8...30).flatMap { length in
      (0...length).map {
        String(repeating: "█", count: $0) + String(repeating: "░", count: length - $0)
      }
    }
    return (
      String(line),
      Set(
        bars + [
          "training", "45%", "3600/8000", "655 steps/s", "655/s", "loss 0.5123",
          "H ≤ 2.08(3) nats", "6.7 s left",
        ])
    )
  }

  @Test("A terminal of any width shows whole words alone", arguments: 2...130)
  func wholeWords(columns: Int) {
    let (line, words) = halfWay(columns: columns)
    #expect(line.count < columns)
    let shown = line.split(separator: "  ").map { $0.drop { $0 == " " } }.filter { !$0.isEmpty }
    #expect(shown.allSatisfy { words.contains(String($0)) }, "\(shown)")
    #expect(line.contains("45%") == (columns > 4))
  }

  @Test(
    "The narrower a terminal, the fewer words: time left and entropy stay longest",
    arguments: [
      (
        120,
        "training  █████████████░░░░░░░░░░░░░░░░░   45%  3600/8000  655 steps/s  loss 0.5123"
          + "  H ≤ 2.08(3) nats  6.7 s left"
      ),
      (80, "███████░░░░░░░░░░   45%  655 steps/s  loss 0.5123  H ≤ 2.08(3) nats  6.7 s left"),
      (50, "█████░░░░░░░░   45%  H ≤ 2.08(3) nats  6.7 s left"), (20, " 45%  6.7 s left"),
    ])
  func widths(columns: Int, line: String) {
    #expect(halfWay(columns: columns).line == line)
  }

  @Test(
    "A note is asked for only when it is shown, and at the end",
    arguments: [ProgressMeter.Display.lines, .bar(columns: 80, hasColor: false), .silent])
  func notes(display: ProgressMeter.Display) {
    let output = Output()
    var asked = 0
    func note() -> String {
      asked += 1
      return "note \(asked)"
    }
    var meter = ProgressMeter("a", display: display) { output.pieces.append($0) }
    for step in 0...1000 {
      meter.update(step: step, of: 1000, note: note(), time: 0.011 * Double(step))
    }
    meter.finish()
    let shown = output.pieces.filter { $0 != "\n" }
    #expect(asked == shown.count && (display == .silent) == shown.isEmpty)
    for (index, piece) in shown.enumerated() { #expect(piece.contains("note \(index + 1)")) }
  }

  @Test("A pipe gets plain lines, the first after 3 s, then one every 5 s, and the end")
  func lines() {
    let pieces = run(.lines, steps: 1000, seconds: 20)
    #expect(pieces.count == 5)
    #expect(pieces[0] == "ring-8:  15%  150/1000  50.0 steps/s  loss 0.1234  17 s left\n")
    #expect(
      pieces.allSatisfy { $0.hasSuffix("\n") && !$0.contains("\u{1B}") && !$0.contains("\r") })
    #expect(run(.lines, steps: 1000, seconds: 2.5).isEmpty)
    #expect(run(.silent, steps: 1000, seconds: 20).isEmpty)
  }

  @Test("A resumed run does not count the steps of its first part")
  func resumed() {
    let output = Output()
    var meter = ProgressMeter("a", display: .lines) { output.pieces.append($0) }
    meter.update(step: 900, of: 1000, time: 0)
    meter.update(step: 930, of: 1000, time: 3)
    #expect(output.pieces == ["a:  93%  930/1000  10.0 steps/s  7.0 s left\n"])
  }

  @Test("A message stands on its own line and the bar returns below it")
  func message() {
    let output = Output()
    var meter = ProgressMeter("a", display: .bar(columns: 80, hasColor: false)) {
      output.pieces.append($0)
    }
    meter.update(step: 1, of: 10, time: 0)
    meter.message("warning")
    #expect(output.pieces.count == 4)
    #expect(output.pieces[1] == "\r\u{1B}[K" && output.pieces[2] == "warning\n")
    #expect(output.pieces[3] == output.pieces[0])
  }

  @Test("The display follows the terminal, TERM and NO_COLOR")
  func display() {
    func display(_ isTerminal: Bool, _ term: String?, _ noColor: String?) -> ProgressMeter.Display {
      .init(isTerminal: isTerminal, columns: 90, term: term, noColor: noColor)
    }
    #expect(display(false, "xterm", nil) == .lines)
    #expect(display(true, "dumb", nil) == .lines)
    #expect(display(true, "xterm", nil) == .bar(columns: 90, hasColor: true))
    #expect(display(true, "xterm", "") == .bar(columns: 90, hasColor: true))
    #expect(display(true, "xterm", "1") == .bar(columns: 90, hasColor: false))
  }
}
