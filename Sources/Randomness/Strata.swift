/// A partition of the unit cube into cells of equal volume, each of which gets two samples.
///
/// The cells are consecutive pieces of the curve that Morton (1966) drew through the cube: the
/// binary digits of a place on the curve, dealt out in turn, are those of the coordinates. Any
/// number of pieces will do, and the map keeps volumes, so a sample in a random piece is uniform in
/// the cube. Two in one piece are nearly alike: their differences say what the partition has not
/// removed (Cochran 1977, chapter 5), without regard to what differs between cells.
///
/// The order of the cells is scattered by the seed, and all digits are flipped at random, so that
/// any part of the samples is as good as independent ones of its number.
public struct Strata: Sendable, Equatable {
  /// The number of cells.
  public let cells: Int
  /// How many coordinates of the cube there are.
  let dimension: Int
  /// The coordinates of each purpose that are stratified: the first ones of each.
  private let uniforms: Int
  private let noises: Int
  private let normals: Int
  /// The key of the order in which cells are drawn.
  private let key: UInt64
  /// The digits of the largest cell number.
  private let digits: Int

  /// Digits of a coordinate that are stratified at most; the others come from a stream.
  private static let mostDigits = 32

  /// Cells for pairs of samples of data and noise in `dimension` coordinates.
  ///
  /// The first uniform number comes first, then the noise, the normal numbers, and the other
  /// uniform ones: as many as have two digits each.
  public init(cells: Int, dimension: Int, ingredients: SampleIngredients, seed: UInt64) {
    precondition(cells >= 1 && dimension >= 1)
    self.cells = cells
    let digits = Int.bitWidth - 1 - cells.leadingZeroBitCount
    // The coin has the first digit.
    var room = max(1, (digits - 1) / 2)
    func take(_ wanted: Int) -> Int {
      let taken = min(room, wanted)
      room -= taken
      return taken
    }
    let first = take(min(1, ingredients.uniforms))
    noises = take(dimension)
    normals = take(ingredients.normals)
    uniforms = first + take(max(0, ingredients.uniforms - 1))
    self.dimension = uniforms + noises + normals
    key = seed &* 0x9E37_79B9_7F4A_7C15 | 1
    self.digits = Int.bitWidth - (cells - 1).leadingZeroBitCount
  }

  /// The cell that a sample falls into: samples `2k` and `2k + 1` share one.
  ///
  /// A permutation of the numbers of as many binary digits as the largest has, again and again
  /// until one is a cell's.
  func cell(of sample: Int) -> Int {
    precondition(sample >= 0 && sample / 2 < cells)
    var cell = UInt64(sample / 2)
    repeat { cell = scattered(cell) } while cell >= UInt64(cells)
    return Int(cell)
  }

  /// A number of `digits` binary digits for another, one to one: steps that can be undone, in the
  /// manner of Steele, Lea and Flood (2014).
  private func scattered(_ number: UInt64) -> UInt64 {
    guard digits > 1 else { return number }
    let (mask, shift) = ((UInt64(1) << UInt64(digits)) - 1, UInt64((digits + 1) / 2))
    var n = number
    for round in 0..<4 {
      n = (n &+ key >> UInt64(8 * round)) & mask
      n = n &* 0xD134_2543_DE82_EF95 & mask
      n ^= n >> shift
    }
    return n
  }

  /// The place in the cube of coordinate `index` of a purpose; nil if it is not stratified.
  func place(_ purpose: RandomPurpose, _ index: Int) -> Int? {
    switch purpose {
    case .data where index == 0 && uniforms > 0: 0
    case .noise where index < noises: min(1, uniforms) + index
    case .dataNormal where index < normals: min(1, uniforms) + noises + index
    case .data where index > 0 && index < uniforms: noises + normals + index
    default: nil
    }
  }

  /// The place of a sample on the curve in units of 2⁻⁶⁴, uniform in its cell.
  ///
  /// `random` are 64 random bits of the sample, `flips` those of the seed.
  func position(of sample: Int, random: UInt64, flips: UInt64) -> UInt64 {
    UInt64(cells).dividingFullWidth((UInt64(cell(of: sample)), random)).quotient ^ flips
  }

  /// The coordinate at `place` of a point of the curve, in units of 2⁻⁶⁴.
  ///
  /// Its leading digits come from `position`, after the first, the others from `random`.
  func coordinate(_ place: Int, of position: UInt64, random: UInt64) -> UInt64 {
    let digits = min(Self.mostDigits, (63 - place + dimension - 1) / dimension)
    var result: UInt64 = 0
    for k in 0..<digits {
      let digit = position >> UInt64(62 - place - k * dimension) & 1
      result |= digit << UInt64(63 - k)
    }
    return result | random >> UInt64(digits)
  }
}
