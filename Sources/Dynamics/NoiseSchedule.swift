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
}
