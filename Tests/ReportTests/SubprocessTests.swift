import Report
import Testing

@Suite("Other programs")
struct SubprocessTests {
  private func run(
    _ program: String, _ arguments: [String], input: [UInt8] = [], timeout: Double = 60
  ) throws -> Subprocess.Result {
    try Subprocess.run(
      program, arguments, input: input, environment: ["PATH=/usr/bin:/bin"], timeout: timeout,
      package: "a-package")
  }

  @Test("Input larger than any buffer comes back whole")
  func largeInput() throws {
    let input = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
    let result = try run("cat", [], input: input)
    #expect(result.status == 0 && result.output == input && result.errors.isEmpty)
  }

  @Test("Status and messages of a failure are kept, its unread input is no harm")
  func failure() throws {
    let input = [UInt8](repeating: 65, count: 1 << 20)
    let result = try run("sh", ["-c", "exec <&-; echo bad >&2; exit 3"], input: input)
    #expect(result.status == 3 && result.errors == Array("bad\n".utf8))
    #expect(try run("sh", ["-c", "kill -KILL $$"]).status == 128 + 9)
  }

  @Test("A program that takes too long is stopped")
  func timeout() {
    #expect(throws: ReportError.programTimedOut(program: "sleep", seconds: 0.2)) {
      try run("sleep", ["60"], timeout: 0.2)
    }
  }

  @Test("A missing program is an error that names its package")
  func missing() {
    #expect(
      throws: ReportError.programMissing(program: "no-such-gnuplot", package: "gnuplot-nox")
    ) {
      let figure = Figure(
        title: "", caption: "", xAxis: .init("x"), yAxis: .init("y"), series: [])
      return try Gnuplot(program: "no-such-gnuplot").render(figure, as: .svg)
    }
    let error = ReportError.programMissing(program: "gnuplot", package: "gnuplot-nox")
    #expect(error.description.contains("apt-get install gnuplot-nox"))
  }
}
