public import ForwardProcess
internal import Glibc
public import Statistics

extension EntropicTime {
  /// The most levels of an exact curve.
  private static let mostLevels = 513
  /// The least levels: fewer could miss a peak.
  private static let leastLevels = 65
  /// By how much, relative to the whole, the time up to any level may differ from that of half the
  /// levels.
  private static let tolerance = 1e-8

  /// The clock of the entropy rates that `rates` tells, per unit of `ln σ`, at ascending noise
  /// levels.
  ///
  /// A curve with errors is measured at 129 levels over `range`: its errors exceed those of the
  /// interpolation. Where every rate is exact, as of
  /// laws with a quadrature, levels are put between levels until time itself is: to 1e-8 of its total
  /// by comparison with half of the levels, which is to 1e-9 for a method of fourth order, or up to
  /// 513. nil if no time passes, or a rate is not finite.
  public init?(_ kind: Kind, over range: NoiseRange, rates: ([Double]) -> [Estimate]) {
    var sigmas = range.levels(Self.leastLevels)
    let first = rates(sigmas)
    guard first.allSatisfy({ $0.standardError == 0 }) else {
      let between = Self.middles(of: sigmas)
      self.init(
        kind, sigmas: Self.interleaved(sigmas, between),
        rates: Self.interleaved(first, rates(between)).map(\.value))
      return
    }
    var values = first.map(\.value)
    var coarse = EntropicTime(kind, sigmas: sigmas, rates: values)
    while sigmas.count < Self.mostLevels {
      values = Self.interleaved(values, rates(Self.middles(of: sigmas)).map(\.value))
      sigmas = Self.interleaved(sigmas, Self.middles(of: sigmas))
      let fine = EntropicTime(kind, sigmas: sigmas, rates: values)
      defer { coarse = fine }
      if let coarse, let fine, Self.areSame(coarse, fine, at: sigmas) { break }
    }
    self.init(kind, sigmas: sigmas, rates: values)
  }

  /// Whether both tell the same time at every level, to the tolerance.
  private static func areSame(
    _ left: EntropicTime, _ right: EntropicTime, at sigmas: [Double]
  ) -> Bool {
    sigmas.allSatisfy {
      abs(left.time(sigma: $0) - right.time(sigma: $0)) <= tolerance * right.total
    }
  }

  /// The levels half way between neighbouring ones, in `ln σ`.
  private static func middles(of sigmas: [Double]) -> [Double] {
    zip(sigmas, sigmas.dropFirst()).map { ($0.squareRoot() * $1.squareRoot()) }
  }

  /// The first of `outer`, the first of `inner`, and so on.
  private static func interleaved<Element>(
    _ outer: [Element], _ inner: [Element]
  ) -> [Element] {
    [outer[0]] + zip(inner, outer.dropFirst()).flatMap { [$0, $1] }
  }
}
