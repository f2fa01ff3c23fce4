import Foundation
import Testing

@Suite struct SampleTests {
  private let place: Workplace

  init() throws {
    place = try Workplace()
    try place.put("0,1\n2,1.5\n-1,0\n3,-2\n", "points.csv")
  }

  @Test("A checkpoint whose points are gone still samples, and says what it starts from")
  func movedPoints() async throws {
    try await place.train("points.csv", to: "m.safetensors")
    let words = ["sample", "m.safetensors", "--count", "10", "--steps", "5", "--output"]
    let before = try await place.run(words + ["a.npy"])
    #expect(before.code == 0 && before.stderr == "")
    try place.remove("points.csv")
    let after = try await place.run(words + ["b.npy"])
    #expect(after.code == 0 && after.stdout == "")
    #expect(after.stderr.contains("m.safetensors are not at hand"))
    #expect(try place.bytes("a.npy") != place.bytes("b.npy"))
    // Entropic levels need the data: the loss is taken on them.
    try await place.expectError(
      66, words + ["c.npy", "--schedule", "entropic", "--quiet"], mentions: ["points.csv"])
  }

  @Test("The tolerance of a checkpoint is not below what single precision can follow")
  func tolerance() async throws {
    try await place.train("points.csv", to: "m.safetensors")
    let words = ["sample", "m.safetensors", "--count", "10", "--sampler", "adaptive", "--quiet"]
    try await place.expectError(
      64, words + ["--output", "a.npy", "--tolerance", "1e-9"], mentions: ["--tolerance", "1e-8"])
    try await place.expectSuccess(words + ["--output", "a.npy", "--tolerance", "1e-6"])
  }

  @Test(
    "Numbers that leave their range end with code 70 and the seed",
    arguments: ["adaptive", "heun", "sde"])
  func notFinite(sampler: String) async throws {
    // At 1e160 the squares of distances are no numbers any more.
    try place.put("1e160\n-1e160\n", "far.csv")
    let outcome = try await place.run(
      ["sample", "far.csv", "--count", "5", "--sampler", sampler, "--output", "o.npy"])
    #expect(outcome.code == 70 && outcome.stdout == "")
    #expect(outcome.stderr.contains("with seed 0"))
    #expect(!place.has("o.npy"))
  }
}
