internal import ForwardProcess
internal import Glibc
internal import Statistics

extension PointsLaw {
  /// The range outside which at most 0.22 % of the entropy H of the weights is decided.
  ///
  /// Above: `C(σ) ≤ tr Cov/σ²`, so `H − H(σ) ≤ tr Cov/2σ²`; the upper end makes that 0.12 % of H.
  /// Below: with `u_ij = exp(−a²/2 − a z)`, `a = ‖y_i − y_j‖/σ`, `H(σ) = Σ_i w_i E log(1 + Σ_j
  /// (w_j/w_i) u_ij) ≤ Σ_i w_i Σ_{j≠i} g(a_ij)`, `g(a) = E_z log(1 + u)`: the logarithm of a
  /// product exceeds that of a sum, and each pair's `w_i log(1 + (w_j/w_i) u)` plus its mirror
  /// image is, by joint concavity, largest for equal weights. The lower end makes the bound 0.1 %
  /// of H. Beyond 4096 points the rows i are an evenly spaced subset, and the bound an estimate. A
  /// law without entropy has `[0.01, 10]`.
  func makeNoiseRange() -> NoiseRange {
    let entropy = entropy ?? 0
    let upper = (moments.totalVariance / (2 * 0.0012 * entropy)).squareRoot()
    guard entropy > 0, upper.isFinite, upper > 0,
      let lower = PairHistogram(self).largestSigma(bound: 0.001 * entropy),
      let range = NoiseRange(minimum: min(lower, upper / 10), maximum: upper)
    else { return Self.undecidedRange }
    return range
  }

  /// The range of a law that leaves nothing to decide: about the data scale 1.
  static var undecidedRange: NoiseRange {
    guard let range = NoiseRange(minimum: 0.01, maximum: 10) else { preconditionFailure() }
    return range
  }
}

/// The weighted pair distances of a law in bins of `ln d`.
private struct PairHistogram {
  private static let binsPerUnit = 64.0
  /// `g` at `ln a = k/64` for the range in which it is neither `log 2` nor 0.
  private static let table: [Double] = (firstEntry...lastEntry).map {
    doubtOfPair(exp(Double($0) / binsPerUnit))
  }
  private static let firstEntry = -640
  private static let lastEntry = 256
  /// Work, in multiplications, that the histogram may cost: a few seconds at most.
  private static let budget = 2e10
  /// What a pair costs beside its D multiplications.
  private static let pairCost = 100.0

  /// The bins that are not empty, ascending, with their weights.
  private let bins: [(bin: Int, weight: Double)]

  init(_ law: PointsLaw) {
    let (K, D) = (law.weights.count, law.dimension)
    let affordable = Int(Self.budget / (Double(K) * (Double(D) + Self.pairCost)))
    let count = min(K, max(16, K <= 4096 ? K : min(4096, affordable)))
    let rows = (0..<count).map { $0 * K / count }
    let share = rows.reduce(0) { $0 + law.weights[$1] }
    // By the exponent and the first seven bits after it, which are at hand where a logarithm is
    // not: steps of at most 1/128 in d², rounded down, as a shorter distance keeps the bound a
    // bound.
    let droppedBits = Double.significandBitCount - 7
    var sums = [Double](
      repeating: 0, count: Int(Double.infinity.bitPattern >> droppedBits))
    PairDistances(law: law).visit(rows: rows) { row, _, squared in
      // Distinct points can be so near that the square underflows, and so far that it overflows.
      let square = min(max(squared, .leastNormalMagnitude), .greatestFiniteMagnitude)
      sums[Int(square.bitPattern >> droppedBits)] += law.weights[row] / share
    }
    var bins: [(bin: Int, weight: Double)] = []
    for (index, sum) in sums.enumerated() where sum > 0 {
      let square = Double(bitPattern: UInt64(index) << droppedBits)
      let bin = Int((log(square) / 2 * Self.binsPerUnit).rounded(.down))
      if bins.last?.bin == bin {
        bins[bins.count - 1].weight += sum
      } else {
        bins.append((bin, sum))
      }
    }
    self.bins = bins
  }

  /// The largest σ, to 1.6 %, at which the bound on `H(σ)` is at most `bound`; nil without pairs.
  func largestSigma(bound: Double) -> Double? {
    guard let nearest = bins.first, let farthest = bins.last else { return nil }
    var (low, high) = (nearest.bin - Self.lastEntry - 1, farthest.bin - Self.firstEntry)
    while high - low > 1 {
      let middle = (low + high) / 2
      let sum = bins.reduce(0) { $0 + $1.weight * Self.doubt(entry: $1.bin - middle) }
      if sum <= bound { low = middle } else { high = middle }
    }
    return exp(Double(low) / Self.binsPerUnit)
  }

  private static func doubt(entry: Int) -> Double {
    if entry < firstEntry { return log(2.0) }
    return entry > lastEntry ? 0 : table[entry - firstEntry]
  }

  /// `g(a) = E log(1 + exp(−a²/2 − a z))`: the entropy of two equal points at distance `a σ`.
  private static func doubtOfPair(_ a: Double) -> Double {
    trapezoidalIntegral(from: -40, to: 9, step: 0.04) { z in
      let exponent = -a * a / 2 - a * z
      let logarithm = max(exponent, 0) + log1p(exp(-abs(exponent)))
      return exp(-z * z / 2) / (2 * Double.pi).squareRoot() * logarithm
    }
  }
}
