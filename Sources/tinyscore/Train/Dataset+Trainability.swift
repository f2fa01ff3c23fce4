internal import Distributions
internal import ForwardProcess
internal import Storage

extension Dataset {
  /// The scales that single precision carries, with their squares and sums of those.
  private static let scaleBounds = 1e-15...1e15
  /// How far from the origin, in data scales, points are still told apart in single precision.
  private static let largestOffset = 1e7

  /// Throws if the points are so large, or so near, that not even double precision carries squares;
  /// `path` is what the user calls the data set.
  func checkMoments(path: String) throws {
    let moments = law.moments
    guard moments.scale.isFinite, moments.mean.allSatisfy(\.isFinite) else {
      throw Failure(
        .malformedData,
        "\(path): expected coordinates whose squares are below 1e308, found larger ones; choose "
          + "another unit")
    }
    // Distinct points whose squared distances are hardly numbers any more.
    guard law.entropy ?? 0 == 0 || moments.totalVariance > 1e-280 else {
      throw Failure(
        .malformedData,
        "\(path): expected points apart by 1e-140 at least, found a total variance of "
          + "\(moments.totalVariance); choose another unit")
    }
  }

  /// Throws if the points are too large, too small or too far away to train on; `path` is what the
  /// user calls the data set.
  func checkTrainable(path: String) throws {
    let moments = law.moments
    guard Self.scaleBounds.contains(moments.scale) else {
      throw Failure(
        .malformedData,
        "\(path): expected coordinates with a standard deviation from 1e-15 to 1e15, found "
          + "\(moments.scale); choose another unit")
    }
    let offset = moments.mean.reduce(0) { $1.isFinite ? max($0, abs($1)) : .infinity }
    guard offset <= Self.largestOffset * moments.scale else {
      let deviation = moments.totalVariance > 0 ? "\(moments.scale)" : "0, which counts as 1"
      throw Failure(
        .malformedData,
        "\(path): expected a mean within 1e7 standard deviations of the origin, found \(offset) at "
          + "a standard deviation of \(deviation); subtract the mean")
    }
  }
}
