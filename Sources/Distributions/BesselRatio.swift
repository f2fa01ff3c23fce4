internal import Glibc

/// The ratio `I_{ν+1}(κ)/I_ν(κ)` of modified Bessel functions, its complement and the scaled `log
/// I_ν(κ)`, as a law on a sphere needs them.
///
/// From `ν = D/2 − 1` the order is raised to `μ = ν + n ≥ 40`, where Debye's uniform expansion
/// (Olver, NIST Handbook 10.41) has converged, and brought back by the recurrence `I_{ν}/I_{ν−1} =
/// 1/(2ν/κ + I_{ν+1}/I_ν)`, which is stable downwards (Gautschi 1967). Relative errors stay below
/// 1e-13 for every `κ ≥ 0`.
struct BesselRatio {
  /// `A = I_{ν+1}(κ)/I_ν(κ)`, in [0, 1).
  let ratio: Double
  /// `1 − A`, to relative accuracy: about `(ν + ½)/κ` for large κ.
  let complement: Double
  /// `A/κ`, `1/(2ν + 2)` at `κ = 0`.
  let slope: Double
  /// `log(Γ(ν+1) (2/κ)^ν I_ν(κ)) − κ`: the mean of `exp(κ (cos θ − 1))` over the sphere, in
  /// logarithms.
  let logScaled: Double

  /// The order from which Debye's expansion is used.
  private static let leastOrder = 40.0

  /// The ratio for a sphere in `dimension` dimensions, `ν = D/2 − 1`, `κ ≥ 0`.
  init(dimension: Int, kappa: Double) {
    let order = Double(dimension) / 2 - 1
    guard dimension > 1 else {
      // I_{1/2}/I_{−1/2} = tanh, and the mean over ±1 is cosh.
      ratio = tanh(kappa)
      complement = 2 / (1 + exp(2 * kappa))
      slope = kappa > 1e-8 ? ratio / kappa : 1
      logScaled = log1p(exp(-2 * kappa)) - log(2)
      return
    }
    let steps = max(0, (Self.leastOrder - order).rounded(.up))
    let debye = DebyeExpansion(order: order + steps, kappa: kappa)
    var state =
      debye.isFarOut
      ? State(complement: debye.complement, kappa: kappa)
      : State(order: order + steps, kappa: kappa)
    var logScaled = debye.logScaled
    var current = order + steps
    while current > order + 0.25 {
      state.lower(from: current, kappa: kappa)
      current -= 1
      // I_ν is I_{ν+1} over the ratio, which is κ/(2ν + 2) times 2(ν + 1) A/κ.
      logScaled -= log(2 * (current + 1) * state.slope)
    }
    (ratio, slope, self.logScaled) = (state.ratio, state.slope, logScaled)
    complement = state.complement
  }

  /// The ratio, its complement and its slope at one order.
  private struct State {
    var slope: Double
    var complement: Double
    var ratio: Double
    private let isFarOut: Bool

    /// At large κ: the complement is known.
    init(complement: Double, kappa: Double) {
      (self.complement, ratio, isFarOut) = (complement, 1 - complement, true)
      slope = ratio / kappa
    }

    /// At moderate κ: from a bound (Amos 1974) 40 orders up, of which the recurrence forgets the
    /// error: at `κ ≤ 2ν` each step shrinks it by `A² < 0.39` at least.
    init(order: Double, kappa: Double) {
      let start = order + 40
      isFarOut = false
      slope = 1 / (start + 1 + hypot(start + 1, kappa))
      (ratio, complement) = (0, 1)
      for k in 0..<40 { lower(from: start - Double(k), kappa: kappa) }
    }

    /// From order ν to ν − 1.
    mutating func lower(from order: Double, kappa: Double) {
      if isFarOut {
        // 1 − 1/(2ν/κ + 1 − c): written so that no digit of a small complement is lost.
        let t = 2 * order / kappa
        complement = (t - complement) / (t + 1 - complement)
        ratio = 1 - complement
        slope = ratio / kappa
      } else {
        slope = 1 / (2 * order + kappa * kappa * slope)
        ratio = kappa * slope
        complement = 1 - ratio
      }
    }
  }
}

/// Debye's expansion of `I_μ(κ)` for large order, uniform in κ (Olver, NIST Handbook 10.41.3,
/// 10.41.5).
///
/// With `z = κ/μ` and `p = 1/√(1 + z²)`, `I_μ ~ e^{μη}/√(2πμ) √p Σ U_k(p)/μ^k` and
/// `I'_μ ~ e^{μη}/√(2πμ) /(z √p) Σ V_k(p)/μ^k`.
private struct DebyeExpansion {
  /// Whether `κ > 2μ`, so that the complement is taken from here.
  let isFarOut: Bool
  /// `1 − I_{μ+1}/I_μ`, if far out.
  let complement: Double
  /// `log(Γ(μ+1) (2/κ)^μ I_μ(κ)) − κ`.
  let logScaled: Double

  init(order: Double, kappa: Double) {
    let z = kappa / order
    let root = hypot(1, z)
    let p = 1 / root
    var (sum, difference, power) = (1.0, 0.0, 1.0)
    for k in 1..<Self.polynomials.count {
      power /= order
      let (u, w) = Self.polynomials[k]
      sum += power * Self.value(u, p)
      difference += power * Self.value(w, p)
    }
    // With V_k − U_k = p W_k, I'/I = (root + ΣW_k/μ^k/ΣU_k/μ^k)/z, and I_{μ+1}/I_μ = I'/I − 1/z;
    // root − z is written without cancellation.
    let gap = 1 / (root + z)
    isFarOut = z > 2
    complement = isFarOut ? (1 - gap - difference / sum) / z : .nan
    // μη − κ with the powers of κ and Γ(μ+1) taken out; Stirling's series is 1/Σ U_k(1)/μ^k.
    logScaled =
      order * (gap - 1 - log((1 + root) / 2)) + Self.stirling(order) + log(p) / 2 + log(sum)
  }

  /// `log Γ(μ+1) − (μ log μ − μ + ½ log 2πμ)` for `μ ≥ 40`; the next term is below 1e-18.
  private static func stirling(_ order: Double) -> Double {
    let square = 1 / (order * order)
    return (1.0 / 12 - square * (1.0 / 360 - square * (1.0 / 1260 - square / 1680))) / order
  }

  /// `Σ c_i p^i`.
  private static func value(_ coefficients: [Double], _ p: Double) -> Double {
    coefficients.reversed().reduce(0) { $0 * p + $1 }
  }

  /// The coefficients of `U_k` and of `W_k = (V_k − U_k)/p`, from the recurrences 10.41.10 and
  /// 10.41.11.
  private static let polynomials: [(u: [Double], w: [Double])] = {
    var all: [(u: [Double], w: [Double])] = [([1], [0])]
    var u = [1.0]
    for _ in 1...12 {
      // U' and the integral of (1 − 5t²) U.
      let slope = u.indices.dropFirst().map { Double($0) * u[$0] }
      var next = [Double](repeating: 0, count: u.count + 3)
      for (i, c) in slope.enumerated() {
        next[i + 2] += c / 2
        next[i + 4] -= c / 2
      }
      for (i, c) in u.enumerated() {
        next[i + 1] += c / 8 / Double(i + 1)
        next[i + 3] -= 5 * c / 8 / Double(i + 3)
      }
      // (V − U)/p = −½ (1 − p²) U − p (1 − p²) U'.
      var w = [Double](repeating: 0, count: u.count + 3)
      for (i, c) in u.enumerated() {
        w[i] -= c / 2
        w[i + 2] += c / 2
      }
      for (i, c) in slope.enumerated() {
        w[i + 1] -= c
        w[i + 3] += c
      }
      all.append((next, w))
      u = next
    }
    return all
  }()
}
