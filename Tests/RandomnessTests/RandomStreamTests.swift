import Glibc
import LinearAlgebra
import Randomness
import Testing

@testable import LinearAlgebra

@Suite struct RandomStreamTests {
  // Known answers of philox4x32-10 from the Random123 distribution's kat_vectors file (Salmon et
  // al. 2011): counter words, key words, result words.
  @Test("Philox gives the published words")
  func knownAnswers() {
    let zeros = philoxBlock(key: 0, block: 0, position: 0, domain: 0)
    #expect(zeros == (0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8))
    let ones = philoxBlock(key: .max, block: .max, position: .max, domain: .max)
    #expect(ones == (0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd))
    // Counter 243f6a88 85a308d3 13198a2e 03707344, key a4093822 299f31d0.
    let pi = philoxBlock(
      key: 0x299f_31d0_a409_3822, block: 0x85a3_08d3_243f_6a88, position: 0x1319_8a2e,
      domain: 0x0370_7344)
    #expect(pi == (0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1))
  }

  @Test("Normals are those of Box and Muller from the words of their block")
  func boxMuller() {
    let stream = RandomStream(seed: 5, step: 3, purpose: .noise)
    let drawn = stream.normals(40, 1)
    for block in 0..<20 {
      let (u, v) = stream.uniforms(at: UInt64(block))
      let radius = (-2 * log(u)).squareRoot()
      // The angle's uniform has no half step added: v − 2⁻⁵³ turns.
      let angle = 2 * Double.pi * (v - 0x1p-53)
      #expect(abs(drawn[2 * block, 0] - radius * cos(angle)) < 1e-13)
      #expect(abs(drawn[2 * block + 1, 0] - radius * sin(angle)) < 1e-13)
    }
  }

  @Test("A number depends on its address only, not on how many are drawn at once")
  func addresses() {
    let stream = RandomStream(seed: 1, step: 2, purpose: .data)
    let whole = stream.normals(512, 3)
    for first in stride(from: 0, to: 512, by: 64) {
      #expect(stream.normals(64, 3, firstSample: first) == whole.rows(first..<first + 64))
    }
    let other = RandomStream(seed: 1, step: 2, purpose: .noise).normals(512, 3)
    #expect(whole.elements.indices.filter { whole.elements[$0] == other.elements[$0] }.isEmpty)
  }

  // Seed 11, 400 000 numbers. Each of the 2 × 6 statistics is normal to good approximation and is
  // allowed 5 standard errors: failure probability 6e-7 each.
  @Test("Normals have the moments and tails of the normal distribution")
  func distribution() {
    let n = 400_000
    func check(_ values: [Double]) {
      func mean(_ f: (Double) -> Double) -> Double { values.reduce(0) { $0 + f($1) } / Double(n) }
      let root = Double(n).squareRoot()
      #expect(abs(mean { $0 }) < 5 / root)
      #expect(abs(mean { $0 * $0 } - 1) < 5 * 2.0.squareRoot() / root)
      #expect(abs(mean { $0 * $0 * $0 }) < 5 * 15.0.squareRoot() / root)
      #expect(abs(mean { $0 * $0 * $0 * $0 } - 3) < 5 * 96.0.squareRoot() / root)
      for limit in [1.0, 3.5] {
        let p = erfc(limit / 2.0.squareRoot())
        #expect(
          abs(mean { abs($0) > limit ? 1 : 0 } - p) < 5 * (p * (1 - p)).squareRoot() / root)
      }
    }
    let stream = RandomStream(seed: 11, step: 0, purpose: .test)
    check(stream.normals(n, 1).elements)
    let arena = Arena<Float>(capacity: n)
    let single = arena.matrix(n, 1)
    stream.fillNormal(single, firstSample: 0)
    check(single.vector.doubles)
  }
}
