internal import LinearAlgebra

/// The explicit Runge–Kutta pair of orders five and four of Dormand and Prince (1980), RK5(4)7M.
///
/// The last of its seven slopes is the first of the next step, so a step takes six evaluations.
/// Values as in Hairer, Nørsett and Wanner, Solving Ordinary Differential Equations I (1993), Table
/// II.5.2.
struct DormandPrince {
  /// The slope `(B, D)` at points `(B, D)` and a place.
  typealias Slope = (Matrix<Double>, Double) -> Matrix<Double>

  /// What a step leads to.
  struct Step {
    /// The points at the end, of fifth order.
    let points: Matrix<Double>
    /// The slope there.
    let slope: Matrix<Double>
    /// By how much the points of fourth order differ, `(B, D)`.
    let error: Matrix<Double>
  }

  /// Evaluations of the slope that a step takes.
  static let evaluations = 6

  /// One step of width `h` from `x`, where the slope is known.
  static func step(
    from x: Matrix<Double>, slope first: Matrix<Double>, at place: Double, by h: Double,
    _ slope: Slope
  ) -> Step {
    var slopes = [first]
    var points = x
    for (node, row) in zip(nodes, weights) {
      points = moved(x, by: h, along: slopes, weights: row)
      slopes.append(slope(points, place + node * h))
    }
    let zero = Matrix<Double>(rows: x.rows, columns: x.columns)
    return Step(
      points: points, slope: slopes[slopes.count - 1],
      error: moved(zero, by: h, along: slopes, weights: differences))
  }

  /// `x + h Σ w_j k_j`.
  private static func moved(
    _ x: Matrix<Double>, by h: Double, along slopes: [Matrix<Double>], weights: [Double]
  ) -> Matrix<Double> {
    var elements = x.elements
    for (slope, weight) in zip(slopes, weights) where weight != 0 {
      let (slope, factor) = (slope.elements, h * weight)
      for index in elements.indices { elements[index] += factor * slope[index] }
    }
    return Matrix(rows: x.rows, columns: x.columns, elements: elements)
  }

  /// Where the second to seventh slopes are taken, as fractions of the step.
  private static let nodes = [1.0 / 5, 3.0 / 10, 4.0 / 5, 8.0 / 9, 1, 1]

  /// The weights of the slopes so far in the points of each stage; the last are those of the
  /// result.
  private static let weights: [[Double]] = [
    [1.0 / 5],
    [3.0 / 40, 9.0 / 40],
    [44.0 / 45, -56.0 / 15, 32.0 / 9],
    [19372.0 / 6561, -25360.0 / 2187, 64448.0 / 6561, -212.0 / 729],
    [9017.0 / 3168, -355.0 / 33, 46732.0 / 5247, 49.0 / 176, -5103.0 / 18656],
    [35.0 / 384, 0, 500.0 / 1113, 125.0 / 192, -2187.0 / 6784, 11.0 / 84],
  ]

  /// The weights of fifth order less those of fourth.
  private static let differences: [Double] = [
    71.0 / 57600, 0, -71.0 / 16695, 71.0 / 1920, -17253.0 / 339200, 22.0 / 525, -1.0 / 40,
  ]
}
