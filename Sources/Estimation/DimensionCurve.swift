internal import Glibc
internal import Statistics

/// The effective dimension `d` over `x = ln σ`, and what is flat in it.
struct DimensionCurve {
  /// `ln σ`, ascending.
  let x: [Double]
  let d: [Estimate]

  /// A flat part of the curve near an integer.
  struct Window {
    let levels: ClosedRange<Int>
    let dimension: Int
    /// The rise per e-fold of the straight line through it.
    let slope: Double
    let mean: Estimate
  }

  /// The least width in `ln σ` of what can be called flat.
  static let leastWidth = 1.0

  /// How far from integer m a curve may be, or rise per e-fold, and still be called at m.
  static func slack(_ m: Int) -> Double { max(0.05, 0.01 * Double(m)) }

  /// The tolerance `slack + errors · standardError`; nil where errors exceed twice the slack.
  private func tolerance(_ m: Int, errors: Double, standardError: Double) -> Double? {
    let (slack, error) = (Self.slack(m), errors * standardError)
    return error <= 2 * slack ? slack + error : nil
  }

  /// How far level `k` is beyond the tolerance of integer m: not positive within, infinite where
  /// nothing is known.
  private func excess(_ k: Int, _ m: Int) -> Double {
    guard d[k].value.isFinite,
      let tolerance = tolerance(m, errors: 3, standardError: d[k].standardError)
    else { return .infinity }
    return abs(d[k].value - Double(m)) - tolerance
  }

  /// For each level at which one begins, the narrowest window of the least width and three levels
  /// that is flat and near an integer.
  var flatWindows: [Window] {
    x.indices.compactMap { first in
      guard let last = x.indices.first(where: { $0 >= first + 2 && isWide(first, $0) }) else {
        return nil
      }
      return window(first...last)
    }
  }

  /// Whether levels are as far apart as the least width, but for rounding.
  private func isWide(_ first: Int, _ last: Int) -> Bool {
    x[last] - x[first] >= Self.leastWidth - 1e-9
  }

  /// The window of these levels if it is flat and near an integer.
  private func window(_ levels: ClosedRange<Int>) -> Window? {
    let mean = mean(levels)
    guard mean.value.isFinite, abs(mean.value) < 1e9 else { return nil }
    let slope = slope(levels)
    // A curve that comes up to m as `m − k σ²` is, on average over any range, half of its rise per
    // e-fold below it.
    let limit = mean.value - (slope.value.isFinite ? slope.value / 2 : 0)
    let m = max(0, Int(limit.rounded()))
    guard levels.allSatisfy({ excess($0, m) <= 0 }),
      let steepest = tolerance(m, errors: 2, standardError: slope.standardError),
      abs(slope.value) <= steepest
    else { return nil }
    return Window(levels: levels, dimension: m, slope: slope.value, mean: mean)
  }

  /// The levels at the lower end at which the curve is down at 0, if it falls to that; nil if not.
  ///
  /// No width is asked for: C cannot be negative, so that a curve near 0 is not about to cross it.
  /// Near is within the slack; or within 5 % of the largest dimension and 1/2, if the curve falls
  /// there as σ² or faster, as isolated points make it.
  var zeroBegin: ClosedRange<Int>? {
    guard let first = d.first, first.value.isFinite,
      let tolerance = tolerance(0, errors: 3, standardError: first.standardError),
      first.value >= -tolerance
    else { return nil }
    guard first.value > tolerance else {
      return 0...(x.indices.prefix { excess($0, 0) <= 0 }.last ?? 0)
    }
    let largest = d.reduce(0) { max($0, $1.value) }
    guard first.value <= min(0.5, 0.05 * largest),
      let twice = d.firstIndex(where: { $0.value >= 2 * first.value })
    else { return nil }
    return log(d[twice].value / first.value) >= 2 * (x[twice] - x[0]) ? 0...0 : nil
  }

  /// The mean over `x` by the trapezoid rule.
  func mean(_ levels: ClosedRange<Int>) -> Estimate {
    guard levels.count > 1 else { return d[levels.lowerBound] }
    let width = x[levels.upperBound] - x[levels.lowerBound]
    return levels.reduce(Estimate(0)) { sum, k in
      let (left, right) = (max(k - 1, levels.lowerBound), min(k + 1, levels.upperBound))
      return sum + d[k].scaled(by: (x[right] - x[left]) / 2 / width)
    }
  }

  /// The slope of the least-squares line.
  private func slope(_ levels: ClosedRange<Int>) -> Estimate {
    let center = levels.reduce(0) { $0 + x[$1] } / Double(levels.count)
    let squares = levels.reduce(0) { $0 + (x[$1] - center) * (x[$1] - center) }
    return levels.reduce(Estimate(0)) { $0 + d[$1].scaled(by: (x[$1] - center) / squares) }
  }

  /// All levels about the window's that are near its integer and not in `taken`.
  func extent(of window: Window, without taken: [ClosedRange<Int>]) -> ClosedRange<Int> {
    func isFree(_ k: Int) -> Bool {
      x.indices.contains(k) && excess(k, window.dimension) <= 0
        && !taken.contains { $0.contains(k) }
    }
    var (first, last) = (window.levels.lowerBound, window.levels.upperBound)
    while isFree(first - 1) { first -= 1 }
    while isFree(last + 1) { last += 1 }
    return first...last
  }

  /// Where the straight lines from the outermost levels to the next ones leave the tolerance.
  func ends(of levels: ClosedRange<Int>, dimension m: Int) -> (from: Double, to: Double) {
    func end(_ inside: Int, _ outside: Int) -> Double {
      guard x.indices.contains(outside) else { return x[inside] }
      let (a, b) = (excess(inside, m), excess(outside, m))
      // Where the next level belongs to another plateau, this one ends at its own.
      return a <= 0 && b > 0 ? x[inside] + (x[outside] - x[inside]) * (-a / (b - a)) : x[inside]
    }
    return (
      end(levels.lowerBound, levels.lowerBound - 1), end(levels.upperBound, levels.upperBound + 1)
    )
  }
}
