internal import Statistics

/// Running means of a few quantities over weighted clusters of samples, with standard errors.
///
/// Samples are drawn from another density than the one that is averaged over, and weigh `w`, of
/// mean exactly 1. The mean of `w q` is unbiased for that of q but keeps the noise of the weights
/// even where q is constant; so `w − 1`, whose mean is 0, serves as a control variate (Owen 2013,
/// chapters 8 and 9). Without weights all this is the plain mean. Sums are of deviations from
/// running means (Welford 1962), so that a small spread about a large mean keeps its digits.
struct WeightedMeans: Sendable {
  /// How many clusters were added.
  private(set) var count = 0.0
  /// The mean of `w − 1` and the sum of its squared deviations.
  private var weight = 0.0
  private var weightSquares = 0.0
  /// For each quantity: the mean of `w q`, the sums of its squared deviations and of their products
  /// with those of the weight.
  private var means: [Double]
  private var squares: [Double]
  private var products: [Double]

  /// No clusters yet, of so many quantities.
  init(quantities: Int) {
    means = Array(repeating: 0, count: quantities)
    (squares, products) = (means, means)
  }

  /// Adds one cluster: the means over its samples of `w q`, for each quantity, and of `w`.
  mutating func add(_ values: [Double], weight newWeight: Double) {
    precondition(values.count == means.count)
    count += 1
    let delta = newWeight - 1 - weight
    weight += delta / count
    weightSquares += delta * (newWeight - 1 - weight)
    for (index, value) in values.enumerated() {
      let shift = value - means[index]
      means[index] += shift / count
      squares[index] += shift * (value - means[index])
      products[index] += delta * (value - means[index])
    }
  }

  /// Adds all clusters of `other`.
  mutating func merge(_ other: WeightedMeans) {
    precondition(other.means.count == means.count)
    guard other.count > 0 else { return }
    let total = count + other.count
    let (share, joint) = (other.count / total, count * other.count / total)
    let delta = other.weight - weight
    weight += delta * share
    weightSquares += other.weightSquares + delta * delta * joint
    for index in means.indices {
      let shift = other.means[index] - means[index]
      means[index] += shift * share
      squares[index] += other.squares[index] + shift * shift * joint
      products[index] += other.products[index] + delta * shift * joint
    }
    count = total
  }

  /// The mean of quantity `index`: the regression on the weights, at their true mean.
  ///
  /// The standard error is infinite where there are too few clusters to tell.
  func mean(_ index: Int) -> Estimate {
    let isWeighted = weightSquares > 0
    let freedom = count - (isWeighted ? 2 : 1)
    guard freedom > 0 else {
      return Estimate(count > 0 ? means[index] : .nan, standardError: .infinity)
    }
    let slope = isWeighted ? products[index] / weightSquares : 0
    let leverage = isWeighted ? count * weight * (weight / weightSquares) : 0
    let residual = squares[index] - slope * products[index]
    return Estimate(
      means[index] - slope * weight,
      standardError: errorFrom(variance: residual / freedom / count * (1 + leverage)))
  }
}
