internal import Glibc
public import Statistics

/// The ranges of noise levels over which the effective dimension `C(σ)` stays at an integer.
///
/// Ambrogioni (2025), Equation 22 and Section 5: far below the scales of the data, and between well
/// separated ones, `C` is the number of directions in which the data look continuous at that scale.
///
/// With the *slack* of an integer m, 0.05 or 1 % of m, whichever is more, a plateau at m is a
/// maximal range in which every level lies within the slack, plus three standard errors, of m; and
/// part of which, one e-fold at least, is flat: a straight line through it rises or falls by no
/// more than the slack, plus two standard errors, per e-fold. The flatness is what tells a plateau
/// from a curve that crosses an integer: it stays near it for two e-folds at least. Errors excuse
/// up to twice the slack; a curve that is known less well has no plateaus. Near m = 50 and above,
/// the slack exceeds the distance of integers: then m is right to 1 % only.
///
/// A range that begins where the data are just decided shows little of the 0 that isolated points
/// come down to. So a curve that is down at 0 at the smallest level has a plateau there, however
/// narrow.
public struct DimensionPlateaus: Sendable {
  /// One plateau.
  public struct Plateau: Sendable, Equatable {
    /// The integer m.
    public let dimension: Int
    /// The mean of the curve over the levels in the plateau, in `ln σ`.
    public let mean: Estimate
    /// The mean of the curve over the flattest e-fold of the plateau; the first level where the
    /// plateau is narrower than that.
    public let flattest: Estimate
    /// The noise level at which the curve comes near m, interpolated between levels.
    public let from: Double
    /// The noise level at which it leaves, or the last one.
    public let to: Double
  }

  /// The plateaus, ascending in σ.
  public let plateaus: [Plateau]

  /// The plateau that the curve begins with, at the smallest noise level; nil if there is none.
  ///
  /// Its dimension is that of the support of the data, if the curve begins below their smallest
  /// scale.
  public let support: Plateau?

  /// The dimension of the support of the data, as read at the smallest noise level; nil if unclear.
  public var supportDimension: Int? { support?.dimension }

  /// The plateaus of the curve through `dimensions` at the ascending `sigmas`, whose errors are
  /// independent.
  public init(sigmas: [Double], dimensions: [Estimate]) {
    precondition(dimensions.count == sigmas.count && sigmas.allSatisfy { $0 > 0 })
    precondition(zip(sigmas, sigmas.dropFirst()).allSatisfy { $0 < $1 })
    let curve = DimensionCurve(x: sigmas.map { log($0) }, d: dimensions)
    var windows = curve.flatWindows.sorted { abs($0.slope) < abs($1.slope) }
    var found: [(plateau: Plateau, levels: ClosedRange<Int>)] = []
    func add(_ levels: ClosedRange<Int>, dimension: Int, flattest: Estimate) {
      let ends = curve.ends(of: levels, dimension: dimension)
      let plateau = Plateau(
        dimension: dimension, mean: curve.mean(levels), flattest: flattest,
        from: levels.lowerBound == 0 ? sigmas[0] : exp(ends.from),
        to: levels.upperBound == sigmas.count - 1 ? sigmas[sigmas.count - 1] : exp(ends.to))
      found.append((plateau, levels))
    }
    // The flattest window names its integer, and its plateau takes all levels that it can.
    while let window = windows.first {
      let levels = curve.extent(of: window, without: found.map(\.levels))
      add(levels, dimension: window.dimension, flattest: window.mean)
      windows.removeAll { $0.levels.overlaps(levels) }
    }
    if let levels = curve.zeroBegin, !found.contains(where: { $0.levels.overlaps(levels) }) {
      add(levels, dimension: 0, flattest: dimensions[0])
    }
    found.sort { $0.levels.lowerBound < $1.levels.lowerBound }
    plateaus = found.map(\.plateau)
    support = found.first.flatMap { $0.levels.lowerBound == 0 ? $0.plateau : nil }
  }
}
