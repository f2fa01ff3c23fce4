internal import Glibc
internal import Statistics

/// The standard normal law restricted to an interval: the posterior of a position known to lie in
/// it.
///
/// `t = (y − x)/σ` given x is normal on `[lower, upper]`. The textbook moments, `E t = (φ(a) −
/// φ(b))/Z`, `E t² = 1 + (a φ(a) − b φ(b))/Z` with `Z = Φ(b) − Φ(a)`, lose all digits of the
/// variance in the far tail, where it is `1/a²`, and on short intervals, where it is `(b − a)²/12`;
/// there the moments about the nearer end are integrals of a positive function by Gauss and
/// Legendre's rule.
struct TruncatedNormal {
  /// `log P(lower < t < upper)` for a standard normal t.
  let logMass: Double
  /// `E t`.
  let mean: Double
  /// `Var t`, in (0, 1).
  let variance: Double
  /// `E t²`.
  let square: Double
  /// `E t⁴`.
  let fourth: Double

  /// The law on `[lower, upper]`, `lower < upper`.
  init(lower: Double, upper: Double) {
    // Mirrored so that the nearer end, or the one on the left, is the lower one.
    let isMirrored = lower + upper < 0
    let (a, b) = isMirrored ? (-upper, -lower) : (lower, upper)
    let half: TruncatedNormal =
      a < 2 && b - a > 1
      ? TruncatedNormal(closedForm: a, b) : TruncatedNormal(integrated: a, b)
    logMass = half.logMass
    mean = isMirrored ? -half.mean : half.mean
    (variance, square, fourth) = (half.variance, half.square, half.fourth)
  }

  /// A single position at `t`: a law of no width.
  init(at t: Double) {
    (logMass, mean, variance, square, fourth) = (0, t, 0, t * t, t * t * t * t)
  }

  /// By the textbook's formulas, for an interval that holds a fair share of the normal law.
  private init(closedForm a: Double, _ b: Double) {
    let root = 2.0.squareRoot()
    let mass =
      a > 0
      ? (erfc(a / root) - erfc(b / root)) / 2 : 1 - (erfc(-a / root) + erfc(b / root)) / 2
    let normalizer = (2 * Double.pi).squareRoot() * mass
    let (left, right) = (exp(-a * a / 2) / normalizer, exp(-b * b / 2) / normalizer)
    // a^k exp(−a²/2), 0 where the exponential is.
    func difference(_ power: Double) -> Double {
      (left > 0 ? pow(a, power) * left : 0) - (right > 0 ? pow(b, power) * right : 0)
    }
    logMass = log(mass)
    mean = left - right
    square = 1 + difference(1)
    variance = square - mean * mean
    fourth = 3 * square + difference(3)
  }

  private static let rule = GaussLegendre(40)
  private static let shortRule = GaussLegendre(14)

  /// By integrals over `u = t − a` of `exp(−a u − u²/2)`, for `a + b ≥ 0`, as far as that is above
  /// `exp(−45)`.
  private init(integrated a: Double, _ b: Double) {
    let reach = min(b - a, 90 / (max(a, 0) + (a * a + 90).squareRoot()))
    var (sum, first) = (0.0, 0.0)
    // Where the exponent varies by less than 3, 14 nodes reach the same accuracy.
    let rule = reach * (abs(a) + reach / 2) < 3 ? Self.shortRule : Self.rule
    let masses = rule.nodes.indices.map { k in
      let u = reach * (1 + rule.nodes[k]) / 2
      let mass = rule.weights[k] * exp(-u * (a + u / 2))
      sum += mass
      first += mass * u
      return mass
    }
    let center = first / sum
    var (second, third, fourth) = (0.0, 0.0, 0.0)
    for k in rule.nodes.indices {
      let d = reach * (1 + rule.nodes[k]) / 2 - center
      second += masses[k] * d * d
      third += masses[k] * d * d * d
      fourth += masses[k] * d * d * d * d
    }
    mean = a + center
    variance = second / sum
    square = variance + mean * mean
    self.fourth =
      fourth / sum + 4 * mean * (third / sum) + 6 * mean * mean * variance
      + mean * mean * mean * mean
    logMass = log(sum * (reach / 2)) - a * a / 2 - log(2 * Double.pi) / 2
  }
}
