/// A plot as data: curves over one axis, what they are called, and what they show in words.
///
/// Points that cannot be drawn (not finite, or not positive on a logarithmic axis) leave a gap.
public struct Figure: Sendable {
  /// One of the two axes.
  public struct Axis: Sendable {
    /// What is measured along it, with its unit: `σ`, `nats per unit ln σ`.
    public var label: String
    /// Whether equal distances are equal ratios.
    public var isLogarithmic: Bool
    /// What is shown; nil for all of the data.
    public var range: ClosedRange<Double>?

    /// An axis, linear and over all of the data unless told.
    public init(_ label: String, isLogarithmic: Bool = false, range: ClosedRange<Double>? = nil) {
      self.label = label
      self.isLogarithmic = isLogarithmic
      self.range = range
    }
  }

  /// A value at a place, with an interval where one is known.
  public struct Point: Sendable {
    /// The place.
    public var x: Double
    /// The value.
    public var y: Double
    /// The interval around the value; nil for none.
    public var interval: ClosedRange<Double>?

    /// A point; an interval is kept when `lower <= upper`, both finite.
    public init(_ x: Double, _ y: Double, lower: Double? = nil, upper: Double? = nil) {
      self.x = x
      self.y = y
      if let lower, let upper, lower.isFinite, upper.isFinite, lower <= upper {
        interval = lower...upper
      }
    }
  }

  /// How a series is drawn.
  public enum Style: Sendable {
    /// A curve in the dash pattern of its role.
    case line
    /// A curve in short dashes, whatever its role.
    case dashes
    /// Markers alone, in the shape of the role; intervals are bars.
    case points
    /// Small dots alone, for clouds of many samples.
    case dots
  }

  /// Points that belong together.
  public struct Series: Sendable {
    /// What the legend says; empty for no entry.
    public var label: String
    /// What the series is: it fixes colour, dashes and marker.
    public var role: Role
    /// How it is drawn.
    public var style: Style
    /// The points, joined in this order where the style has a curve.
    public var points: [Point]

    /// A series of points.
    public init(_ label: String, role: Role, style: Style = .line, points: [Point]) {
      self.label = label
      self.role = role
      self.style = style
      self.points = points
    }
  }

  /// A thin straight line across the plot.
  public struct ReferenceLine: Sendable {
    /// Which way it runs.
    public enum Direction: Sendable {
      /// At one `y`.
      case horizontal
      /// At one `x`.
      case vertical
    }

    /// What the legend says.
    public var label: String
    /// The `y` of a horizontal line, the `x` of a vertical one.
    public var position: Double
    /// Which way it runs.
    public var direction: Direction

    /// A line, horizontal unless told.
    public init(_ label: String, at position: Double, direction: Direction = .horizontal) {
      self.label = label
      self.position = position
      self.direction = direction
    }
  }

  /// A rectangle in the background, the darker the larger its shade.
  public struct Cell: Sendable {
    /// From where to where along the bottom.
    public var x: ClosedRange<Double>
    /// From where to where along the left side.
    public var y: ClosedRange<Double>
    /// How dark it is, from 1 to `Figure.darkestShade`.
    public var shade: Int

    /// A rectangle.
    public init(x: ClosedRange<Double>, y: ClosedRange<Double>, shade: Int) {
      precondition((1...Figure.darkestShade).contains(shade))
      (self.x, self.y, self.shade) = (x, y, shade)
    }
  }

  /// The number of shades of the background.
  public static let darkestShade = 16

  /// The area between a curve and 0, tinted, with its size written into it.
  public struct Area: Sendable {
    /// The curve, from left to right, not below 0.
    public var points: [Point]
    /// The size with its unit: `2.08 nats`.
    public var label: String

    /// An area.
    public init(_ points: [Point], label: String) {
      self.points = points
      self.label = label
    }
  }

  /// What the figure is, in a few words.
  public var title: String
  /// What it shows and how to read it, in sentences.
  public var caption: String
  /// The axis along the bottom.
  public var xAxis: Axis
  /// The axis along the left side.
  public var yAxis: Axis
  /// The curves and point clouds, drawn and listed in this order, later ones on top.
  public var series: [Series]
  /// Lines behind the curves, listed first.
  public var referenceLines: [ReferenceLine]
  /// Whether a unit is equally long on both axes, as for points in the plane.
  public var hasEqualUnits: Bool
  /// The background, behind everything; it has no entry in the legend.
  public var background: [Cell]
  /// Whether the background is a picture: in full ink, and without axes round it.
  public var isPicture: Bool
  /// An area that is marked and measured; nil for none.
  public var area: Area?

  /// A figure.
  public init(
    title: String, caption: String, xAxis: Axis, yAxis: Axis, series: [Series],
    referenceLines: [ReferenceLine] = [], hasEqualUnits: Bool = false, background: [Cell] = [],
    isPicture: Bool = false, area: Area? = nil
  ) {
    self.title = title
    self.caption = caption
    self.xAxis = xAxis
    self.yAxis = yAxis
    self.series = series
    self.referenceLines = referenceLines
    self.hasEqualUnits = hasEqualUnits
    self.background = background
    self.isPicture = isPicture
    self.area = area
  }

  /// A name for the file of the `number`-th figure of a page, without ending: `03-entropy-rate`.
  ///
  /// The letters and digits of the title, the first 40 of them.
  public func fileName(number: Int) -> String {
    let words = title.lowercased().split { !($0.isASCII && ($0.isLetter || $0.isNumber)) }
    var name = number < 10 ? "0\(number)" : "\(number)"
    for word in words {
      guard name.count + word.count < 40 else { break }
      name += "-" + word
    }
    return name
  }
}
