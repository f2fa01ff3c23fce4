public import ForwardProcess
internal import Glibc
public import LinearAlgebra
public import Statistics

/// The training-loss ledger: per band of noise levels, the recent unweighted denoising losses seen
/// in training, with the control variates that sharpen their mean.
///
/// Each batch is entered before the update that it causes, so fresh noise makes the mean an
/// unbiased estimate of `L(σ) = E‖z − ẑ‖²` for the weights of that moment (Equation 10). Only a
/// window of recent steps counts: the ledger is kept in two pages, and when one is full the older
/// is dropped.
public struct LossLedger: Sendable, Equatable {
  /// The range of noise levels, cut into bands of equal width in `ln σ`.
  public let range: NoiseRange
  /// The trace of the data's covariance, for the size of events that went unseen.
  public let totalVariance: Double
  /// The data scale, below which a small loss may be one of rare events.
  public let dataScale: Double
  /// The number of bands.
  public let bandCount: Int
  /// Steps after which a page is full.
  public let pageSteps: Int
  /// The page that is being written, and the full one before it: `ControlledMoments.sums` band by
  /// band, of the loss and of the controls `‖z‖² − D`, `(y − E y)·z` and `‖y − E y‖² − tr Cov y`.
  public private(set) var pages: [[Double]]
  /// The steps entered on the current page.
  public private(set) var stepsOnPage: Int

  /// The bands of a ledger unless told otherwise.
  public static let defaultBandCount = 96
  /// The number of control variates of a sample.
  public static let controlCount = 3
  /// The sums kept for each band.
  public static let bandSize = ControlledMoments.size(targets: 1, controls: controlCount)

  /// An empty ledger.
  public init(
    range: NoiseRange, totalVariance: Double, dataScale: Double,
    bandCount: Int = Self.defaultBandCount,
    pageSteps: Int
  ) {
    precondition(bandCount >= 1 && pageSteps >= 1)
    self.init(
      range: range, totalVariance: totalVariance, dataScale: dataScale, bandCount: bandCount,
      pageSteps: pageSteps,
      stepsOnPage: 0,
      pages: Array(
        repeating: Array(repeating: 0, count: bandCount * Self.bandSize), count: 2))
  }

  /// A ledger with the pages of another.
  public init(
    range: NoiseRange, totalVariance: Double, dataScale: Double, bandCount: Int, pageSteps: Int,
    stepsOnPage: Int,
    pages: [[Double]]
  ) {
    precondition(pages.count == 2)
    precondition(pages.allSatisfy { $0.count == bandCount * Self.bandSize })
    self.range = range
    self.totalVariance = totalVariance
    self.dataScale = dataScale
    self.bandCount = bandCount
    self.pageSteps = pageSteps
    self.stepsOnPage = stepsOnPage
    self.pages = pages
  }

  /// Begins a new step: on a new page if the current one is full, the oldest being dropped.
  public mutating func beginStep() {
    if stepsOnPage >= pageSteps {
      pages.swapAt(0, 1)
      for index in pages[0].indices { pages[0][index] = 0 }
      stepsOnPage = 0
    }
    stepsOnPage += 1
  }

  /// Adds the sums of some bands, `(bands, bandSize)` as in `pages`, to the current page.
  public mutating func add(_ sums: MatrixView<Double>, bands: Range<Int>) {
    precondition(sums.rows == bands.count && sums.columns == Self.bandSize)
    precondition(bands.upperBound <= bandCount)
    let (offset, sums) = (bands.lowerBound * Self.bandSize, sums.vector)
    // Taken out for the loop: through the array of arrays each access would be checked again.
    var page: [Double] = []
    swap(&page, &pages[0])
    for index in 0..<sums.count { page[offset + index] += sums[index] }
    swap(&page, &pages[0])
  }

  /// The band of relative position `u` in [0, 1) of the range.
  package static func band(of u: Double, bandCount: Int) -> Int {
    min(bandCount - 1, max(0, Int(u * Double(bandCount))))
  }

  /// The control variate `‖y − E y‖² − tr Cov y` of a sample, 0 where it is within rounding of 0.
  ///
  /// Points at equal distances from their mean would leave rounding errors of which the regression
  /// makes a control whose mean is not zero: the mean loss would be biased.
  @inline(__always)
  package static func spreadControl(
    _ squaredDistance: Double, _ totalVariance: Double, rounding: Double
  ) -> Double {
    let control = squaredDistance - totalVariance
    return abs(control) <= rounding * totalVariance ? 0 : control
  }

  /// The mean loss in band `band`, with its standard error; nil where fewer than 16 samples fell.
  public func loss(band: Int) -> Estimate? {
    let slice = band * Self.bandSize..<(band + 1) * Self.bandSize
    var moments = ControlledMoments(
      targets: 1, controls: Self.controlCount, sums: Array(pages[0][slice]))
    moments.merge(
      ControlledMoments(targets: 1, controls: Self.controlCount, sums: Array(pages[1][slice])))
    guard moments.count >= 16 else { return nil }
    let events = RareEvents(
      count: moments.count, sum: moments.sum(0), squares: moments.sumOfSquares(0))
    return events.checked(
      moments.controlledMean(0), sigma: middle(band: band), dataScale: dataScale,
      totalVariance: totalVariance)
  }

  /// The middle of band `band` in `ln σ`.
  public func middle(band: Int) -> Double {
    range.minimum * exp(range.logWidth * (Double(band) + 0.5) / Double(bandCount))
  }

  /// The loss at noise level `sigma`, interpolated linearly in `ln σ` between the middles of bands.
  ///
  /// nil outside the range (a millionth is forgiven) or where a band has fewer than 16 samples. A
  /// band's mean differs from the loss at its middle by `w²L″/24` for bands of width w, far below
  /// the sampling error.
  public func loss(at sigma: Double) -> Estimate? {
    guard let shares = shares(at: sigma) else { return nil }
    return combination(Dictionary(shares, uniquingKeysWith: +))
  }

  /// The weighted sum of the losses at several levels, `Σ weight · L(σ)`.
  ///
  /// nil where one of them is. A band that serves several levels enters the error once.
  public func integral(sigmas: [Double], weights: [Double]) -> Estimate? {
    precondition(sigmas.count == weights.count)
    var total: [Int: Double] = [:]
    for (sigma, weight) in zip(sigmas, weights) {
      guard let shares = shares(at: sigma) else { return nil }
      for (band, share) in shares { total[band, default: 0] += weight * share }
    }
    return combination(total)
  }

  /// The integral of the loss over `ln σ` across the whole range: bands times their width.
  ///
  /// nil where a band has fewer than 16 samples. The estimate of the total entropy while training
  /// goes on.
  public var integral: Estimate? {
    let width = range.logWidth / Double(bandCount)
    return combination(
      Dictionary(uniqueKeysWithValues: (0..<bandCount).map { ($0, width) }))
  }

  /// The bands whose middles enclose `sigma` and their shares in the linear interpolation.
  private func shares(at sigma: Double) -> [(Int, Double)]? {
    guard range.contains(sigma) else { return nil }
    guard bandCount > 1 else { return [(0, 1)] }
    let position = log(sigma / range.minimum) / range.logWidth * Double(bandCount) - 0.5
    // Within half a band of the ends the line through the last two middles goes on.
    let low = min(bandCount - 2, max(0, Int(position.rounded(.down))))
    let t = position - Double(low)
    return [(low, 1 - t), (low + 1, t)]
  }

  /// The sum of the bands' losses with the given weights, in the order of the bands.
  private func combination(_ weights: [Int: Double]) -> Estimate? {
    var total = Estimate(0)
    for (band, weight) in weights.sorted(by: { $0.key < $1.key }) where weight != 0 {
      guard let loss = loss(band: band) else { return nil }
      total = total + loss.scaled(by: weight)
    }
    return total
  }
}
