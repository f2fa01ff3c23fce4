internal import Randomness

/// A discrete distribution from which one draw costs the same whatever its size (Walker 1977, built
/// as by Vose 1991).
struct AliasTable: Sendable {
  private let count: Int
  /// The share of column `i` that belongs to `i`, and the index that owns the rest; both empty when
  /// all weights are equal.
  private let keep: [Double]
  private let alias: [Int32]

  /// A table of positive weights that sum to 1.
  init(_ weights: [Double]) {
    count = weights.count
    guard weights.contains(where: { $0 != weights[0] }) else {
      (keep, alias) = ([], [])
      return
    }
    var scaled = weights.map { $0 * Double(weights.count) }
    var owner = weights.indices.map { Int32($0) }
    var small = scaled.indices.filter { scaled[$0] < 1 }
    var large = scaled.indices.filter { scaled[$0] >= 1 }
    while let less = small.popLast(), let more = large.popLast() {
      owner[less] = Int32(more)
      scaled[more] -= 1 - scaled[less]
      if scaled[more] < 1 { small.append(more) } else { large.append(more) }
    }
    // Whatever rounding left over is full: it keeps its own column.
    for index in small + large { owner[index] = Int32(index) }
    (keep, alias) = (scaled, owner)
  }

  /// The draw of a sample of a stream.
  ///
  /// Equal weights are drawn by Lemire's multiplication (2019) with one rejection: no index is
  /// favoured by more than `2⁻¹²⁸ K²`.
  func draw(_ stream: RandomStream, sample: Int) -> Int {
    let words = stream.words(sample: sample)
    let first = UInt64(words.0) << 32 | UInt64(words.1)
    let second = UInt64(words.2) << 32 | UInt64(words.3)
    let bound = UInt64(count)
    let product = first.multipliedFullWidth(by: bound)
    guard keep.isEmpty else {
      let column = Int(product.high)
      return Double(second >> 11) * 0x1p-53 < keep[column] ? column : Int(alias[column])
    }
    let isRejected = product.low < bound && product.low < (0 &- bound) % bound
    return Int(isRejected ? second.multipliedFullWidth(by: bound).high : product.high)
  }
}
