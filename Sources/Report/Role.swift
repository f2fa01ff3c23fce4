/// What a curve is, so that it looks the same in every figure.
///
/// Colours are those of Okabe and Ito (2008, "Color Universal Design"), told apart by the
/// colour-blind; each has a dash pattern and a marker of its own, so that they are told apart in
/// grey too.
public enum Role: Sendable, Hashable {
  /// The exact answer: a thick solid curve in the colour of the text.
  case exact
  /// Something to compare with: thin, grey, dashed.
  case reference
  /// One of several estimates, counted from 0; colours repeat after six, with other markers.
  case route(Int)

  /// The learned quantity, where there is one.
  public static let learned = Role.route(0)

  /// The six hues for light and for dark paper; ink and grey come first.
  static let palette: [(light: String, dark: String)] = [
    ("000000", "e8e8e8"), ("707070", "9a9a9a"),
    ("0072b2", "56b4e9"), ("d55e00", "ff8c42"), ("009e73", "2ecc9b"),
    ("b4508f", "e39ac4"), ("b87f00", "f0b93a"), ("3a8fbf", "a9d8f5"),
  ]

  /// Where the colour stands in the palette.
  var colorIndex: Int {
    switch self {
    case .exact: 0
    case .reference: 1
    case .route(let index): 2 + Role.wrapped(index, 6)
    }
  }

  /// The lengths of dashes and gaps, in units of the line width; empty for a solid line.
  var dashes: [Int] {
    switch self {
    case .exact: []
    case .reference: [2, 3]
    case .route(let index):
      [[], [9, 3], [3, 2], [9, 2, 2, 2], [5, 4], [12, 2, 2, 2, 2, 2]][Role.wrapped(index, 6)]
    }
  }

  /// gnuplot's number of the marker: disc, square, triangle, diamond, circle, open square and so
  /// on.
  var marker: Int {
    switch self {
    case .exact: 2
    case .reference: 1
    case .route(let index): [7, 5, 9, 13, 6, 4, 8, 12, 11, 10, 3, 15][Role.wrapped(index, 12)]
    }
  }

  /// The width of the curve in pixels at a plot width of 760.
  var lineWidth: Double {
    switch self {
    case .exact: 3.2
    case .reference: 1.2
    case .route: 1.8
    }
  }

  private static func wrapped(_ index: Int, _ count: Int) -> Int {
    let rest = index % count
    return rest < 0 ? rest + count : rest
  }
}
