internal import Glibc
public import Statistics

extension LossLedger {
  /// The mean loss over several bands.
  public struct Group: Sendable {
    /// The middle of the bands in `ln σ`.
    public let sigma: Double
    /// The mean over `ln σ` of the loss, summed over the dimensions; nil where a band has fewer
    /// than 16 samples.
    public let loss: Estimate?
  }

  /// The ledger in `count` groups of consecutive bands by ascending noise level, or in its bands
  /// where there are fewer.
  ///
  /// Group k has the bands from `⌊kn/count⌋` to below `⌊(k + 1)n/count⌋` of n, each with the same
  /// weight: bands are equally wide in `ln σ`, however many samples fell into them.
  public func groups(_ count: Int) -> [Group] {
    precondition(count >= 1)
    let count = min(count, bandCount)
    return (0..<count).map { index in
      let bands = index * bandCount / count..<(index + 1) * bandCount / count
      let middle = Double(bands.lowerBound + bands.upperBound) / 2 / Double(bandCount)
      return Group(
        sigma: range.minimum * exp(range.logWidth * middle), loss: meanLoss(bands: bands))
    }
  }

  private func meanLoss(bands: Range<Int>) -> Estimate? {
    var total = Estimate(0)
    for band in bands {
      guard let loss = loss(band: band) else { return nil }
      total = total + loss.scaled(by: 1 / Double(bands.count))
    }
    return total
  }
}
