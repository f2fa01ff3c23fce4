/// The number that the bytes write in decimal, correctly rounded; nil if they write none.
///
/// A number is an optional sign, digits with at most one point among, before or after them, and
/// optionally `e` or `E` with an integer. Nothing else: no spaces, hexadecimals, `inf` or `nan`,
/// and no locale. What is too large for a `Double` is infinite.
package func decimalValue(of bytes: Span<UInt8>) -> Double? {
  guard let decimal = ScannedDecimal(bytes) else { return nil }
  if let value = decimal.exactValue { return value }
  return slowDecimalValue(of: bytes)
}

/// The shortest decimal that reads back as `value`, integers up to 2⁵³ without a point.
///
/// A number that is not finite is `inf`, `-inf` or `nan`.
package func shortestText(of value: Double) -> String {
  // −0 keeps its point, as an integer has no such sign.
  if let integer = Int64(exactly: value), integer.magnitude <= JSONValue.exactIntegers,
    integer != 0 || value.sign == .plus
  {
    return String(integer)
  }
  return value.description
}

/// Swift's own conversion: correctly rounded, independent of the locale, linear in the length.
///
/// It reads more than decimals, so the bytes have been scanned before.
private func slowDecimalValue(of bytes: Span<UInt8>) -> Double? {
  guard let text = try? UTF8Span(validating: bytes) else { return nil }
  return Double(String(copying: text))
}

/// The digits of a decimal as an integer, and the power of ten that goes with it.
private struct ScannedDecimal {
  private var isNegative = false
  private var digits: UInt64 = 0
  private var exponent = 0
  /// Whether `digits` and `exponent` are the whole truth: they stop growing before they overflow.
  private var isWhole = true

  init?(_ bytes: Span<UInt8>) {
    var position = 0
    let count = bytes.count
    if position < count && (bytes[position] == minus || bytes[position] == plus) {
      isNegative = bytes[position] == minus
      position += 1
    }
    var digitCount = 0
    var point: Int?
    while position < count {
      let byte = bytes[position]
      if isDigit(byte) {
        digitCount += 1
        append(byte &- zero)
      } else if byte == decimalPoint && point == nil {
        point = digitCount
      } else {
        break
      }
      position += 1
    }
    guard digitCount > 0 else { return nil }
    exponent = point.map { $0 - digitCount } ?? 0
    if position < count {
      guard let written = Self.writtenExponent(bytes, from: position) else { return nil }
      // Both are far from overflow: one counts bytes, the other is bounded.
      exponent += written
    }
  }

  private mutating func append(_ digit: UInt8) {
    // Below 10¹⁸ another digit fits into 64 bits.
    guard digits < 1_000_000_000_000_000_000 else {
      isWhole = false
      return
    }
    digits = digits * 10 + UInt64(digit)
  }

  /// The exponent written from `start` to the end, bounded by ±10⁹; nil if there is none.
  private static func writtenExponent(_ bytes: Span<UInt8>, from start: Int) -> Int? {
    guard bytes[start] | 0x20 == UInt8(ascii: "e") else { return nil }
    var position = start + 1
    let hasSign =
      position < bytes.count && (bytes[position] == minus || bytes[position] == plus)
    let isNegative = hasSign && bytes[position] == minus
    if hasSign { position += 1 }
    guard position < bytes.count else { return nil }
    var exponent = 0
    while position < bytes.count {
      guard isDigit(bytes[position]) else { return nil }
      exponent = min(exponent * 10 + Int(bytes[position] &- zero), 1_000_000_000)
      position += 1
    }
    return isNegative ? -exponent : exponent
  }

  /// The number where one rounding gives it, nil elsewhere.
  ///
  /// The digits and the power of ten are doubles, so their product or quotient is correctly rounded
  /// (Clinger 1990).
  var exactValue: Double? {
    guard isWhole && digits <= 1 << 53 else { return nil }
    let magnitude = Double(digits)
    let value: Double
    switch exponent {
    case 0...22: value = magnitude * powersOfTen[exponent]
    case -22..<0: value = magnitude / powersOfTen[-exponent]
    default: return nil
    }
    return isNegative ? -value : value
  }
}

/// The powers of ten that are doubles.
private let powersOfTen: [Double] = [
  1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17,
  1e18, 1e19, 1e20, 1e21, 1e22,
]

private let zero = UInt8(ascii: "0")
private let minus = UInt8(ascii: "-")
private let plus = UInt8(ascii: "+")
private let decimalPoint = UInt8(ascii: ".")

/// Whether the byte is one of `0` to `9`.
func isDigit(_ byte: UInt8) -> Bool { byte &- zero <= 9 }
