internal import Glibc

/// The posterior of `t = (y − x)/σ` along one axis of a checkerboard, given the parity of the
/// column.
struct ParityPosterior {
  /// `log P(x + σ t in a column of the parity)` for a standard normal t; −∞ without such columns.
  private(set) var logMass = -Double.infinity
  /// `E t`.
  private(set) var mean = 0.0
  /// `Var t`.
  private(set) var variance = 0.0
  /// `E t²`.
  private(set) var square = 0.0
  /// `E t⁴`.
  private(set) var fourth = 0.0

  /// Columns whose nearer end is this many nats less likely than the nearest column's are left out.
  private static let window = 60.0

  /// Columns `parity, parity + 2, …` between `lines`, ascending, in the units of `x`.
  init(x: Double, sigma: Double, lines: [Double], parity: Int) {
    // The nearest point of each column, in units of σ.
    func gap(_ i: Int) -> Double { max(0, lines[i] - x, x - lines[i + 1]) / sigma }
    let columns = stride(from: parity, to: lines.count - 1, by: 2)
    let nearest = columns.reduce(Double.infinity) { min($0, gap($1)) }
    var parts: [TruncatedNormal] = []
    for i in columns {
      let gap = gap(i)
      guard (gap - nearest) * (gap + nearest) / 2 < Self.window else { continue }
      parts.append(
        TruncatedNormal(lower: (lines[i] - x) / sigma, upper: (lines[i + 1] - x) / sigma))
    }
    let largest = parts.reduce(-.infinity) { max($0, $1.logMass) }
    guard largest > -.infinity else {
      setFar(gap: nearest, isBelow: lines.first.map { x < $0 })
      return
    }
    var sum = 0.0
    for part in parts {
      let p = exp(part.logMass - largest)
      sum += p
      mean += p * part.mean
      square += p * part.square
      fourth += p * part.fourth
    }
    mean /= sum
    square /= sum
    fourth /= sum
    logMass = largest + log(sum)
    for part in parts {
      let d = part.mean - mean
      variance += exp(part.logMass - largest) / sum * (part.variance + d * d)
    }
  }

  /// The posterior so far out that the ends of a column are one number: the nearest end, `gap` σ
  /// away, is certain to all digits.
  private mutating func setFar(gap: Double, isBelow: Bool?) {
    guard let isBelow, gap < .infinity else { return }
    mean = isBelow ? gap : -gap
    (square, fourth) = (gap * gap, gap * gap * gap * gap)
    logMass = -min(gap * gap / 2, 1e300)
  }
}
