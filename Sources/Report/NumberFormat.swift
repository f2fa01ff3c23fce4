internal import Glibc

/// The decimal text of a number with a fixed count of significant digits.
///
/// Trailing zeros are kept: `formatNumber(0.5, significant: 3)` is `0.500`. Magnitudes below 1e-4,
/// and those of 1e6 or more with fewer digits asked than they have, are written `1.23e-7`; whole
/// numbers below a million are always written out. Zero is `0`, and what is not finite `nan`,
/// `inf`, `-inf`.
public func formatNumber(_ value: Double, significant: Int = 6) -> String {
  precondition(significant >= 1)
  guard value.isFinite else { return nonFiniteText(value) }
  guard value != 0 else { return "0" }
  let scientific = Decimal(value, decimals: significant - 1)
  if scientific.exponent < -4 || scientific.exponent >= max(significant, 6) {
    return "\(scientific.mantissa)e\(scientific.exponent)"
  }
  return formatFixed(value, decimals: max(0, significant - 1 - scientific.exponent))
}

/// The decimal text with as many significant digits as `width` characters hold, at least one and at
/// most `significant`.
public func formatNumber(_ value: Double, significant: Int, width: Int) -> String {
  let texts = (1...significant).reversed().lazy.map { formatNumber(value, significant: $0) }
  return texts.first { $0.count <= width } ?? formatNumber(value, significant: 1)
}

/// The decimal text of a number with its standard error in brackets, in units of the last digit.
///
/// `0.69312(8)` is 0.69312 ± 0.00008. The error has one digit, or two where the first is 1 (so that
/// rounding changes it by less than a fifth); `1.20(3)e-7` outside of 1e-5 … 1e6. An error of 0, or
/// below the resolution of the value, marks an exact number: it is written with `significant`
/// digits and no brackets, and so is a number whose error lies beyond the first `limit` digits.
/// What is not finite is `nan`, `inf` or `-inf`, as a value and as an error.
public func formatEstimate(
  _ value: Double, standardError: Double, significant: Int = 6, limit: Int = .max
) -> String {
  precondition(!(standardError < 0), "A standard error is not negative")
  guard value.isFinite else { return nonFiniteText(value) }
  guard standardError.isFinite else {
    return "\(formatNumber(value, significant: significant))(\(nonFiniteText(standardError)))"
  }
  guard standardError > value.magnitude * Double.ulpOfOne else {
    return formatNumber(value, significant: significant)
  }
  let (count, unit) = roundedError(standardError)
  let top = Decimal(max(value.magnitude, standardError), decimals: 0).exponent
  guard top - unit < limit else { return formatNumber(value, significant: limit) }
  guard top < -5 || top >= 6 else {
    // An error of tens and more rounds the digits before the point too: 1230(70).
    let scale = pow(10, Double(max(0, unit)))
    let rounded = (value / scale).rounded() * scale
    let digits = formatFixed(unit > 0 ? rounded : value, decimals: max(0, -unit))
    return "\(digits)(\(unit > 0 ? formatFixed(Double(count) * scale, decimals: 0) : "\(count)"))"
  }
  // Two factors, since 10^-top alone may overflow.
  let mantissa = value * pow(10, Double(-top / 2)) * pow(10, Double(-top - (-top / 2)))
  return "\(formatFixed(mantissa, decimals: top - unit))(\(count))e\(top)"
}

/// A length of time in words of at most two units: `0.8 s`, `12 s`, `3 min 05 s`, `2 h 07 min`.
public func formatDuration(_ seconds: Double) -> String {
  guard seconds.isFinite && seconds < 1e9 else { return nonFiniteText(seconds) }
  if seconds < 9.95 { return formatFixed(max(0, seconds), decimals: 1) + " s" }
  let whole = Int(seconds.rounded())
  func padded(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
  if whole < 60 { return "\(whole) s" }
  if whole < 3600 { return "\(whole / 60) min \(padded(whole % 60)) s" }
  return "\(whole / 3600) h \(padded(whole % 3600 / 60)) min"
}

/// The decimal text with `decimals` digits after the point, correctly rounded, without `-0`.
package func formatFixed(_ value: Double, decimals: Int) -> String {
  guard value.isFinite else { return nonFiniteText(value) }
  let text = printed("%.*f", value, decimals: decimals)
  let isZero = text.utf8.allSatisfy { $0 < UInt8(ascii: "1") }
  return isZero && text.hasPrefix("-") ? String(text.dropFirst()) : text
}

/// A number split into decimal digits and a power of ten, rounded as `%e` does.
private struct Decimal {
  let mantissa: Substring
  let exponent: Int

  init(_ value: Double, decimals: Int) {
    let parts = printed("%.*e", value, decimals: decimals).split(separator: "e")
    mantissa = parts.first ?? "0"
    exponent = parts.last.flatMap { Int($0) } ?? 0
  }
}

/// An error as `count · 10^unit`, where `count` has one digit, or two from 10 to 19 (and 10 when
/// 9.6 rounds up).
private func roundedError(_ error: Double) -> (count: Int, unit: Int) {
  let fine = Decimal(error, decimals: 1)
  if fine.mantissa.hasPrefix("1") {
    return (Int(fine.mantissa.filter { $0 != "." }) ?? 10, fine.exponent - 1)
  }
  let coarse = Decimal(error, decimals: 0)
  let digit = Int(coarse.mantissa) ?? 1
  return coarse.exponent > fine.exponent ? (10, fine.exponent) : (digit, coarse.exponent)
}

private func nonFiniteText(_ value: Double) -> String {
  value.isNaN ? "nan" : value < 0 ? "-inf" : "inf"
}

/// C's formatting of one number; `format` has one `*` for the digits after the point.
private func printed(_ format: String, _ value: Double, decimals: Int) -> String {
  // The longest is %f of the greatest double: a sign, 309 digits, the point and the decimals.
  var buffer = [CChar](repeating: 0, count: 320 + decimals)
  let length = withVaList([CInt(decimals), value]) {
    vsnprintf(&buffer, buffer.count, format, $0)
  }
  return String(decoding: buffer.prefix(Int(length)).map(UInt8.init(bitPattern:)), as: UTF8.self)
}
