public import ForwardProcess
internal import Glibc

/// Noise levels for a sampler: descending from the largest to the smallest.
public enum NoiseSchedule {
  /// `count` levels at equal distances in `ln σ`, from the maximum down to the minimum.
  public static func geometric(_ range: NoiseRange, count: Int) -> [Double] {
    range.levels(count).reversed()
  }

  /// `count` levels at equal distances in `σ^{1/ρ}`, from the maximum down to the minimum.
  ///
  /// Karras, Aittala, Aila and Laine (2022), Equation 5, without the trailing zero; ρ = 7 there.
  public static func karras(_ range: NoiseRange, count: Int, rho: Double = 7) -> [Double] {
    precondition(count >= 1 && rho > 0)
    guard count > 1 else { return [range.maximum] }
    let (high, low) = (pow(range.maximum, 1 / rho), pow(range.minimum, 1 / rho))
    return (0..<count).map {
      switch $0 {
      case 0: range.maximum
      case count - 1: range.minimum
      default: pow(high + Double($0) / Double(count - 1) * (low - high), rho)
      }
    }
  }

  /// `count` levels at equal steps of entropic time over `range`, from its maximum down to its
  /// minimum.
  ///
  /// Stančević, Handke and Ambrogioni (2025). For `N(0, c²)` in rescaled time these are `c tan α_i`
  /// with equal steps of α. The list descends strictly also where time hardly passes, as below the
  /// decisions of isolated points: a single step crosses such a range. Some time must pass over
  /// `range`.
  public static func entropic(
    _ time: EntropicTime, over range: NoiseRange, count: Int
  ) -> [Double] {
    precondition(count >= 1)
    guard count > 1 else { return [range.maximum] }
    let (high, low) = (time.time(sigma: range.maximum), time.time(sigma: range.minimum))
    precondition(high > low, "no time passes over the range")
    return (0..<count).map {
      switch $0 {
      case 0: range.maximum
      case count - 1: range.minimum
      default: time.sigma(time: high + Double($0) / Double(count - 1) * (low - high))
      }
    }
  }
}
