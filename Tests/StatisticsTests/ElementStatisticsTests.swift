import Statistics
import Testing

@Suite struct ElementStatisticsTests {
  @Test("Range, moments and counts are those of their definitions")
  func definitions() throws {
    let of = ElementStatistics([3, 0, -1, -0.0, 2], bins: 4)
    #expect(of.count == 5 && of.zeros == 2 && of.notNumbers == 0 && of.infinities == 0)
    #expect(of.minimum == -1 && of.maximum == 3)
    // Mean 4/5; squares about it 14/5 − 16/25 = 54/25.
    #expect(abs(try #require(of.mean) - 0.8) < 1e-15)
    #expect(abs(try #require(of.standardDeviation) - 2.16.squareRoot()) < 1e-15)
    #expect(abs(try #require(of.norm) - 14.0.squareRoot()) < 1e-15)
    #expect(of.histogram == [1, 2, 0, 2])
  }

  @Test("What is not finite is counted and left out of the rest")
  func notFinite() {
    let of = ElementStatistics([.nan, 1, .infinity, 2, -.infinity], bins: 2)
    let rest = ElementStatistics([1, 2], bins: 2)
    #expect(of.count == 5 && of.notNumbers == 1 && of.infinities == 2)
    #expect(of.minimum == 1 && of.maximum == 2 && of.mean == rest.mean && of.norm == rest.norm)
    #expect(of.standardDeviation == rest.standardDeviation && of.histogram == [1, 1])
    let none = ElementStatistics([.nan])
    #expect(none.minimum == nil && none.mean == nil && none.norm == nil && none.histogram == [])
    #expect(ElementStatistics([]).maximum == nil)
  }

  @Test(
    "No square overflows or vanishes",
    arguments: [1e308, 1e-308, Double.leastNonzeroMagnitude, .greatestFiniteMagnitude / 2])
  func extremes(size: Double) throws {
    let of = ElementStatistics([size, -size], bins: 2)
    #expect(of.mean == 0 && of.standardDeviation == size && of.histogram == [1, 1])
    let norm = try #require(of.norm)
    #expect(
      abs(norm / size - 2.0.squareRoot()) < 1e-15
        || size < Double.leastNormalMagnitude && norm == size)
  }

  @Test("Numbers that are all the same lie in the middle bin", arguments: [0.0, -3, 1e300])
  func constant(value: Double) {
    let of = ElementStatistics([value, value], bins: 3)
    #expect(of.histogram == [0, 2, 0] && of.standardDeviation == 0 && of.mean == value)
  }

  @Test("Distances are those of their definitions")
  func distance() throws {
    let of = ElementDistance([3, 4, 0], [3, 1, -4])
    #expect(of.firstDifference == 1 && of.largest == 4 && of.relative == 1)
    #expect(abs(of.rms - (25.0 / 3).squareRoot()) < 1e-15)
    let same = ElementDistance([1, 2], [1, 2])
    #expect(same.firstDifference == nil && same.largest == 0 && same.rms == 0)
  }

  @Test("Zeros of other signs differ by their bits, and nothing is relative to zeros")
  func zeros() {
    let of = ElementDistance([0, 0], [0, -0.0])
    #expect(of.firstDifference == 1 && of.largest == 0 && of.relative == nil)
    #expect(ElementDistance([], []).rms == 0)
  }
}
