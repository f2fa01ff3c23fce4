internal import Glibc

/// The places that a path visits between two noise levels.
enum NoiseSteps {
  /// Noise levels below `high` down to `low` at equal steps in ln σ of at most `largest`, a
  /// multiple of `multiple` in number; none where the two are the same.
  static func places(
    from high: Double, to low: Double, largest: Double, multiple: Int = 1
  ) -> [Double] {
    precondition(high >= low && low > 0 && largest > 0)
    guard high > low else { return [] }
    let width = log(high / low)
    // A width that is a whole number of steps but for rounding is no reason for one more.
    let groups = (width / (largest * Double(multiple)) * (1 - 1e-12)).rounded(.up)
    let count = multiple * max(1, Int(groups))
    return (1...count).map {
      $0 == count ? low : high * exp(-width * Double($0) / Double(count))
    }
  }
}
