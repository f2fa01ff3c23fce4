import Foundation
import JSONText
import Synchronization
import Testing

/// Runs that want the same file at the same time.
@Suite struct WriterTrials {
  private let place: Workplace
  private static let size = [
    "--steps", "20", "--batch", "64", "--width", "4", "--depth", "1", "--threads", "1", "--quiet",
  ]
  private static let count = TrialScale.count(small: 20, large: 200)

  init() throws {
    place = try Workplace()
    try place.put("1,2\n-1,0.5\n3,1\n0,0\n", "plane.csv")
  }

  /// Two runs at once, of which one can have what both want.
  private struct Contest {
    let place: Workplace
    let runs: [[String]]
    /// What each writes to in the end; it waits there until somebody reads.
    let pipes: [String]
    /// What both want.
    let file: String

    /// Makes the runs; returns the winner, and what it wrote to its pipe.
    ///
    /// Expects that it ends with 0, and that the other one ends before it and says who has the
    /// file.
    func winner(_ note: Comment) async throws -> (index: Int, piped: [UInt8]) {
      for pipe in pipes { try #require(mkfifo(place[pipe], 0o600) == 0) }
      let received = Mutex<(process: Int32, bytes: [UInt8])?>(nil)
      let outcomes = try await place.runTogether(runs) { [self] processes in
        let numbers = processes.map(\.processIdentifier)
        let patience = Date(timeIntervalSinceNow: 30)
        while numbers.allSatisfy({ !hasEnded($0) }) && Date() < patience { usleep(1_000) }
        // Neither has ended: both wait at their pipes, and both have the file.
        let waiting = numbers.indices.filter { !hasEnded(numbers[$0]) }
        guard waiting.count == 1 else {
          for index in waiting { kill(numbers[index], SIGKILL) }
          return
        }
        let winner = numbers[waiting[0]]
        received.withLock {
          $0 = (winner, WriterTrials.bytes(place[pipes[waiting[0]]], from: winner))
        }
      }
      let note = Comment("\(outcomes.map(\.stderr)); \(note)")
      #expect(outcomes.map(\.code).sorted() == [0, 75], note)
      let index = try #require(outcomes.firstIndex { $0.code == 0 }, note)
      let winner = received.withLock { $0 }
      let (process, bytes) = try #require(winner, note)
      #expect(outcomes[index].stderr == "", note)
      let message = outcomes[1 - index].stderr
      #expect(message.contains(file) && message.contains("process \(process) on "), note)
      #expect(message.split(separator: "\n").count == 1, note)
      return (index, bytes)
    }
  }

  /// What a process writes to a pipe until it ends.
  private static func bytes(_ pipe: String, from process: Int32) -> [UInt8] {
    // Without waiting for the writer, which may never come.
    let descriptor = open(pipe, O_RDONLY | O_NONBLOCK)
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let isLast = hasEnded(process)
      let count = read(descriptor, &buffer, buffer.count)
      if count > 0 {
        bytes += buffer[..<count]
      } else if isLast {
        return bytes
      } else {
        usleep(1_000)
      }
    }
  }

  @Test("Of two runs with the same output one has it, and the other says which")
  func output() async throws {
    // Two that can be told apart; each alone, for the bytes that it has to end in.
    let runs = ["1", "2"].map {
      ["train", "plane.csv", "--output", "m.safetensors", "--seed", $0] + Self.size
    }
    var results: [[UInt8]] = []
    for words in runs {
      try await place.expectSuccess(words)
      results.append(try place.bytes("m.safetensors"))
      try place.remove("m.safetensors")
    }
    let wins = try await TrialScale.results(0..<Self.count) { [place, results] trial in
      let place = try Workplace(copying: place)
      let pipes = ["0.jsonl", "1.jsonl"]
      let contest = Contest(
        place: place, runs: zip(runs, pipes).map { $0 + ["--metrics", $1] }, pipes: pipes,
        file: "m.safetensors")
      let (index, log) = try await contest.winner("trial \(trial)")
      #expect(try place.bytes("m.safetensors") == results[index])
      #expect(String(decoding: log, as: UTF8.self).hasPrefix("{"))
      #expect(place.contents.keys.sorted() == pipes + ["m.safetensors", "plane.csv"])
      return index
    }
    TrialScale.report(
      "WriterTrials: \(wins.count) times two runs with one output: one won, the first "
        + "\(wins.count { $0 == 0 }) times, and the other ended with 75 and named it")
  }

  @Test("Of two runs with the same log one has it, and the other says which")
  func log() async throws {
    let wins = try await TrialScale.results(0..<Self.count) { [place] trial in
      let place = try Workplace(copying: place)
      let pipes = ["0.safetensors", "1.safetensors"]
      let runs = pipes.map {
        ["train", "plane.csv", "--output", $0, "--metrics", "log.jsonl"] + Self.size
      }
      let contest = Contest(place: place, runs: runs, pipes: pipes, file: "log.jsonl")
      let (index, checkpoint) = try await contest.winner("trial \(trial)")
      try place.put(checkpoint, "m.safetensors")
      try await place.expectSuccess(["inspect", "m.safetensors", "--check", "--quiet"])
      let line = try JSONValue(reading: String(decoding: place.bytes("log.jsonl"), as: UTF8.self))
      #expect(line["step"] == 20)
      #expect(
        place.contents.keys.sorted() == pipes + ["log.jsonl", "m.safetensors", "plane.csv"])
      return index
    }
    TrialScale.report(
      "WriterTrials: \(wins.count) times two runs with one log: one won, the first "
        + "\(wins.count { $0 == 0 }) times, and the other ended with 75 and named it")
  }
}
