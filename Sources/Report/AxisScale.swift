internal import Glibc

/// What an axis shows: its ends and its ticks.
///
/// gnuplot's own choice leaves a logarithmic axis of less than two decades with one label or none,
/// and its guess of how wide labels are is too wide by half.
struct AxisScale {
  /// A mark on the axis; a label is nil at small marks.
  struct Tick {
    var position: Double
    var label: String?
  }

  let isLogarithmic: Bool
  let range: ClosedRange<Double>

  /// The scale that shows `values` (those that can be drawn), with room at the ends when
  /// `isPadded`.
  init(_ axis: Figure.Axis, values: [Double], isPadded: Bool) {
    isLogarithmic = axis.isLogarithmic
    let logarithmic = axis.isLogarithmic
    let drawable = values.filter { AxisScale.isDrawable($0, logarithmic: logarithmic) }
    if let range = axis.range, range.lowerBound < range.upperBound,
      AxisScale.isDrawable(range.lowerBound, logarithmic: logarithmic),
      AxisScale.isDrawable(range.upperBound, logarithmic: logarithmic)
    {
      self.range = range
    } else if let lower = drawable.min(), let upper = drawable.max() {
      range =
        logarithmic
        ? AxisScale.logarithmicRange(lower, upper, isPadded: isPadded)
        : AxisScale.linearRange(lower, upper, isPadded: isPadded)
    } else {
      range = logarithmic ? 0.1...10 : 0...1
    }
  }

  /// Whether a value has a place on an axis; beyond 1e±150 differences and ratios overflow.
  static func isDrawable(_ value: Double, logarithmic: Bool) -> Bool {
    value.magnitude < 1e150 && (!logarithmic || value > 1e-150)
  }

  private static func linearRange(
    _ lower: Double, _ upper: Double, isPadded: Bool
  ) -> ClosedRange<Double> {
    // Neighbouring doubles cannot be told apart by gnuplot's ticks.
    guard upper - lower > 1e-12 * max(lower.magnitude, upper.magnitude) else {
      let reach = lower == 0 ? 1 : 0.1 * lower.magnitude
      return (lower - reach)...(upper + reach)
    }
    guard isPadded else { return lower...upper }
    let room = 0.05 * (upper - lower)
    // Positive quantities that come near zero are shown from zero, so that areas compare.
    return (lower >= 0 && lower < 0.4 * upper ? 0 : lower - room)...(upper + room)
  }

  private static func logarithmicRange(
    _ lower: Double, _ upper: Double, isPadded: Bool
  ) -> ClosedRange<Double> {
    guard upper / lower > 1 + 1e-9 else { return (lower / 2)...(upper * 2) }
    let room = isPadded ? pow(upper / lower, 0.05) : 1
    return (lower / room)...(upper * room)
  }

  /// The marks of the axis, at most about `count` of them labelled.
  func ticks(count: Int) -> [Tick] {
    guard isLogarithmic else { return evenTicks(count: count) }
    let decades = log10(range.upperBound) - log10(range.lowerBound)
    let powers =
      Int(log10(range.lowerBound).rounded(.down))...Int(log10(range.upperBound).rounded(.up))
    let step = max(1, Int((decades / Double(count)).rounded(.up)))
    let labelled: Set<Int> =
      3 * decades > Double(count) + 1 ? [1] : decades >= 0.5 ? [1, 2, 5] : Set(1...9)
    var ticks: [Tick] = []
    for power in powers {
      for digit in 1...9 where digit == 1 || decades <= 6 {
        let position = Double("\(digit)e\(power)") ?? 0
        guard (range.lowerBound * (1 - 1e-9)...range.upperBound * (1 + 1e-9)).contains(position)
        else { continue }
        let isLabelled = labelled.contains(digit) && power % step == 0
        ticks.append(
          Tick(position: position, label: isLabelled ? AxisScale.label(digit, power) : nil))
      }
    }
    return ticks.count { $0.label != nil } >= 2 ? ticks : evenTicks(count: count)
  }

  /// Marks at even distances of 1, 2 or 5 times a power of ten.
  private func evenTicks(count: Int) -> [Tick] {
    let width = range.upperBound - range.lowerBound
    let power = Int(log10(width / Double(count)).rounded(.down))
    // 10^-power where power is negative: a quotient of whole numbers rounds as the decimal does.
    let unit = pow(10, Double(power.magnitude))
    let least = width / Double(count) / pow(10, Double(power))
    let factor = [1.0, 2, 5].first { $0 >= least * (1 - 1e-9) } ?? 10
    func place(_ index: Double) -> Double {
      power < 0 ? index * factor / unit : index * factor * unit
    }
    let first = (range.lowerBound / place(1)).rounded(.up)
    return (0...2 * count).map { place(first + Double($0)) }.filter { range.contains($0) }
      .map { Tick(position: $0, label: evenLabel($0, power: factor == 10 ? power + 1 : power)) }
  }

  /// A label of an even mark, with the digits that tell it from its neighbour `10^power` away.
  private func evenLabel(_ value: Double, power: Int) -> String {
    let greatest = max(range.lowerBound.magnitude, range.upperBound.magnitude)
    if value == 0 { return "0" }
    if greatest < 1e6 && power >= -4 { return formatFixed(value, decimals: max(0, -power)) }
    let top = Int(log10(value.magnitude).rounded(.down))
    return formatNumber(value, significant: max(1, min(15, top - power + 1)))
  }

  private static func label(_ digit: Int, _ power: Int) -> String {
    if (-4...5).contains(power) {
      return formatFixed(Double("\(digit)e\(power)") ?? 0, decimals: max(0, -power))
    }
    let raised = String("\(power)".map { superscripts[$0] ?? $0 })
    return (digit == 1 ? "10" : "\(digit)·10") + raised
  }

  private static let superscripts: [Character: Character] = Dictionary(
    uniqueKeysWithValues: zip("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
}
