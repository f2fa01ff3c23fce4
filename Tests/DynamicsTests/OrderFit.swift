import Glibc

/// The order of a method: the slope of the least-squares line through `log error` over `log step`
/// when a range is crossed in each of `counts` steps.
func fittedOrder(counts: [Int], error: (Int) -> Double) -> Double {
  let x = counts.map { -log(Double($0)) }
  let y = counts.map { log(error($0)) }
  let (meanX, meanY) = (
    x.reduce(0, +) / Double(x.count), y.reduce(0, +) / Double(y.count)
  )
  let products = zip(x, y).reduce(0) { $0 + ($1.0 - meanX) * ($1.1 - meanY) }
  return products / x.reduce(0) { $0 + ($1 - meanX) * ($1 - meanX) }
}

/// The largest absolute difference of two lists of one length; infinite if anything is not finite.
func largestDifference(_ left: [Double], _ right: [Double]) -> Double {
  guard left.count == right.count, (left + right).allSatisfy(\.isFinite) else { return .infinity }
  return zip(left, right).reduce(0) { max($0, abs($1.0 - $1.1)) }
}
