internal import Glibc

/// How a sampler looks for the events that make up the entropy rate of a finite law at one σ.
///
/// Far below the decision scale the posterior is in doubt only midway between near points, a place
/// that `x = y_i + σ z` reaches with probability `exp(−a²/8)`, `a = ‖y_i − y_j‖/σ`. Half of the
/// samples therefore start from a point in proportion to how near its neighbours are, and half of
/// those are shifted towards a neighbour, to where `p(y_i|x) = p(y_j|x)`.
struct RareEventPlan: Sendable {
  /// The expected doubt, in nats, above which decisions are no rare events and sampling is plain.
  static let plainAbove = 0.35

  /// The probability `ρ_i` of starting from each point, summed up to and including it, `(K)`.
  let cumulative: [Double]
  /// `w_i/ρ_i`, `(K)`, at most 2.
  let weights: [Double]
  /// Whether half of the samples are shifted.
  let isShifted: Bool
  private let neighbours: NearestNeighbours
  /// The shift towards each neighbour in units of σ, as `neighbours`.
  private let shifts: [Double]
  /// The probability of each neighbour given the point, as `neighbours`.
  private let probabilities: [Double]

  /// The plan for a law at noise level `sigma`.
  init(law: PointsLaw, neighbours: NearestNeighbours, sigma: Double) {
    let (K, m) = (law.weights.count, neighbours.count)
    self.neighbours = neighbours
    var shifts = [Double](repeating: 0, count: K * m)
    var exponents = shifts
    var doubt = 0.0
    for i in 0..<K {
      for k in i * m..<(i + 1) * m {
        let a = neighbours.distances[k] / sigma
        let logRatio = law.logWeights[neighbours.indices[k]] - law.logWeights[i]
        shifts[k] = a > 0 ? min(a, max(0, a / 2 - logRatio / a)) : 0
        exponents[k] = -shifts[k] * shifts[k] / 2
        doubt += law.weights[i] * Self.doubt(a)
      }
    }
    isShifted = m > 0 && doubt < Self.plainAbove
    self.shifts = shifts
    let largest = exponents.reduce(-.infinity, max)
    guard isShifted, largest > -.infinity else {
      (probabilities, weights) = ([], Array(repeating: 1, count: K))
      cumulative = Self.sums(law.weights)
      return
    }
    // A point's own neighbours are weighed against the nearest of them, the points against the
    // nearest pair of all.
    probabilities = (0..<K).flatMap { i -> [Double] in
      let own = exponents[i * m..<(i + 1) * m]
      let nearest = own.reduce(-.infinity, max)
      let terms = own.map { exp($0 - nearest) }
      let sum = terms.reduce(0, +)
      return terms.map { $0 / sum }
    }
    let nearness = (0..<K).map { i in
      law.weights[i] * exponents[i * m..<(i + 1) * m].reduce(0) { $0 + exp($1 - largest) }
    }
    let sum = nearness.reduce(0, +)
    let starts = zip(law.weights, nearness).map { $0 / 2 + $1 / sum / 2 }
    weights = zip(law.weights, starts).map { $0 / $1 }
    cumulative = Self.sums(starts)
  }

  /// An upper bound on the entropy of a pair of equal points `a σ` apart, to a factor of 2.
  private static func doubt(_ a: Double) -> Double { log(2.0) * exp(-a * a / 8) }

  private static func sums(_ values: [Double]) -> [Double] {
    var sum = 0.0
    return values.map {
      sum += $0
      return sum
    }
  }

  /// The point whose share of the cumulative probability holds `position` in (0, 1).
  func point(at position: Double) -> Int {
    let target = position * (cumulative.last ?? 1)
    var (low, high) = (0, cumulative.count - 1)
    while low < high {
      let middle = (low + high) / 2
      if cumulative[middle] < target { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// The neighbour of point `i` that `position` in (0, 1) chooses, and the shift towards it in
  /// units of σ.
  func shift(of i: Int, at position: Double) -> (neighbour: Int, length: Double, distance: Double) {
    let m = neighbours.count
    var (k, left) = (i * m, position)
    while k + 1 < (i + 1) * m && left >= probabilities[k] {
      left -= probabilities[k]
      k += 1
    }
    return (neighbours.indices[k], shifts[k], neighbours.distances[k])
  }

  /// The density of unshifted samples from point `i` over that of the half-shifted mixture.
  ///
  /// `projections(j, d)` is `(x − y_i)·(y_j − y_i)/(d σ)`. The balance heuristic (Veach and Guibas
  /// 1995): whichever half a sample came from, it weighs the same, at most 2.
  func balance(of i: Int, projection: (_ neighbour: Int, _ distance: Double) -> Double) -> Double {
    let m = neighbours.count
    var shifted = 0.0
    for k in i * m..<(i + 1) * m where probabilities[k] > 0 {
      let t = shifts[k]
      let exponent = t * projection(neighbours.indices[k], neighbours.distances[k]) - t * t / 2
      shifted += probabilities[k] * exp(min(exponent, 700))
    }
    return 1 / (0.5 + 0.5 * shifted)
  }
}
