internal import Glibc

/// The Kullback–Leibler divergence `Σ f log(f/w)` of the frequencies f of `counts` from `weights`
/// w, in nats, less its expectation for counts that have these weights.
///
/// That is `(K − 1)/2n` for n counts of K kinds, to the first order in 1/n (Miller 1955); from the
/// right law the result is 0 on average and spread as half a χ² over n.
public func frequencyDivergence(_ counts: [Int], from weights: [Double]) -> Double {
  precondition(counts.count == weights.count && weights.allSatisfy { $0 > 0 })
  let total = Double(counts.reduce(0, +))
  precondition(total > 0)
  let divergence = zip(counts, weights).reduce(0) { sum, kind in
    let frequency = Double(kind.0) / total
    return kind.0 == 0 ? sum : sum + frequency * log(frequency / kind.1)
  }
  return divergence - Double(counts.count - 1) / (2 * total)
}
