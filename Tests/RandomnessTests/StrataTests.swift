import Glibc
import LinearAlgebra
import Testing

@testable import Randomness

@Suite struct StrataTests {
  static func stream(
    cells: Int, dimension: Int = 2, ingredients: SampleIngredients = .init(uniforms: 1, normals: 0),
    seed: UInt64 = 3
  ) -> RandomStream {
    RandomStream(
      seed: seed, step: 0, purpose: .noise,
      strata: Strata(cells: cells, dimension: dimension, ingredients: ingredients, seed: seed))
  }

  @Test("Every cell gets two samples, neighbours in number", arguments: [1, 2, 7, 64, 100, 4095])
  func cells(count: Int) {
    let strata = Strata(
      cells: count, dimension: 3, ingredients: SampleIngredients(uniforms: 1, normals: 2),
      seed: 5)
    let drawn = (0..<2 * count).map { strata.cell(of: $0) }
    #expect(drawn.sorted() == (0..<2 * count).map { $0 / 2 })
    #expect((0..<count).allSatisfy { drawn[2 * $0] == drawn[2 * $0 + 1] })
  }

  @Test("A power of two of cells cuts each coordinate into equal parts with equal counts")
  func dyadic() {
    let cells = 512
    let stream = Self.stream(cells: cells)
    let z = stream.normals(2 * cells, 2)
    // Nine digits: the coin has the first, then three coordinates in turn.
    let counts = (0..<2 * cells).reduce(into: [Int: Int]()) { counts, sample in
      let u = stream.with(.data).uniforms(sample: sample).0
      let below = [z[sample, 0] < 0, z[sample, 1] < 0, stream.coin(sample: sample)]
      counts[below.reduce(Int(u * 4)) { 2 * $0 + ($1 ? 1 : 0) }, default: 0] += 1
    }
    #expect(counts.count == 32 && counts.values.allSatisfy { $0 == 32 })
  }

  // Seed 3; 6 coordinates × 2 moments at 5 standard errors, independent draws assumed (strata only
  // lower them): failure probability below 1e-5.
  @Test("Stratified numbers have the moments of independent ones, for any number of cells")
  func moments() {
    let cells = 3001
    let stream = Self.stream(
      cells: cells, ingredients: SampleIngredients(uniforms: 2, normals: 2))
    let noise = stream.normals(2 * cells, 2)
    let spread = stream.with(.dataNormal).normals(2 * cells, 2)
    let n = Double(2 * cells)
    for j in 0..<2 {
      for matrix in [noise, spread] {
        let values = (0..<2 * cells).map { matrix[$0, j] }
        #expect(abs(values.reduce(0, +) / n) < 5 / n.squareRoot())
        let square = values.reduce(0) { $0 + $1 * $1 } / n
        #expect(abs(square - 1) < 5 * (2 / n).squareRoot())
      }
    }
    let uniforms = (0..<2 * cells).map { stream.with(.data).uniforms(sample: $0) }
    for values in [uniforms.map { $0.0 }, uniforms.map { $0.1 }] {
      #expect(values.allSatisfy { $0 > 0 && $0 < 1 })
      #expect(abs(values.reduce(0, +) / n - 0.5) < 5 / (12 * n).squareRoot())
      let square = values.reduce(0) { $0 + $1 * $1 } / n
      #expect(abs(square - 1.0 / 3) < 5 * (4.0 / 45 / n).squareRoot())
    }
  }

  @Test("The mean of a smooth function is known far better than by independent samples")
  func efficiency() {
    func error(_ stream: RandomStream, _ count: Int) -> Double {
      let z = stream.normals(count, 2)
      let sum = (0..<count).reduce(0.0) { $0 + cos(z[$1, 0]) + sin(z[$1, 1]) }
      return abs(sum / Double(count) - exp(-0.5))
    }
    // Independent: variances (1 − e⁻¹)²/2 and (1 − e⁻²)/2, so 0.8 · (0.632/4096)^½ = 0.0099 on
    // average.
    let errors = (0..<16).map { error(Self.stream(cells: 2048, seed: $0), 4096) }
    // Three coordinates share eleven digits: a third of that.
    #expect(errors.reduce(0, +) / 16 < 0.0099 / 2.5)
  }

  @Test("Without strata the numbers of a sample are those at its address")
  func plain() {
    let stream = RandomStream(seed: 9, step: 4, purpose: .data)
    for sample in [0, 5, 77] {
      #expect(stream.uniforms(sample: sample) == stream.uniforms(at: UInt64(sample)))
      #expect(
        stream.uniforms(sample: sample, pair: 2, of: 3)
          == stream.uniforms(at: UInt64(3 * sample + 2)))
      #expect(stream.words(sample: sample) == stream.words(at: UInt64(sample)))
    }
  }

  @Test("Numbers depend on seed and address only, not on how many are drawn at once")
  func addresses() {
    let stream = Self.stream(cells: 128)
    let whole = stream.normals(256, 2)
    #expect(stream.normals(64, 2, firstSample: 128) == whole.rows(128..<192))
    let other = Self.stream(cells: 128, seed: 4).normals(256, 2)
    #expect(whole.elements.indices.allSatisfy { whole.elements[$0] != other.elements[$0] })
  }
}
