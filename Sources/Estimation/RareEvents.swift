/// Losses that consist of a few large terms: far below the scale at which isolated points are told
/// apart, most samples lose nothing, and a few lose much.
///
/// A sample that has seen none of these events has a variance that means nothing. Where the loss rests
/// on few, the error allows for one more that went unseen, instead of printing a confident zero.
struct RareEvents: Sendable {
  /// The number of samples.
  let count: Double
  /// The sum of the losses.
  let sum: Double
  /// The sum of their squares.
  let squares: Double

  /// Whether fewer than about a hundred samples make up the loss.
  ///
  /// By the participation ratio `(Σ ℓ)²/Σ ℓ²`, or, below the data scale, because the whole loss is
  /// worth less than thirty events of one nat.
  func matter(sigma: Double, dataScale: Double) -> Bool {
    guard squares > 0 else { return true }
    return sum * sum / squares < 100 || (sigma < dataScale && sum < 30)
  }

  /// The standard error of the mean with an allowance for one unseen event.
  ///
  /// The event's size is the loss of taking one point for another at twice the root total variance
  /// (the distance of two equally likely points): `4 tr Cov/σ²`.
  func widened(_ error: Double, sigma: Double, totalVariance: Double) -> Double {
    let event = 4 * totalVariance / (sigma * sigma) / max(1, count)
    return (error * error + event * event).squareRoot()
  }
}
