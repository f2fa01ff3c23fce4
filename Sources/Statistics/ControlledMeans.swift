/// Means of several target quantities, corrected by control variates of expectation 0, from samples
/// drawn in pairs: two to a stratum.
///
/// Slopes and errors come from the differences within pairs, so that what differs between strata,
/// and is no error, counts neither for the slopes nor for the errors (Cochran 1977, 5A.12). With
/// pairs of independent samples these are the usual ones. A regression by least squares removes
/// from the means what the controls reveal of their error (Owen 2013, chapter 8); slopes estimated
/// from the same samples bias a mean by `O(controls/pairs)` of its standard deviation, far below
/// the standard error. All targets are corrected alike, so linear relations between them survive to
/// rounding.
///
/// Where few pairs make up the error, it is itself known badly. The samples come in batches, and
/// how the squared residuals differ between them says how badly: by the degrees of freedom of the
/// chi-squared law with that variance (Satterthwaite 1946).
public struct ControlledMeans: Sendable {
  /// The corrected means, `(T)`.
  public let means: [Double]
  /// The sums of products of residuals in each batch, `(T, T)`, and its pairs.
  private let batches: [(residuals: [Double], pairs: Double)]
  /// What the sum of squared residuals of all pairs is to be multiplied with: the variance of the
  /// mean.
  private let factor: Double
  /// Pairs less slopes.
  private let freedom: Double

  /// With fewer batches, how they differ says nothing.
  private static let leastBatches = 8

  /// The means of the samples of all batches, at least one.
  public init(_ batches: [PairedMoments]) {
    precondition(!batches.isEmpty)
    var all = batches[0]
    for batch in batches.dropFirst() { all.merge(batch) }
    freedom = all.pairs - Double(all.controls)
    guard freedom > 0 else {
      means = (0..<all.targets).map { all.plainMean($0).value }
      (self.batches, factor) = ([], .infinity)
      return
    }
    let (slopes, leverage) = all.regression()
    means = (0..<all.targets).map { all.mean($0, slopes: slopes[$0]) }
    self.batches = batches.filter { $0.pairs > 0 }.map { ($0.residuals(slopes: slopes), $0.pairs) }
    // The mean is that of a regression at controls 0: the distance of their sample mean from 0
    // adds.
    factor = (1 / (4 * all.pairs) + leverage) / freedom
  }

  /// The sum `Σ (Σ_t c_t r_t)²` of a batch.
  private func square(_ batch: Int, _ coefficients: [Double]) -> Double {
    var sum = 0.0
    for (t, c) in coefficients.enumerated() where c != 0 {
      for (u, d) in coefficients.enumerated() {
        sum += c * d * batches[batch].residuals[t * coefficients.count + u]
      }
    }
    // Rounding may have made it a little negative.
    return max(0, sum)
  }

  /// `offset + Σ c_t means_t` for coefficients `(T)`, with its standard error.
  ///
  /// The error is infinite when there are no more pairs than controls.
  public func combination(_ offset: Double, _ coefficients: [Double]) -> Estimate {
    precondition(coefficients.count == means.count)
    let value = zip(coefficients, means).reduce(offset) { $0 + $1.0 * $1.1 }
    guard freedom > 0 else { return Estimate(value, standardError: .infinity) }
    let squares = batches.indices.map { square($0, coefficients) }
    let sum = squares.reduce(0, +)
    return Estimate(
      value, standardError: errorFrom(variance: sum * factor),
      freedom: min(freedom, Self.freedom(squares, pairs: batches.map(\.pairs))))
  }

  /// The degrees of freedom `2 E²/Var` of the sum of squares, from how they differ between batches.
  private static func freedom(_ squares: [Double], pairs: [Double]) -> Double {
    let sum = squares.reduce(0, +)
    guard squares.count >= leastBatches && sum > 0 else { return .infinity }
    let mean = sum / pairs.reduce(0, +)
    let deviations = zip(squares, pairs).map { ($0 - mean * $1) * ($0 - mean * $1) }
    let count = Double(squares.count)
    let variance = deviations.reduce(0, +) * count / (count - 1)
    return variance > 0 ? 2 * sum * sum / variance : .infinity
  }
}
