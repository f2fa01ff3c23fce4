internal import Glibc
internal import Statistics

/// The two sides of an equation as measured, and how far apart they may be.
public struct EquationComparison: Sendable, Equatable {
  /// The left side.
  public let left: Double
  /// The right side.
  public let right: Double
  /// The standard error of `left − right` where either is sampled, else a bound on what rounding
  /// and discretisation do to it.
  public let error: Double
  /// Whether `error` is a standard error.
  public let isSampled: Bool

  /// `|left − right|` in units of `error`; 0 for equal sides.
  public var deviation: Double {
    left == right ? 0 : abs(left - right) / error
  }

  /// Whether the sides agree: to four standard errors, or to the bound of an exact comparison.
  ///
  /// Where the equation is true a sampled comparison fails for one seed in 16 000, the probability
  /// that a normal number exceeds four standard deviations.
  public var holds: Bool { deviation <= limit }

  /// The deviation up to which the sides agree.
  private var limit: Double { isSampled ? 4 : 1 }

  /// Whether the sides differ beyond doubt: by five errors, and by 1 % of the larger side.
  public var failsClearly: Bool {
    deviation >= 5 && abs(left - right) >= 0.01 * max(abs(left), abs(right))
  }

  init(_ left: Measured, _ right: Measured) {
    self.left = left.value
    self.right = right.value
    isSampled = left.isSampled || right.isSampled
    // Bounds add; with a standard error among them they are one more part of it.
    error = isSampled ? hypot(left.error, right.error) : left.error + right.error
  }

  /// Two sides from the same samples: their means, and the standard error of the paired
  /// differences.
  init(paired count: Int, _ sides: (Int) -> (Double, Double)) {
    var (left, right, difference) = (RunningMoments(), RunningMoments(), RunningMoments())
    for sample in 0..<count {
      let (l, r) = sides(sample)
      left.add(l)
      right.add(r)
      difference.add(l - r)
    }
    self.left = left.mean.value
    self.right = right.mean.value
    // Numbers that are sums of terms of order one are no surer than those.
    error =
      difference.mean.standardError
      + Measured.rounding * max(1, abs(self.left), abs(self.right))
    isSampled = true
  }

  /// A paired comparison with an independent number added to its left side.
  init(_ paired: EquationComparison, addingLeft number: Measured) {
    left = paired.left + number.value
    right = paired.right
    error = hypot(paired.error, number.error)
    isSampled = true
  }

  /// The comparison that deviates most, for what it may, of several that must all hold; one that is
  /// not a number comes first.
  static func worst(_ comparisons: [EquationComparison]) -> EquationComparison? {
    comparisons.first { $0.deviation.isNaN }
      ?? comparisons.max { $0.deviation / $0.limit < $1.deviation / $1.limit }
  }
}

/// One side of an equation: a number and its error.
struct Measured: Sendable {
  let value: Double
  /// A standard error if sampled, else a bound.
  let error: Double
  let isSampled: Bool

  /// The relative error of a sum or product of some hundred terms, with a thousand roundings
  /// allowed.
  static let rounding = 1024 * Double.ulpOfOne

  /// A number that is exact but for rounding in terms of the size `scale`, or of its own.
  init(_ value: Double, scale: Double = 0) {
    self.init(value, bound: Self.rounding * max(abs(value), scale))
  }

  /// A number off by at most `bound`.
  init(_ value: Double, bound: Double) {
    (self.value, error, isSampled) = (value, bound, false)
  }

  /// A mean over samples.
  init(_ estimate: Estimate) {
    (value, error) = (estimate.value, estimate.standardError)
    isSampled = estimate.standardError > 0
  }

  private init(value: Double, error: Double, isSampled: Bool) {
    (self.value, self.error, self.isSampled) = (value, error, isSampled)
  }

  /// The sum of numbers, exact ones but for bounds, which add.
  init(sumOf parts: [Measured]) {
    self.init(
      parts.reduce(0) { $0 + $1.value }, bound: parts.reduce(0) { $0 + $1.error })
  }

  /// `offset + scale · self`.
  func scaled(by scale: Double, offset: Double = 0) -> Measured {
    Measured(
      value: offset + scale * value, error: abs(scale) * error, isSampled: isSampled)
  }

  /// The limit of a quantity whose last two values are these, one decade of its parameter apart.
  ///
  /// The bound is the change over that decade: what is left to come is less where the approach is
  /// like a power.
  init(limitOf previous: Measured, _ last: Measured) {
    let change = abs(last.value - previous.value)
    self.init(
      value: last.value, error: last.isSampled ? hypot(last.error, change) : last.error + change,
      isSampled: last.isSampled)
  }
}
