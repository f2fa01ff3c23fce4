public import ForwardProcess
internal import Glibc
public import LinearAlgebra

/// How perturbations of reverse trajectories grow.
///
/// Ambrogioni (2025), Equations 31 and 32, corrected: along `dx/dτ = (ν²/2) s` a perturbation w
/// obeys the variational equation `dw/dτ = (ν²/2) ∇s w`, so it grows at the rates `(ν²/2) λ_j(∇s)`,
/// and a *positive* one amplifies. Per e-fold that the noise falls, `−d ln σ = (ν²/2σ²) dτ`, the
/// rates are `σ² λ_j`, whatever the clock; `Clock.logSigmaRate` times them are rates in time.
public struct PerturbationGrowth: Sendable {
  /// The score, learned or exact.
  public let score: any ScoreFunction

  /// Growth under the flow of a score function.
  public init(score: any ScoreFunction) { self.score = score }

  /// Trajectories at one noise level, each with a perturbation.
  public struct State: Sendable {
    /// The noise level.
    public internal(set) var sigma: Double
    /// The points, `(B, D)`.
    public internal(set) var x: Matrix<Double>
    /// The directions of the perturbations, `(B, D)`, of unit length.
    public internal(set) var direction: Matrix<Double>
    /// By how much the logarithms of their lengths have grown, `(B)`.
    public internal(set) var logGrowth: [Double]
  }

  /// Carries points and infinitesimal perturbations along `v`, both `(B, D)`, from `sigmas[0]` down
  /// the descending levels; the state at each of them.
  ///
  /// The method of Runge and Kutta (1901) of order 4 in ln σ, one step a level, for the flow and
  /// its variational equation together; lengths go to 1 at each level.
  public func states(
    from x: Matrix<Double>, along v: Matrix<Double>, sigmas: [Double]
  ) -> [State] {
    precondition(x.columns == score.dimension && v.rows == x.rows && v.columns == x.columns)
    var state = State(
      sigma: sigmas[0], x: x, direction: v, logGrowth: Array(repeating: 0, count: x.rows))
    _ = Self.normalize(&state.direction)
    return [state]
      + sigmas.dropFirst().map { sigma in
        let (x, w) = step(state.x, state.direction, from: state.sigma, to: sigma)
        (state.sigma, state.x, state.direction) = (sigma, x, w)
        let growth = Self.normalize(&state.direction)
        for row in growth.indices { state.logGrowth[row] += growth[row] }
        return state
      }
  }

  /// The local exponents at the rows of `x`: the eigenvalues of `σ² ∇s`, `(B, D)`, ascending, per
  /// e-fold that the noise falls; of the symmetric part, as a learned ∇s need not be symmetric.
  ///
  /// Their sum is `σ² ∇·s`, at which volumes grow.
  public func localExponents(at x: Matrix<Double>, sigma: Double) -> Matrix<Double> {
    let d = x.columns
    let jacobians = score.jacobian(at: x, sigma: sigma)
    return Matrix(
      (0..<x.rows).map { row in
        var matrix = Matrix<Double>(rows: d, columns: d)
        for i in 0..<d {
          for j in 0..<d {
            matrix[i, j] =
              sigma * sigma * (jacobians[row, i * d + j] + jacobians[row, j * d + i]) / 2
          }
        }
        return SymmetricEigen.values(of: matrix) ?? Array(repeating: .nan, count: d)
      })
  }

  /// The finite-time exponents of the trajectories from the rows of `x`, `(B, D)`.
  ///
  /// The logarithms by which D directions have grown down all levels, in the order of Gram and
  /// Schmidt (Benettin and others 1980): the first is the growth of the first axis, the first two
  /// make up that of its plane with the second, and so on. Their sum is the integral of the
  /// divergence.
  public func exponents(from x: Matrix<Double>, sigmas: [Double]) -> Matrix<Double> {
    let (rows, d) = (x.rows, x.columns)
    var (here, sigma) = (x, sigmas[0])
    var frames = Matrix<Double>(rows: rows * d, columns: d)
    for row in 0..<rows * d { frames[row, row % d] = 1 }
    var result = Matrix<Double>(rows: rows, columns: d)
    for next in sigmas.dropFirst() {
      let repeated = Matrix(
        rows: rows * d, columns: d,
        elements: (0..<rows * d).flatMap { here.row($0 / d) })
      let moved = step(repeated, frames, from: sigma, to: next)
      frames = moved.w
      here = Matrix(rows: rows, columns: d, elements: (0..<rows).flatMap { moved.x.row($0 * d) })
      for row in 0..<rows {
        for (j, growth) in Self.orthonormalize(&frames, rows: row * d..<(row + 1) * d).enumerated()
        {
          result[row, j] += growth
        }
      }
      sigma = next
    }
    return result
  }

  /// The derivatives of points and perturbations by `−ln σ`.
  private struct Slope {
    let x: Matrix<Double>
    let w: Matrix<Double>
  }

  /// One step of order 4 in `l = −ln σ`: `dx/dl = σ² s`, `dw/dl = σ² ∇s w`.
  private func step(
    _ x: Matrix<Double>, _ w: Matrix<Double>, from sigma: Double, to next: Double
  ) -> (x: Matrix<Double>, w: Matrix<Double>) {
    precondition(next > 0 && next <= sigma, "levels descend")
    let h = log(sigma / next)
    func slope(_ share: Double, _ previous: Slope?) -> Slope {
      let level = share == 1 ? next : sigma * exp(-share * h)
      let point = previous.map { x.moved(share * h, along: $0.x) } ?? x
      let vector = previous.map { w.moved(share * h, along: $0.w) } ?? w
      let square = level * level
      return Slope(
        x: score.score(at: point, sigma: level).scaled(by: square),
        w: score.jacobianProducts(at: point, along: vector, sigma: level).scaled(by: square))
    }
    let a = slope(0, nil)
    let b = slope(0.5, a)
    let c = slope(0.5, b)
    let d = slope(1, c)
    func sum(_ start: Matrix<Double>, _ part: KeyPath<Slope, Matrix<Double>>) -> Matrix<Double> {
      start.moved(h / 6, along: a[keyPath: part]).moved(h / 3, along: b[keyPath: part])
        .moved(h / 3, along: c[keyPath: part]).moved(h / 6, along: d[keyPath: part])
    }
    return (sum(x, \.x), sum(w, \.w))
  }

  /// Brings the rows to unit length; the logarithms of what they had.
  private static func normalize(_ rows: inout Matrix<Double>) -> [Double] {
    (0..<rows.rows).map { orthonormalize(&rows, rows: $0..<$0 + 1)[0] }
  }

  /// Makes some rows orthonormal, each at right angles to those before; the logarithms of their
  /// lengths after the others' parts are off.
  private static func orthonormalize(
    _ frame: inout Matrix<Double>, rows: Range<Int>
  ) -> [Double] {
    frame.withView { frame in
      rows.map { row in
        let vector = frame.row(row)
        for other in rows.lowerBound..<row {
          vector.update(adding: -vector.dot(frame.row(other)), times: frame.row(other))
        }
        let length = vector.dot(vector).squareRoot()
        vector.update(scale: 1 / length, adding: 0, times: vector)
        return log(length)
      }
    }
  }
}

extension Matrix<Double> {
  fileprivate func scaled(by factor: Double) -> Matrix {
    Matrix(rows: rows, columns: columns, elements: elements.map { factor * $0 })
  }

  fileprivate func moved(_ step: Double, along slope: Matrix) -> Matrix {
    Matrix(
      rows: rows, columns: columns,
      elements: zip(elements, slope.elements).map { $0 + step * $1 })
  }
}
