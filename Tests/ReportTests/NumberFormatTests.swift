import Report
import Testing

@Suite("Numbers as text")
struct NumberFormatTests {
  @Test(
    "A number shows the digits that were asked for",
    arguments: [
      (0.5, 3, "0.500"), (0.0, 3, "0"), (-0.0, 3, "0"), (-1.25e-7, 3, "-1.25e-7"),
      (12345.6, 3, "12346"), (1_234_567, 3, "1.23e6"), (0.0001, 2, "0.00010"),
      (9.9996, 4, "10.00"), (0.99996, 4, "1.000"), (Double.nan, 4, "nan"),
      (Double.infinity, 4, "inf"), (-Double.infinity, 4, "-inf"),
      (Double.leastNonzeroMagnitude, 2, "4.9e-324"),
      (Double.greatestFiniteMagnitude, 3, "1.80e308"),
    ])
  func number(value: Double, significant: Int, text: String) {
    #expect(formatNumber(value, significant: significant) == text)
  }

  @Test(
    "A number gives up digits where there is no room for them",
    arguments: [
      (-0.123, "-0.123"), (-0.0123, "-0.0123"), (-0.00123, "-0.0012"), (-1.23e-5, "-1.2e-5"),
      (-1.23e-123, "-1e-123"), (473049, "473049"), (-123456.7, "-123457"),
    ])
  func narrow(value: Double, text: String) {
    #expect(formatNumber(value, significant: 3, width: 7) == text)
  }

  @Test(
    "An estimate shows its error in units of the last digit",
    arguments: [
      (0.693_117, 0.000_083, "0.69312(8)"), (-0.693_117, 0.000_083, "-0.69312(8)"),
      (0.69, 0.0012, "0.6900(12)"), (2.0, 0.0961, "2.00(10)"), (2.0, 0.0196, "2.00(2)"),
      (0.0, 0.5, "0.0(5)"), (-0.00001, 0.5, "0.0(5)"), (0.0, 3e-9, "0(3)e-9"),
      (1.2e-7, 3e-9, "1.20(3)e-7"), (1234.0, 67.0, "1230(70)"), (12.3, 1.5, "12.3(15)"),
      (1234.0, 150.0, "1230(150)"), (2e8, 3e6, "2.00(3)e8"), (0.5, 0.0, "0.500000"),
      (0.5, 1e-30, "0.500000"), (0.5, .infinity, "0.500000(inf)"), (0.5, .nan, "0.500000(nan)"),
      (.nan, 0.1, "nan"), (-.infinity, 0.1, "-inf"), (0.0, 0.0, "0"),
    ])
  func estimate(value: Double, error: Double, text: String) {
    #expect(formatEstimate(value, standardError: error) == text)
  }

  @Test(
    "An error beyond the digits that there is room for is not shown",
    arguments: [
      (0.770_053, 1.2e-4, "0.77005(12)"), (0.770_053, 9e-6, "0.77005"),
      (0.770_053, 9e-5, "0.77005(9)"), (0.004_978_26, 2e-12, "0.0049783"), (123_456, 3, "123456"),
      (0.5, 0.2, "0.5(2)"),
    ])
  func limit(value: Double, error: Double, text: String) {
    #expect(formatEstimate(value, standardError: error, limit: 5) == text)
  }

  @Test(
    "A duration has at most two units",
    arguments: [
      (-1.0, "0.0 s"), (0.84, "0.8 s"), (9.96, "10 s"), (59.6, "1 min 00 s"), (185, "3 min 05 s"),
      (7620, "2 h 07 min"), (.infinity, "inf"), (.nan, "nan"),
    ])
  func duration(seconds: Double, text: String) {
    #expect(formatDuration(seconds) == text)
  }
}
