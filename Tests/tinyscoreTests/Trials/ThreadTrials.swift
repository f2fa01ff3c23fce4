import Foundation
import JSONText
import Testing

/// The same bytes for any number of threads.
@Suite struct ThreadTrials {
  private let place: Workplace
  private static let threads = ["1", "2", "3", "4", "7"]
  /// Kernels that OpenBLAS 0.3.21 takes by name; not those that need what only some processors of
  /// AMD had (FMA4).
  private static let coreTypes = [
    "Prescott", "Core2", "Penryn", "Dunnington", "Nehalem", "Barcelona", "Nano", "Bobcat",
    "Sandybridge", "Haswell", "Zen", "SkylakeX", "Cooperlake", "SapphireRapids",
  ]

  init() throws {
    place = try Workplace()
    try place.put("1,2\n-1,0.5\n3,1\n0,0\n", "plane.csv")
  }

  /// What makes every kind of file, in this order; more than one micro-shard, the last not full.
  private static let commands = [
    "train plane.csv --output m.safetensors --steps 60 --batch 700 --width 8 --depth 2",
    "evaluate m.safetensors --levels 4 --samples 700 --paths 40 --json o.json --csv o.csv "
      + "--totals t.csv",
    "sample m.safetensors --count 700 --steps 6 --output heun.npy",
    "sample m.safetensors --count 700 --steps 6 --sampler sde --output sde.npy",
    "score m.safetensors --points heun.npy --sigma 0.5 --output score.npy",
    "score m.safetensors --points heun.npy --sigma 0.5 --quantity jacobian --output jacobian.npy",
    "schedule m.safetensors --steps 9 --output s.json",
    "schedule plane.csv --kind rescaled-entropic --steps 9 --format npy --output s.npy",
    "bifurcations m.safetensors --samples 100 --json b.json",
  ]
  /// The same with figures, which take most of the time.
  private static let drawings = [
    "evaluate m.safetensors --levels 3 --samples 300 --paths 8 --report o.html --figures drawn",
    "bifurcations plane.csv --samples 100 --report b.html",
  ]

  /// All files that the commands make.
  private static func files(
    _ commands: [String], threads: String, coreType: String?, in place: Workplace
  ) async throws -> [String: [UInt8]] {
    let place = try Workplace(copying: place)
    var environment = ProcessInfo.processInfo.environment
    if let coreType { environment["OPENBLAS_CORETYPE"] = coreType }
    for command in commands {
      let words = command.split(separator: " ").map(String.init)
      let outcome = try await place.run(
        words + ["--quiet", "--threads", threads], environment: environment)
      #expect(outcome.code == 0, "\(command): \(outcome.stderr)")
    }
    return place.contents
  }

  @Test("Checkpoints and results have the same bytes for 1, 2, 3, 4 and 7 threads")
  func threads() async throws {
    let all = try await TrialScale.results(Self.threads) { [place] threads in
      // Figures depend on the numbers alone, which are compared for each number of threads.
      let isDrawn = TrialScale.isLarge || ["1", "7"].contains(threads)
      return try await Self.files(
        Self.commands + (isDrawn ? Self.drawings : []), threads: threads, coreType: nil, in: place)
    }
    let first = try #require(all.max { $0.count < $1.count })
    for name in ["m.safetensors", "o.json", "o.csv", "b.json", "s.npy", "o.html", "b.html"] {
      #expect(first[name]?.isEmpty == false, "\(name)")
    }
    for kind in [".svg", ".pdf", ".png"] { #expect(first.keys.contains { $0.hasSuffix(kind) }) }
    for files in all {
      for (name, bytes) in files { #expect(first[name] == bytes, "\(name) differs") }
    }
    TrialScale.report(
      "ThreadTrials: \(first.count) files with 1, 2, 3, 4 and 7 threads: equal bytes")
  }

  @Test(
    "So they have with the kernels for each processor, and again",
    .enabled(if: TrialScale.isLarge, "large trials only"))
  func coreTypes() async throws {
    var checkpoints: [String: [UInt8]] = [:]
    for coreType in Self.coreTypes {
      let runs = try await TrialScale.results(Self.threads + Self.threads) { [place] threads in
        try await Self.files(Self.commands, threads: threads, coreType: coreType, in: place)
      }
      let first = try #require(runs.first)
      for files in runs { #expect(files == first, "\(coreType)") }
      let place = try Workplace()
      try place.put(try #require(first["m.safetensors"]), "m.safetensors")
      let saved = try JSONValue(
        reading: await place.expectSuccess(["inspect", "m.safetensors", "--json"]))
      // OpenBLAS takes other kernels where the processor has not what these need.
      guard saved["provenance"]?["coreType"]?.text == coreType else { continue }
      checkpoints[coreType] = first["m.safetensors"]
    }
    #expect(checkpoints.count > 1)
    TrialScale.report(
      "ThreadTrials: equal bytes with 1, 2, 3, 4 and 7 threads, twice, with each of the kernels "
        + checkpoints.keys.sorted().joined(separator: ", "))
  }
}
