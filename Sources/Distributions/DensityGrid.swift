internal import Glibc
internal import LinearAlgebra

/// The variances of an information point, for a density on a line or in a plane that is smooth on
/// the scale 1 and known at the nodes of a uniform grid.
///
/// For `x = y + σ z` the surprisal is `S = log p_σ(x) − log p(y) + ‖z‖²/2` but for a constant, so
/// with `g = E[log p(y)|x]` and `q = E[‖z‖²|x]` the posterior entropy is `h = log p_σ + q/2 − g`,
/// and `Var S = Var log p_σ + Var log p + D/2 − 2 Cov(log p_σ, g) + Cov(log p_σ, q)`, since y and z
/// are independent. `p_σ`, `p_σ g` and `p_σ q` are `p`, `p log p` and `p`, convolved with a
/// Gaussian, and with a Gaussian times `‖z‖²` (`BlurKernels`): products of matrices.
///
/// What limits the accuracy is not p but its logarithm, singular at complex zeros of p: between
/// equal components of deviation 1 at distance d these are off the plane by `π/d`, so a step of 0.2
/// errs by some `exp(−d²/8 − 10π²/d)`, worst near d = 8. Measured: 3e-9 on pairs at distances 5, 7
/// and 9, 2e-10 on components that overlap. At the edge of the grid, 7.5 deviations out, p is below
/// 1e-12.
struct DensityGrid: Sendable {
  /// Nodes with equal gaps along one coordinate; one node where a line has no second coordinate.
  struct Axis: Sendable {
    let first: Double
    let step: Double
    let count: Int

    /// The nodes at multiples of `step` between the bounds; nil if there are more than 2048.
    init?(from lower: Double, to upper: Double, step: Double) {
      let count = ((upper - lower) / step).rounded(.up) + 1
      guard count <= 2048 else { return nil }
      (first, self.step, self.count) = (lower, step, Int(count))
    }

    /// The node of index `index`.
    subscript(index: Int) -> Double { first + step * Double(index) }
    /// The last node.
    var last: Double { self[count - 1] }
  }

  /// The distance between nodes along a coordinate.
  static let step = 0.2
  /// How many deviations of the data the grid reaches.
  static let reach = 7.5
  /// The most nodes a grid may have: with more a noise level would take over half a second.
  static let largest = 400_000

  private let dimension: Double
  private let axes: (u: Axis, v: Axis)
  /// `p` at the nodes, `(U, V)`, their sum 1.
  private let mass: Matrix<Double>
  /// `mass · (log p − E log p)`, `(U, V)`.
  private let weighted: Matrix<Double>
  /// `Var log p(y)`.
  private let logVariance: Double

  /// The grid of nodes `u × v` with the density at them, `(U, V)`, up to a factor.
  init(_ u: Axis, _ v: Axis, density: Matrix<Double>) {
    dimension = v.count > 1 ? 2 : 1
    axes = (u, v)
    let sum = density.elements.reduce(0, +)
    let masses = density.elements.map { $0 > 1e-300 * sum ? $0 / sum : 0 }
    let logs = masses.map { $0 > 0 ? log($0) : 0 }
    let mean = zip(masses, logs).reduce(0) { $0 + $1.0 * $1.1 }
    let centred = zip(masses, logs).map { $0 * ($1 - mean) }
    logVariance = zip(centred, logs).reduce(0) { $0 + $1.0 * ($1.1 - mean) }
    mass = Matrix(rows: u.count, columns: v.count, elements: masses)
    weighted = Matrix(rows: u.count, columns: v.count, elements: centred)
  }

  /// The variances over x of the posterior entropy and over (x, y) of the surprisal at `sigma`, in
  /// nats².
  func variances(sigma: Double) -> (posteriorEntropy: Double, surprisal: Double) {
    // Beyond, the Gaussian is flat over all data and its square would leave the range of numbers.
    let sigma = min(sigma, 1e100)
    let (u, v) = (BlurKernels(axes.u, sigma: sigma), BlurKernels(axes.v, sigma: sigma))
    let half = Matrix.product(u.plain, mass)
    let blurred = Matrix.product(half, v.plain, transposingRight: true)
    let logs = Matrix.product(
      Matrix.product(u.plain, weighted), v.plain, transposingRight: true)
    var squares = Matrix.product(
      Matrix.product(u.square, mass), v.plain, transposingRight: true)
    squares.withView { squares in
      half.withReadOnlyView { half in
        v.square.withReadOnlyView {
          squares.setProduct(.plain(half), .transposed($0), keeping: 1)
        }
      }
    }
    return summary(blurred.elements, logs.elements, squares.elements)
  }

  /// The variances from `p_σ`, `p_σ g` and `p_σ q` at the nodes of x.
  private func summary(
    _ masses: [Double], _ logs: [Double], _ squares: [Double]
  ) -> (posteriorEntropy: Double, surprisal: Double) {
    // Below, the kernels' rounding would show in quotients.
    let least = 1e-14 * masses.reduce(0, max)
    let nodes = masses.indices.filter { masses[$0] > least }
    var (total, logMean, entropyMean) = (0.0, 0.0, 0.0)
    for k in nodes {
      let logDensity = log(masses[k])
      total += masses[k]
      logMean += masses[k] * logDensity
      entropyMean += masses[k] * logDensity + squares[k] / 2 - logs[k]
    }
    (logMean, entropyMean) = (logMean / total, entropyMean / total)
    var (entropy, surprisal) = (0.0, 0.0)
    for k in nodes {
      let (a, g, q) = (log(masses[k]) - logMean, logs[k] / masses[k], squares[k] / masses[k])
      let h = a + logMean + q / 2 - g - entropyMean
      entropy += masses[k] * h * h
      surprisal += masses[k] * a * (a - 2 * g + q - dimension)
    }
    return (entropy / total, max(0, surprisal / total + logVariance + dimension / 2))
  }
}

/// Matrices that blur a function on the nodes of an axis: `(X, Y)`, for x and y on either side.
///
/// From 0.3 on the Gaussian is smooth enough for sums over nodes, and x takes an axis of its own.
/// Below, x runs over the nodes of y, and the kernel is the Gaussian of the Fourier series through
/// the nodes: exact to what of `p log p` has wavelengths below two steps, and the identity as σ →
/// 0.
private struct BlurKernels {
  /// The weights `N(x − y; σ²)`.
  let plain: Matrix<Double>
  /// The weights `N(x − y; σ²) (x − y)²/σ²`.
  let square: Matrix<Double>

  init(_ axis: DensityGrid.Axis, sigma: Double) {
    guard axis.count > 1 else {
      (plain, square) = (Matrix([[1]]), Matrix([[0]]))
      return
    }
    (plain, square) =
      sigma < 0.3 ? Self.periodic(axis, sigma: sigma) : Self.direct(axis, sigma: sigma)
  }

  private static func direct(
    _ axis: DensityGrid.Axis, sigma: Double
  ) -> (plain: Matrix<Double>, square: Matrix<Double>) {
    let step = DensityGrid.step * hypot(1, sigma)
    let (lower, upper) = (axis.first - 7 * sigma, axis.last + 7 * sigma)
    let count = Int(((upper - lower) / step).rounded(.up)) + 1
    var plain = Matrix<Double>(rows: count, columns: axis.count)
    var square = plain
    let factor = step / (sigma * (2 * Double.pi).squareRoot())
    for i in 0..<count {
      for j in 0..<axis.count {
        let z = (lower + Double(i) * step - axis[j]) / sigma
        let weight = factor * exp(-z * z / 2)
        plain[i, j] = weight
        square[i, j] = weight * z * z
      }
    }
    return (plain, square)
  }

  private static func periodic(
    _ axis: DensityGrid.Axis, sigma: Double
  ) -> (plain: Matrix<Double>, square: Matrix<Double>) {
    let n = axis.count
    let cosines = (0..<n).map { cos(2 * Double.pi * Double($0) / Double(n)) / Double(n) }
    // A Gaussian's transform is exp(−a²/2), a = σω, and (1 − a²) exp(−a²/2) with the factor z².
    let symbols = (0..<n).map { k in
      let a = 2 * Double.pi * Double(min(k, n - k)) / (Double(n) * axis.step) * sigma
      return (plain: exp(-a * a / 2), square: (1 - a * a) * exp(-a * a / 2))
    }
    var (row, squareRow) = ([Double](repeating: 0, count: n), [Double](repeating: 0, count: n))
    for j in 0..<n {
      for k in 0..<n {
        let cosine = cosines[j * k % n]
        row[j] += symbols[k].plain * cosine
        squareRow[j] += symbols[k].square * cosine
      }
    }
    var plain = Matrix<Double>(rows: n, columns: n)
    var square = plain
    for i in 0..<n {
      for j in 0..<n {
        plain[i, j] = row[(i - j + n) % n]
        square[i, j] = squareRow[(i - j + n) % n]
      }
    }
    return (plain, square)
  }
}
