import Foundation
import JSONText
import Testing

@Suite("Pages and figures")
struct PageTests {
  private let place: Workplace

  init() throws {
    place = try Workplace()
    try place.putPair()
    try place.put("1,2\n-1,0.5\n3,1\n", "plane.csv")
  }

  private func page(_ name: String = "r.html") throws -> String {
    String(decoding: try place.bytes(name), as: UTF8.self)
  }

  @Test("The page of a network in the plane has every section, and names the command")
  func sections() async throws {
    try await place.train("plane.csv", to: "m.safetensors")
    let words = ["evaluate", "m.safetensors", "--report", "r.html", "--levels", "12"]
    try await place.expectSuccess(words + ["--samples", "256", "--paths", "32", "--quiet"])
    let page = try page()
    #expect(page.hasPrefix("<!DOCTYPE html>") && page.contains("tinyscore evaluate m.safetensors"))
    for title in [
      "Entropy rate per e-fold", "Error of the bandwidth fraction", "Relative error",
      "The loss, split", "Expected divergence", "The data&#39;s part of the divergence",
      "Balance of the marginal entropy", "Paths of fixed points", "Effective dimension",
      "Samples beside the data", "Noise levels for a sampler", "How to read this",
      "not of what another training run would have learned",
    ] { #expect(page.contains(title), "\(title)") }
    // The area under the rate carries its size.
    #expect(
      page.contains(try Regex(#"<text>[0-9.]+\([0-9]+\) nats</text>|<text>[0-9.]+ nats</text>"#)))
  }

  @Test("Points in 64 dimensions are shown as tiles")
  func tiles() async throws {
    let rows = (0..<3).map { row in (0..<64).map { "\(($0 * (row + 2)) % 17)" } }
    try place.put(rows.map { $0.joined(separator: ",") + "\n" }.joined(), "images.csv")
    try await place.expectSuccess(
      ["evaluate", "images.csv", "--report", "r.html"] + smallEvaluation)
    #expect(try page().contains("Samples below the data"))
  }

  @Test("Without gnuplot the code is 69, the package is named, and everything else is done")
  func noGnuplot() async throws {
    let words = ["--report", "r.html", "--json", "o.json", "--figures", "figures"]
    for command in [["evaluate", "pair.json"] + smallEvaluation, ["bifurcations", "pair.json"]] {
      let outcome = try await place.run(command + words, environment: ["PATH": "/nowhere"])
      #expect(outcome.code == 69 && outcome.stderr.contains("gnuplot-nox"), "\(outcome.stderr)")
      #expect(outcome.stdout.contains("0.5") || outcome.stdout.contains("pitchfork"))
      #expect(try JSONValue(reading: place.bytes("o.json"))["schema"] != nil)
      #expect(try page().contains("Not drawn") && !page().contains("<svg"))
      try place.remove("r.html")
      try place.remove("o.json")
    }
  }

  @Test("A gnuplot that fails or writes something else is an error that the page names, too")
  func badGnuplot() async throws {
    try place.makeFolder("bin")
    for (script, word) in [("echo garbage", "no svg"), ("exit 3", "status 3")] {
      try place.put("#!/bin/sh\ncat >/dev/null\n\(script)\n", "bin/gnuplot")
      try FileManager.default.setAttributes(
        [.posixPermissions: 0o755], ofItemAtPath: place["bin/gnuplot"])
      let outcome = try await place.run(
        ["evaluate", "pair.json", "--report", "r.html", "--figures", "f"] + smallEvaluation,
        environment: ["PATH": place["bin"] + ":/usr/bin:/bin"])
      #expect(outcome.code == 74 && outcome.stderr.contains(word), "\(outcome.stderr)")
      #expect(try page().contains(word) && !place.has("f"))
      #expect(outcome.stdout.contains("nats"))
    }
  }

  @Test("Every figure of a page is a file of each kind, numbered as on the page")
  func figures() async throws {
    for command in [["evaluate", "pair.json"] + smallEvaluation, ["bifurcations", "pair.json"]] {
      try await place.expectSuccess(command + ["--figures", "f", "--report", "r.html"])
      let count = try page().ranges(of: "<figcaption>").count
      let names = try FileManager.default.contentsOfDirectory(atPath: place["f"]).sorted()
      #expect(count > 3 && names.count == 3 * count)
      for (index, name) in names.enumerated() {
        let bytes = try place.bytes("f/" + name)
        #expect(Int(name.prefix(2)) == index / 3 + 1, "\(name)")
        let starts = ["pdf": "%PDF", "png": "\u{89}PNG", "svg": "<?xml"]
        let start = try #require(starts[String(name.suffix(3))])
        #expect(bytes.starts(with: start.unicodeScalars.map { UInt8($0.value) }), "\(name)")
      }
      try place.remove("f")
    }
  }

  @Test("A folder of figures that is a file, or in no folder, is an error before the work")
  func badFolder() async throws {
    for folder in ["pair.json", "no/where"] {
      try await place.expectError(
        73, ["evaluate", "pair.json", "--figures", folder, "--quiet"], mentions: [folder])
    }
    for (option, name) in [("figures", "-"), ("figures", ""), ("json", ""), ("report", "")] {
      try await place.expectError(
        64, ["evaluate", "pair.json", "--\(option)", name], mentions: ["--\(option)"])
    }
  }

  @Test("Several models make one page")
  func severalModels() async throws {
    try await place.train("pair.json", to: "m.safetensors")
    try await place.expectSuccess(
      ["evaluate", "m.safetensors", "pair.json", "--report", "r.html"] + smallEvaluation)
    let page = try page()
    #expect(page.contains("2 models") && page.contains("Entropy rate by the loss"))
    #expect(page.contains("m.safetensors") && page.contains("several seeds"))
  }
}
