/// The range, moments and histogram of some numbers, of which any may be not finite.
///
/// All but the counts are of the finite ones, and nil where there is none.
public struct ElementStatistics: Sendable, Equatable {
  /// How many numbers there are.
  public let count: Int
  /// How many are zero, of either sign.
  public let zeros: Int
  /// How many are not a number.
  public let notNumbers: Int
  /// How many are infinite, of either sign.
  public let infinities: Int
  /// The smallest.
  public let minimum: Double?
  /// The largest.
  public let maximum: Double?
  /// The mean.
  public let mean: Double?
  /// The standard deviation: the root of the mean squared distance from the mean.
  public let standardDeviation: Double?
  /// The Euclidean norm.
  public let norm: Double?
  /// How many lie in each of the bins, which divide the range evenly.
  ///
  /// Numbers that are all the same lie in the middle one. Empty where none is finite.
  public let histogram: [Int]

  /// The statistics of `values`.
  public init(_ values: [Double], bins: Int = 10) {
    precondition(bins >= 1)
    count = values.count
    zeros = values.count { $0 == 0 }
    notNumbers = values.count { $0.isNaN }
    infinities = values.count { $0.isInfinite }
    let hasOthers = notNumbers + infinities > 0
    let finite = hasOthers ? values.filter(\.isFinite) : values
    minimum = finite.min()
    maximum = finite.max()
    guard let minimum, let maximum else {
      (mean, standardDeviation, norm, histogram) = (nil, nil, nil, [])
      return
    }
    // In units of the largest magnitude no sum and no square overflows.
    let unit = max(minimum.magnitude, maximum.magnitude)
    let scale = unit > 0 ? unit : 1
    let total = Double(finite.count)
    let center = finite.reduce(0) { $0 + $1 / scale } / total
    let squares = finite.reduce(0) { $0 + ($1 / scale - center) * ($1 / scale - center) }
    mean = scale * center
    standardDeviation = scale * (squares / total).squareRoot()
    norm = euclideanNorm(finite)
    let (low, width) = (minimum / scale, maximum / scale - minimum / scale)
    var histogram = Array(repeating: 0, count: bins)
    for value in finite {
      let place = width > 0 ? (value / scale - low) / width * Double(bins) : Double(bins / 2)
      histogram[min(bins - 1, Int(place))] += 1
    }
    self.histogram = histogram
  }
}

/// The norm `√Σ x²` of numbers of which none is NaN, also where a square would overflow or vanish.
///
/// Infinite where a number is, or the norm itself is beyond the largest number. NaN is the caller's
/// to take out: beside an infinity it would go unseen.
func euclideanNorm(_ values: [Double]) -> Double {
  let scale = values.reduce(0) { max($0, $1.magnitude) }
  guard scale > 0 && scale.isFinite else { return scale }
  return scale * values.reduce(0) { $0 + ($1 / scale) * ($1 / scale) }.squareRoot()
}
