internal import Glibc

/// The rows of a table of predictions by noise level.
public struct PredictionLevels: Sendable {
  /// The rows of one level, or of a band of levels.
  public struct Level: Sendable {
    /// The noise level: of a band, its middle in `ln σ`.
    public let sigma: Double
    /// From where to where a band reaches; nil for a single level.
    public let band: ClosedRange<Double>?
    /// Which rows of the table these are.
    let rows: [Int]

    /// How many rows there are.
    public var samples: Int { rows.count }

    /// The width of the band in `ln σ`, 0 of a single level.
    public var logWidth: Double { band.map { log($0.upperBound) - log($0.lowerBound) } ?? 0 }
  }

  /// The levels, ascending; none where there are too few rows for bands.
  public let levels: [Level]
  /// Whether all levels have the same samples in the same order, or independent ones.
  let sharesSamples: Bool

  /// The least samples of a level.
  public static let leastSamples = 16
  /// The most noise levels that are a level each.
  public static let mostLevels = 256
  /// The least samples of a band, whose parabola takes three of them.
  static let leastOfBand = 32
  /// The least different noise levels in a band, for the parabola.
  private static let leastDistinct = 6
  /// Fewer, unless asked for, say too little of the curve.
  private static let leastBands = 3
  /// The share of the rows that may be left out at the ends, where they are sparse.
  private static let mostLeftOut = 0.01
  /// Levels are one that differ by less, in `ln σ`.
  private static let closest = 1e-9

  /// The levels of a grid: `count` levels, one after the other in `sigmas`, all with the same
  /// samples.
  public init(gridOf count: Int, sigmas: [Double]) {
    precondition(count >= 1 && sigmas.count % count == 0)
    let samples = sigmas.count / count
    levels = (0..<count).map {
      Level(
        sigma: sigmas[$0 * samples], band: nil, rows: Array($0 * samples..<($0 + 1) * samples))
    }.sorted { $0.sigma < $1.sigma }
    sharesSamples = true
  }

  /// The levels of independent rows at the noise levels `sigmas`.
  ///
  /// At most 256 different ones with 16 rows each on average are a level each. Else there are bands
  /// of equal width in `ln σ`, at most `mostBands`, as many as have 32 rows each when up to 1 % of
  /// the rows may be left out at the ends. Bands are chosen by the noise levels alone, and what is
  /// estimated in one is unbiased given these, but for what the parabola misses: so nothing is
  /// biased by the choice.
  public init(of sigmas: [Double], mostBands: Int) {
    precondition(mostBands >= 2)
    sharesSamples = false
    let places = sigmas.map { log($0) }
    let order = places.indices.sorted { (places[$0], $0) < (places[$1], $1) }
    let starts = order.indices.filter {
      $0 == 0 || places[order[$0]] - places[order[$0 - 1]] > Self.closest
    }
    if starts.count <= Self.mostLevels && sigmas.count >= Self.leastSamples * starts.count {
      levels = zip(starts, starts.dropFirst() + [order.count]).map { start, end in
        Level(sigma: sigmas[order[start]], band: nil, rows: Array(order[start..<end]))
      }
      return
    }
    var count = min(mostBands, sigmas.count / (2 * Self.leastOfBand))
    while count >= min(mostBands, Self.leastBands) {
      if let bands = Self.bands(order.map { places[$0] }, count: count) {
        levels = bands.map { band in
          Level(
            sigma: exp((band.from + band.to) / 2), band: exp(band.from)...exp(band.to),
            rows: band.rows.map { order[$0] })
        }
        return
      }
      count = min(count - 1, count * 9 / 10)
    }
    levels = []
  }

  private struct Band {
    let from: Double
    let to: Double
    /// Places in the order of the noise levels.
    let rows: Range<Int>
  }

  /// `count` bands of equal width over the ascending `places`; nil if one has too few rows, or too
  /// many are left out.
  private static func bands(_ places: [Double], count: Int) -> [Band]? {
    var (first, last) = (0, places.count - 1)
    let mostLeftOut = Int(mostLeftOut * Double(places.count))
    // Narrower bands need denser ends: until nothing moves.
    while places.count - 1 - last + first <= mostLeftOut {
      let width = (places[last] - places[first]) / Double(count)
      guard last - first >= leastOfBand, width > 0 else { return nil }
      let isLowSparse = places[first + leastOfBand - 1] - places[first] > width
      let isHighSparse = places[last] - places[last - leastOfBand + 1] > width
      if isLowSparse { first += 1 }
      if isHighSparse { last -= 1 }
      guard !isLowSparse && !isHighSparse else { continue }
      return cut(places, first...last, count: count)
    }
    return nil
  }

  /// The rows `range` in bands of equal width; nil if one has too few of them, or too few noise
  /// levels.
  private static func cut(_ places: [Double], _ range: ClosedRange<Int>, count: Int) -> [Band]? {
    let (from, to) = (places[range.lowerBound], places[range.upperBound])
    var bands: [Band] = []
    var start = range.lowerBound
    for index in 0..<count {
      let low = bands.last?.to ?? from
      let high = index == count - 1 ? to : from + (to - from) * Double(index + 1) / Double(count)
      var end = start
      var distinct = 0
      while end <= range.upperBound && places[end] <= high {
        if end == start || places[end] - places[end - 1] > closest { distinct += 1 }
        end += 1
      }
      guard end - start >= leastOfBand, distinct >= leastDistinct else { return nil }
      bands.append(Band(from: low, to: high, rows: start..<end))
      start = end
    }
    return bands
  }
}
