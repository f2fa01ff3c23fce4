import JSONText
import Testing

@Suite struct DecimalTextTests {
  private func value(of text: String) -> Double? { decimalValue(of: Array(text.utf8).span) }

  @Test(
    "A decimal is read as Swift reads it",
    arguments: [
      "0", "-0", "+1", "1.", ".5", "-.5e-3", "007", "1e22", "1e23", "1e-22", "1e-23",
      "123456789e15",
      "9007199254740993", "9007199254740992.5", "0.1", "3.141592653589793", "5e-324", "2e-324",
      "1.7976931348623157e308", "1.7976931348623159e308", "1e400", "-1e400", "1e-400",
      "1e99999999999999999999", "0e99999999999999999999", "1e-99999999999999999999",
      "12345678901234567890", "1234567890123456789e-5", "0.000000000000000000000001e24",
      "8.41e-10", "2.2250738585072011e-308", "1" + String(repeating: "0", count: 400) + "e-400",
    ])
  func decimals(text: String) throws {
    let expected = try #require(Double(text))
    let value = try #require(self.value(of: text))
    #expect(value.bitPattern == expected.bitPattern)
  }

  @Test(
    "What is not a decimal is refused",
    arguments: [
      "", "+", "-", ".", "e5", "1e", "1e+", "1e5.", "1..2", "1.2.3", "--1", "+-1", "0x10", "0x1p3",
      "inf", "-inf", "nan", "NaN", "infinity", "1 ", " 1", "1,5", "1_000", "1f", "1e5x", "٣", "1\0",
    ])
  func refused(text: String) { #expect(value(of: text) == nil) }

  @Test("The shortest text of any double reads back as the same double")
  func roundTrip() throws {
    var generator = SplitMix(state: 1)
    for _ in 0..<100_000 {
      let value = Double(bitPattern: generator.next())
      guard value.isFinite else { continue }
      let read = try #require(self.value(of: shortestText(of: value)))
      #expect(read.bitPattern == value.bitPattern)
    }
  }

  @Test("Short decimals read as Swift reads them, at every length and exponent")
  func shortDecimals() throws {
    var generator = SplitMix(state: 2)
    for _ in 0..<100_000 {
      let digits = generator.next() >> UInt64.random(in: 0..<64, using: &generator)
      let exponent = Int.random(in: -30...30, using: &generator)
      let text = "\(digits)e\(exponent)"
      let read = try #require(value(of: text))
      #expect(read.bitPattern == Double(text)?.bitPattern, "\(text)")
    }
  }

  @Test(
    "Integers up to 2⁵³ are written without a point",
    arguments: [
      (0.0, "0"), (-0.0, "-0.0"), (1, "1"), (-3, "-3"), (0.5, "0.5"), (1e-5, "1e-05"),
      (9_007_199_254_740_992, "9007199254740992"), (-9_007_199_254_740_992, "-9007199254740992"),
      (9_007_199_254_740_994, "9.007199254740994e+15"), (1e17, "1e+17"),
      (.leastNonzeroMagnitude, "5e-324"),
    ])
  func shortest(value: Double, text: String) { #expect(shortestText(of: value) == text) }
}

/// The generator SplitMix64 (Steele, Lea and Flood 2014), for reproducible cases.
struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
