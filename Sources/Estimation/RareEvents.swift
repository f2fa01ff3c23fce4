internal import Statistics

/// Losses that consist of a few large terms: far below the scale at which isolated points are told
/// apart, most samples lose nothing, and a few lose much.
///
/// A sample that has seen none of these events has a variance that means nothing. Where the loss
/// rests on few, the error allows for one more that went unseen, instead of printing a confident
/// zero.
struct RareEvents: Sendable {
  /// The number of samples.
  var count = 0.0
  /// The sum of the losses.
  var sum = 0.0
  /// The sum of their squares.
  var squares = 0.0

  /// Adds the loss of one sample.
  mutating func add(_ loss: Double) {
    count += 1
    sum += loss
    squares += loss * loss
  }

  mutating func merge(_ other: RareEvents) {
    count += other.count
    sum += other.sum
    squares += other.squares
  }

  /// Whether fewer than about a hundred samples make up the loss, or a quarter of them if they are
  /// fewer than four hundred.
  ///
  /// By the participation ratio `(Σ ℓ)²/Σ ℓ²`, or, below the data scale, because the whole loss is
  /// worth less than thirty events of one nat. `tailWeight` is what a rare sample weighs: less than
  /// 1 where wide noise sees more of them.
  func matter(sigma: Double, dataScale: Double, tailWeight: Double = 1) -> Bool {
    areFew || (sigma < dataScale && sum < min(30, count / 4) * tailWeight)
  }

  /// Whether few samples make up the sum, by the participation ratio alone.
  var areFew: Bool { sum * sum < min(100, count / 4) * squares || squares == 0 }

  /// The mean score-matching loss, `estimate`, with an allowance for one more event like those seen
  /// where they are few.
  ///
  /// A score that is close everywhere has a small δ that is no matter of rare events, so the size
  /// of the sum says nothing here.
  func checkedMismatch(_ estimate: Estimate) -> Estimate {
    guard areFew && sum > 0 else { return estimate }
    return estimate.widened(by: squares / sum / count)
  }

  /// What one unseen event would add to the mean.
  ///
  /// The event is as large as those that were seen (`Σ ℓ²/Σ ℓ`, if that is a nat at least); where
  /// none was, it is the loss of taking one of two equally likely points for the other, `4 tr
  /// Cov/σ²`.
  func unseen(sigma: Double, totalVariance: Double) -> Double {
    let seen = sum > 0 ? squares / sum : 0
    return (seen >= 1 ? seen : 4 * totalVariance / (sigma * sigma)) / max(1, count)
  }

  /// `estimate` of the mean with an allowance for one unseen event.
  func widened(_ estimate: Estimate, sigma: Double, totalVariance: Double) -> Estimate {
    estimate.widened(by: unseen(sigma: sigma, totalVariance: totalVariance))
  }

  /// `estimate` as it is, or with the allowance where rare events matter.
  func checked(
    _ estimate: Estimate, sigma: Double, dataScale: Double, totalVariance: Double
  ) -> Estimate {
    guard matter(sigma: sigma, dataScale: dataScale) else { return estimate }
    return widened(estimate, sigma: sigma, totalVariance: totalVariance)
  }
}

extension Estimate {
  /// The estimate with `error` in addition to its own.
  func widened(by error: Double) -> Estimate {
    Estimate(
      value, standardError: errorFrom(variance: standardError * standardError + error * error),
      freedom: freedom)
  }
}
