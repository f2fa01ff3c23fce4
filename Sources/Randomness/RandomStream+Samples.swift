extension RandomStream {
  /// Two uniforms in (0, 1) of a sample that has `pairs` such pairs.
  public func uniforms(sample: Int, pair: Int = 0, of pairs: Int = 1) -> (Double, Double) {
    let words = words(sample: sample, pair: pair, of: pairs)
    return (Self.uniform(words.0, words.1), Self.uniform(words.2, words.3))
  }

  /// Four random words of a sample that has `pairs` such groups: two numbers of 64 bits, the more
  /// significant word first.
  public func words(
    sample: Int, pair: Int = 0, of pairs: Int = 1
  ) -> (UInt32, UInt32, UInt32, UInt32) {
    precondition(pair >= 0 && pair < pairs)
    var words = words(at: UInt64(sample * pairs + pair))
    guard let strata else { return words }
    if let place = strata.place(purpose, 2 * pair) {
      (words.0, words.1) = Self.split(coordinate(place, of: sample, strata))
    }
    if let place = strata.place(purpose, 2 * pair + 1) {
      (words.2, words.3) = Self.split(coordinate(place, of: sample, strata))
    }
    return words
  }

  /// The side on which a sample's coin falls, independent of all its other numbers.
  ///
  /// In a stream with strata it is a half of them, so that either side has as many samples.
  public func coin(sample: Int) -> Bool {
    guard let strata else { return with(.stratum).words(at: UInt64(sample) << 8).0 >> 31 == 1 }
    return position(of: sample, strata) >> 63 == 1
  }

  /// The coordinate at `place` of a sample, as 64 bits.
  func coordinate(_ place: Int, of sample: Int, _ strata: Strata) -> UInt64 {
    let words = with(.stratum).words(at: UInt64(sample) << 8 | UInt64(place + 1))
    return strata.coordinate(
      place, of: position(of: sample, strata), random: UInt64(words.0) << 32 | UInt64(words.1))
  }

  private func position(of sample: Int, _ strata: Strata) -> UInt64 {
    let words = with(.stratum).words(at: UInt64(sample) << 8)
    let flips = with(.stratum).words(at: .max)
    return strata.position(
      of: sample, random: UInt64(words.0) << 32 | UInt64(words.1),
      flips: UInt64(flips.0) << 32 | UInt64(flips.1))
  }

  private static func split(_ bits: UInt64) -> (UInt32, UInt32) {
    (UInt32(truncatingIfNeeded: bits >> 32), UInt32(truncatingIfNeeded: bits))
  }
}
