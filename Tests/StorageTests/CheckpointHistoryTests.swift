import Foundation
import Storage
import Testing
import Training

@Suite struct CheckpointHistoryTests {
  /// The shipped checkpoint, of a run of 8000 steps.
  static let example = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("checkpoints/example.safetensors").path

  private let file: SafetensorsFile

  init() throws { file = try SafetensorsFile(path: Self.example) }

  /// The checkpoint with this tensor in the place of its history.
  private func checkpoint(_ history: Tensor?) throws -> Checkpoint {
    var tensors = file.tensors
    tensors["ledger.history"] = history
    return try Checkpoint(
      SafetensorsFile(metadata: file.metadata, tensors: tensors), path: "m.safetensors")
  }

  @Test("A history is read as it was written, with weights alone too")
  func roundTrip() throws {
    let rows = [[1, 2.5, 0, 0], [8000, -1e-3, 0.25, 3]]
    let read = try checkpoint(Tensor(rows.flatMap(\.self), shape: [2, 4]))
    #expect(
      read.history.rows == [
        .init(step: 1, entropy: 2.5, standardError: 0, gradientNorm: 0),
        .init(step: 8000, entropy: -1e-3, standardError: 0.25, gradientNorm: 3),
      ])
    for weightsOnly in [false, true] {
      let tensor = read.file(weightsOnly: weightsOnly).tensors["ledger.history"]
      #expect(tensor == Tensor(rows.flatMap(\.self), shape: [2, 4]))
    }
  }

  @Test("A checkpoint without a history has an empty one, and is written without")
  func absent() throws {
    let read = try checkpoint(nil)
    #expect(read.history.rows.isEmpty)
    #expect(read.file(weightsOnly: true).tensors["ledger.history"] == nil)
  }

  @Test("The shipped checkpoint has a row at every fortieth step, down to its ledger's entropy")
  func shipped() throws {
    let checkpoint = try Checkpoint(path: Self.example)
    let rows = checkpoint.history.rows
    #expect(rows.map(\.step) == (1...200).map { 40 * $0 })
    #expect(rows.last?.entropy == checkpoint.ledger.integral?.value)
    #expect(rows.last?.standardError == checkpoint.ledger.integral?.standardError)
    #expect(try #require(rows.first).entropy > 1.5 * #require(rows.last).entropy)
  }

  @Test(
    "A history that no run has is corrupt, and the row is named",
    arguments: [
      ([0, 2, 0.1, 1], "row 0"), ([-1, 2, 0.1, 1], "row 0"), ([1.5, 2, 0.1, 1], "row 0"),
      ([8001, 2, 0.1, 1], "row 0"), ([1e300, 2, 0.1, 1], "row 0"), ([.nan, 2, 0.1, 1], "row 0"),
      ([1, .nan, 0.1, 1], "row 0"), ([1, .infinity, 0.1, 1], "row 0"),
      ([1, 2, -0.1, 1], "row 0"), ([1, 2, .infinity, 1], "row 0"), ([1, 2, 0.1, -1], "row 0"),
      ([1, 2, 0.1, .nan], "row 0"), ([5, 2, 0.1, 1, 5, 2, 0.1, 1], "row 1"),
      ([5, 2, 0.1, 1, 4, 2, 0.1, 1], "row 1"),
      ([8000, 2, 0.1, 1, 8001, 2, 0.1, 1], "row 1"),
    ])
  func impossibleRows(numbers: [Double], place: String) {
    let text = message { _ = try checkpoint(Tensor(numbers, shape: [numbers.count / 4, 4])) }
    #expect(text.contains("m.safetensors, tensor 'ledger.history', \(place): expected"), "\(text)")
  }

  @Test("A history of another shape or type is corrupt")
  func impossibleShapes() {
    let tensors = [
      Tensor([1.0, 2, 0.1, 1]), Tensor([1.0, 2, 0.1], shape: [1, 3]),
      Tensor([1.0, 2, 0.1, 1], shape: [1, 1, 4]), Tensor([Double](), shape: [0, 4]),
      Tensor([Float](arrayLiteral: 1, 2, 0.1, 1), shape: [1, 4]),
    ]
    for tensor in tensors {
      let text = message { _ = try checkpoint(tensor) }
      #expect(text.contains("'ledger.history': expected F64 of shape [rows, 4]"), "\(text)")
    }
  }
}
