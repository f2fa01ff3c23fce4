import Foundation
import Testing

@Suite struct ManualTests {
  private static let mandoc = "/usr/bin/mandoc"

  @Test("The manual page has every command, option and exit code, and is not offered itself")
  func contents() async throws {
    let place = try Workplace()
    let page = try await place.expectSuccess(["manual"])
    let help = try await place.expectSuccess(["--help"])
    #expect(!help.contains("manual"))
    for command in [
      "train", "evaluate", "inspect", "score", "sample", "schedule", "bifurcations", "equations",
      "datasets",
    ] {
      #expect(page.contains("\n.Ss tinyscore \(command)\n"))
      let lines = try await place.expectSuccess([command, "--help"]).split(separator: "\n")
      for line in lines where line.hasPrefix("  --") {
        let name = line.drop { $0 == " " || $0 == "-" }.prefix { $0 != " " }
        let escaped = name.replacingOccurrences(of: "-", with: "\\-")
        let isThere = page.contains("\n.It Fl \\-\(escaped)")
        #expect(isThere, "\(command) --\(name)")
      }
    }
    for code in [0, 1, 64, 65, 66, 69, 70, 73, 74, 75] { #expect(page.contains("\n.It \(code)\n")) }
  }

  @Test(
    "The manual page is without fault and fits 80 columns",
    .enabled(
      if: FileManager.default.isExecutableFile(atPath: mandoc)
        || ProcessInfo.processInfo.environment["CI"] != nil,
      "mandoc is not installed: use 'make test'"))
  func source() async throws {
    let place = try Workplace()
    try place.put(try await place.expectSuccess(["manual"]), "tinyscore.1")
    let faults = try await place.runProgram(Self.mandoc, ["-T", "lint", "tinyscore.1"])
    #expect(faults.code == 0 && faults.text == "", "\(faults.text)")
    let page = try await place.runProgram(Self.mandoc, ["-T", "utf8", "tinyscore.1"])
    // A letter, a backspace and the letter again is a bold one.
    let lines = page.text.replacing(#/.\u{8}/#, with: "").split(separator: "\n")
    #expect(lines.count > 200)
    #expect(lines.allSatisfy { $0.count <= 80 }, "\(lines.filter { $0.count > 80 })")
  }
}
