import Distributions
import ForwardProcess
import Foundation
import LinearAlgebra
import Testing

/// The example of the README for those who build on the modules, who see what is public and no
/// more: so does this target.
@Suite struct LibraryExampleTests {
  @Test("The README's example is the one that runs here")
  func sameText() throws {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    let source = try String(
      contentsOf: folder.appendingPathComponent("LibraryExample.swift"), encoding: .utf8)
    let readme = try String(
      contentsOf: folder.deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("README.md"), encoding: .utf8)
    let section = try #require(
      readme.components(separatedBy: "\n## As a library\n").dropFirst().first)
    let blocks = section.components(separatedBy: "\n## ")[0].components(separatedBy: "```swift\n")
    #expect(blocks.dropFirst().contains { $0.components(separatedBy: "```")[0] == source })
  }

  @Test("A linear score's loss is D v / (v + σ²), and its integral bounds the entropy")
  func bound() throws {
    let bound = try #require(try lossOfLinearScore().integrals?.loss.value)
    let law = try PointsLaw(points: Matrix([[1, 0], [-1, 0], [0, 1], [0, -1]]))
    // D/2 ln((v + σ²)/σ²) is an integral of the loss; the trapezoid rule on 48 levels errs by 1e-3
    // of it at most.
    let open = { (sigma: Double) in log(0.5 / (sigma * sigma) + 1) }
    let expected = open(law.noiseRange.minimum) - open(law.noiseRange.maximum)
    #expect(abs(bound - expected) < 1e-3 * expected, "\(bound), \(expected)")
    #expect(bound > log(4), "\(bound)")
  }
}
