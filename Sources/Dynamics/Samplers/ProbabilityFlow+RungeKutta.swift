public import ForwardProcess
internal import Glibc
public import LinearAlgebra

/// The flow in the coordinate `u = ln σ`, `dx/du = −σ² s = σ ẑ`, in which the velocity of Gaussian
/// data is as smooth at small as at large noise.
extension ProbabilityFlow {
  /// Where an adaptive run arrived, and what it took.
  public struct Arrival: Sendable {
    /// The points at the smallest noise level, `(B, D)`.
    public let points: Matrix<Double>
    /// How often the score was evaluated at all the points.
    public let evaluations: Int
    /// How many of the steps were refused and taken again, narrower.
    public let rejections: Int
  }

  /// Carries points `(B, D)` at noise level `sigmas[0]` down to the last of the descending levels,
  /// by one step of Dormand's and Prince's method of fifth order between each two: six evaluations
  /// a step, and one more at the start.
  public func rungeKutta(from x: Matrix<Double>, sigmas: [Double]) -> Matrix<Double> {
    precondition(x.columns == score.dimension)
    guard let first = sigmas.first, sigmas.count > 1 else { return x }
    var (x, slope) = (x, logVelocity(at: x, place: log(first)))
    for (sigma, next) in zip(sigmas, sigmas.dropFirst()) {
      let step = DormandPrince.step(
        from: x, slope: slope, at: log(sigma), by: log(next) - log(sigma), logVelocity)
      (x, slope) = (step.points, step.slope)
    }
    return x
  }

  /// Carries points `(B, D)` from the largest noise level of `range` down to the smallest, by steps
  /// of Dormand's and Prince's method that its error of fourth order chooses.
  ///
  /// All rows share their steps. A step is accepted if at every row the root mean square of the
  /// error over the coordinates is at most `tolerance` times `√(σ² + c²)`, c the `dataScale`: what
  /// the spread of the points is at its end. The flow draws errors together as it does points, so
  /// the error of the result is of the order of `tolerance` times the data scale where the flow
  /// does not branch. nil where the step got too narrow to change σ, as when the score is not
  /// finite.
  public func adaptive(
    from x: Matrix<Double>, over range: NoiseRange, tolerance: Double, dataScale: Double
  ) -> Arrival? {
    precondition(x.columns == score.dimension && tolerance > 0 && dataScale > 0)
    let end = log(range.minimum)
    var place = log(range.maximum)
    var (x, slope) = (x, logVelocity(at: x, place: place))
    // The step of a method of fifth order at whose error a flow with derivatives of one meets it.
    var control = StepControl(firstWidth: min(pow(tolerance, 0.2), range.logWidth))
    var (evaluations, rejections) = (1, 0)
    let narrowest = 64 * .ulpOfOne * max(1, abs(place), abs(end))
    while place > end {
      let width = min(control.width, place - end)
      let step = DormandPrince.step(from: x, slope: slope, at: place, by: -width, logVelocity)
      evaluations += DormandPrince.evaluations
      let next = width == place - end ? end : place - width
      let allowed = tolerance * hypot(exp(next), dataScale)
      guard control.accepts(error: Self.largestError(step.error) / allowed, of: width) else {
        rejections += 1
        guard control.width > narrowest else { return nil }
        continue
      }
      (place, x, slope) = (next, step.points, step.slope)
    }
    return Arrival(points: x, evaluations: evaluations, rejections: rejections)
  }

  /// `dx/du = σ ẑ(x, σ)` at `u = ln σ`.
  private func logVelocity(at x: Matrix<Double>, place: Double) -> Matrix<Double> {
    let sigma = exp(place)
    let noise = score.predictedNoise(at: x, sigma: sigma)
    return Matrix(rows: x.rows, columns: x.columns, elements: noise.elements.map { sigma * $0 })
  }

  /// The largest over the rows of the root mean square over the coordinates; infinite if any is not
  /// finite.
  private static func largestError(_ error: Matrix<Double>) -> Double {
    var largest = 0.0
    for row in 0..<error.rows {
      let square = error.row(row).reduce(0) { $0 + $1 * $1 } / Double(error.columns)
      guard square.isFinite else { return .infinity }
      largest = max(largest, square)
    }
    return largest.squareRoot()
  }
}
