import Foundation
import LinearAlgebra
import Testing
import Training

@testable import Storage

@Suite struct RunFilesTests {
  private let folder: TemporaryFolder
  private let files: RunFiles

  init() throws {
    folder = try TemporaryFolder()
    files = RunFiles(output: folder["a"])
  }

  /// The shipped checkpoint as if it were after `step` steps, with what a run needs or without.
  private func put(_ name: String, step: Int, weightsOnly: Bool = false) throws {
    let shipped = try Checkpoint(path: CheckpointHistoryTests.example)
    let state = TrainingState(
      network: shipped.state.network, average: shipped.state.average,
      optimizer: OptimizerState(
        shipped.configuration.optimizer, shape: shipped.state.network.shape,
        bandCount: shipped.ledger.bandCount),
      embedding: shipped.state.embedding, preconditioning: shipped.state.preconditioning)
    try Checkpoint(
      configuration: shipped.configuration, dataset: shipped.dataset, state: state,
      ledger: shipped.ledger, history: TrainingHistory(), step: step
    ).write(to: folder[name], weightsOnly: weightsOnly)
  }

  @Test("The saved state with the most steps is taken, wherever it is, and becomes the output")
  func newest() throws {
    try put("a", step: 20)
    try put(".a.previous", step: 10)
    #expect(try files.newest().file == folder["a"] && files.newest().checkpoint.step == 20)
    try put(".a.77.0.tmp", step: 30)
    try folder.put([1, 2], ".a.78.0.tmp")
    let saved = try files.newest()
    #expect(saved.file.hasSuffix("/.a.77.0.tmp") && saved.checkpoint.step == 30)
    #expect(saved.skipped.count == 1)
    #expect(saved.skipped[0].description.contains(".a.78.0.tmp"))
    try files.restore(saved)
    #expect(try folder.names == [".a.previous", "a"])
    #expect(try Checkpoint(path: folder["a"]).step == 30)
  }

  @Test("A damaged output is passed over for the file before it, and says so")
  func damaged() throws {
    try put(".a.previous", step: 10)
    try put("a", step: 20)
    var bytes = try folder.bytes("a")
    bytes[bytes.count / 2] ^= 1
    try folder.put(bytes, "a")
    let saved = try files.newest()
    #expect(saved.checkpoint.step == 10)
    #expect(saved.skipped.map(\.kind) == [.malformedData])
    #expect(saved.skipped[0].description.hasPrefix(folder["a"]))
    try files.restore(saved)
    #expect(try folder.names == [".a.damaged", "a"])
    #expect(try Checkpoint(path: folder["a"]).step == 10)
    #expect(try folder.bytes(".a.damaged") == bytes)
  }

  @Test("A whole output is taken though the file before has more steps: it was put there")
  func rolledBack() throws {
    try put("a", step: 10)
    try put(".a.previous", step: 20)
    #expect(try files.newest().checkpoint.step == 10)
    try folder.put([], ".a.previous")
    #expect(try files.newest().skipped.isEmpty)
  }

  @Test("Without the output what is wrong with the others is the error; what is not a file is none")
  func others() throws {
    try folder.put([1], ".a.previous")
    var error = #expect(throws: StorageError.self) { try files.newest() }
    #expect(error?.kind == .malformedData)
    try FileManager.default.removeItem(atPath: folder[".a.previous"])
    try #require(mkfifo(folder[".a.previous"], 0o600) == 0)
    // Somebody's link must not have another run's checkpoint become the output, and be replaced.
    try put("b", step: 20)
    try FileManager.default.createSymbolicLink(
      atPath: folder[".a.1.0.tmp"], withDestinationPath: "b")
    error = #expect(throws: StorageError.self) { try files.newest() }
    #expect(error?.kind == .noInput)
  }

  @Test("Weights alone are not gone on from; nothing and nothing whole are two errors")
  func nothing() throws {
    var error = #expect(throws: StorageError.self) { try files.newest() }
    #expect(error?.kind == .noInput && error?.description.contains("--resume") == true)
    try put("a", step: 20, weightsOnly: true)
    error = #expect(throws: StorageError.self) { try files.newest() }
    #expect(error?.kind == .malformedData)
    #expect(error?.description.contains("weights only") == true)
    try put(".a.previous", step: 10)
    #expect(try files.newest().checkpoint.step == 10)
    try folder.put([], "a")
    try folder.put([], ".a.previous")
    error = #expect(throws: StorageError.self) { try files.newest() }
    #expect(error?.kind == .malformedData && error?.description.hasPrefix(folder["a"]) == true)
  }

  @Test("What dead runs left of this output goes, and nothing else")
  func temporaries() throws {
    for name in [
      ".a.123.0.tmp", ".a.9.12.tmp", ".a.b.1.0.tmp", ".a.x.0.tmp", ".a.1.tmp", "a.1.0.tmp", "a",
      ".a.previous", ".b.previous",
    ] {
      try folder.put([1], name)
    }
    files.removeTemporaries()
    #expect(
      try folder.names
        == [
          ".a.1.tmp", ".a.b.1.0.tmp", ".a.previous", ".a.x.0.tmp", ".b.previous", "a", "a.1.0.tmp",
        ])
    files.removePrevious()
    #expect(try !folder.names.contains(".a.previous") && folder.names.contains(".b.previous"))
  }
}
