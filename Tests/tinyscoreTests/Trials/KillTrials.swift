import Foundation
import JSONText
import Testing

/// Runs that are killed with no warning.
@Suite struct KillTrials {
  private let place: Workplace
  private static let words = [
    "train", "plane.csv", "--output", "m.safetensors", "--steps", "600", "--batch", "64",
    "--width", "4", "--depth", "1", "--threads", "1", "--quiet", "--checkpoint-every", "3",
  ]

  init() throws {
    place = try Workplace()
    try place.put("1,2\n-1,0.5\n3,1\n0,0\n", "plane.csv")
  }

  /// What a trial came to.
  private struct Trial: Sendable {
    /// How often a run was killed, and how often there was no checkpoint then.
    var (kills, empty) = (0, 0)
  }

  @Test("Killed at any moment, and again, a run goes on to the bytes of one that was not")
  func kill() async throws {
    let whole = try Workplace(copying: place)
    let measured = try await whole.run(Self.words)
    #expect(measured.code == 0, "\(measured)")
    let seconds = measured.seconds
    let result = try whole.bytes("m.safetensors")
    let seed: UInt64 = 1
    let count = TrialScale.count(small: 20, large: 500)
    let trials = try await TrialScale.results(0..<count) { [place] index in
      var moments = SplitMix(state: seed << 32 + UInt64(index))
      let place = try Workplace(copying: place)
      var trial = Trial()
      let kills = Int.random(in: 1...3, using: &moments)
      var longest = seconds
      while trial.kills < kills {
        let moment = Double.random(in: 0...longest, using: &moments)
        if try await Self.isKilled(in: place, after: moment, &trial) { continue }
        // Faster than the run that was measured: it begins anew, and gets less time.
        try place.remove("m.safetensors")
        longest *= 0.7
      }
      let words = Self.words + (Self.hasCheckpoint(place) ? ["--resume"] : [])
      try await place.expectSuccess(words)
      #expect(try place.bytes("m.safetensors") == result, "trial \(index) of seed \(seed)")
      #expect(place.contents.keys.sorted() == ["m.safetensors", "plane.csv"])
      return trial
    }
    let (kills, empty) = trials.reduce((0, 0)) { ($0.0 + $1.kills, $0.1 + $1.empty) }
    #expect(kills >= count && empty < kills)
    TrialScale.report(
      "KillTrials: \(count) runs of \(String(format: "%.2f", seconds)) s, killed \(kills) times, "
        + "\(empty) times before their first save: all ended in equal bytes")
  }

  /// Begins or goes on, and expects a sound checkpoint or none after the end; returns whether that
  /// was a violent one.
  private static func isKilled(
    in place: Workplace, after moment: Double, _ trial: inout Trial
  ) async throws -> Bool {
    let words = Self.words + (hasCheckpoint(place) ? ["--resume"] : [])
    let outcome = try await place.run(words) { process in
      wait(moment, while: process.processIdentifier)
      if !hasEnded(process.processIdentifier) { Glibc.kill(process.processIdentifier, SIGKILL) }
    }
    #expect([0, -SIGKILL].contains(outcome.code), "\(outcome.code): \(outcome.stderr)")
    if outcome.code == 0 { return false }
    trial.kills += 1
    if place.has("m.safetensors") {
      try await place.expectSuccess(["inspect", "m.safetensors", "--check", "--quiet"])
    } else {
      trial.empty += 1
    }
    return true
  }

  private static func hasCheckpoint(_ place: Workplace) -> Bool { place.has("m.safetensors") }
}
