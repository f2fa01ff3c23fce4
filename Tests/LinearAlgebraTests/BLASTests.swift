import Foundation
import LinearAlgebra
import Testing

@Suite("OpenBLAS")
struct BLASTests {
  /// Whether the processor has an instruction set, as the kernel tells.
  private func processorHas(_ flags: [String]) throws -> Bool {
    let text = try String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)
    let line = text.split(separator: "\n").first { $0.hasPrefix("flags") }
    let known = Set((line ?? "").split(separator: " ").map(String.init))
    return flags.allSatisfy(known.contains)
  }

  @Test("A processor with AVX2 is not left with kernels from before it")
  func kernelsFit() throws {
    // The user's own choice stands, whatever it is.
    guard ProcessInfo.processInfo.environment["OPENBLAS_CORETYPE"] == nil else { return }
    let modern = ["Haswell", "Zen", "SkylakeX", "Cooperlake", "SapphireRapids"]
    let hasAVX2 = try processorHas(["avx2", "fma"])
    #expect(!hasAVX2 || modern.contains(BLAS.coreType), "\(BLAS.coreType)")
  }
}
