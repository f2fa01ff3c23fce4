internal import LinearAlgebra

/// The steps of Newton's method for a system of equations, each with the matrix of an earlier one
/// as long as they shrink fast enough (chords): a matrix costs several residuals.
struct NewtonIteration {
  /// Whether the last step was so small, or what it would have mended so near to rounding, that it
  /// ended the iteration.
  private(set) var isDone = false
  /// The steps that were taken.
  private(set) var count = 0

  private var factors: EliminationFactors?
  private var matrix: Matrix<Double>?
  private var last = Double.infinity

  private static let most = 30
  /// Steps below this end the iteration.
  private static let smallStep = 1e-9
  /// Residuals below this are rounding: along a direction in which the density is flat a long step
  /// would follow from it.
  private let rounding: Double
  /// Steps above this come from a matrix that is all but singular.
  private static let longStep = 0.5

  /// An iteration in whose residuals numbers below `rounding` mean nothing.
  init(rounding: Double) { self.rounding = rounding }

  /// The step from the negative residuals `right` and the matrix of the derivatives at the same
  /// place; nil when the iteration is done, or has failed.
  mutating func step(right: [Double], matrix: () -> Matrix<Double>) -> [Double]? {
    guard !isDone, count < Self.most, right.allSatisfy(\.isFinite) else { return nil }
    let residual = FixedPointEquation.norm(right)
    if residual < rounding && count > 0 {
      isDone = true
      return nil
    }
    guard var step = solution(right, matrix) else { return nil }
    if FixedPointEquation.norm(step) > last / 4 {
      self.matrix = nil
      guard let fresh = solution(right, matrix) else { return nil }
      step = fresh
    }
    last = FixedPointEquation.norm(step)
    count += 1
    if last < Self.smallStep || residual < rounding { isDone = true }
    // The last step is taken too, unless rounding has made it long.
    return isDone && last > 1e-6 ? nil : step
  }

  /// The solution by elimination; where that leads far away, the shortest one.
  private mutating func solution(_ right: [Double], _ make: () -> Matrix<Double>) -> [Double]? {
    let matrix = self.matrix ?? make()
    if self.matrix == nil { (self.matrix, factors) = (matrix, EliminationFactors(matrix)) }
    if let plain = factors?.solution(of: right), FixedPointEquation.norm(plain) < Self.longStep {
      return plain
    }
    return matrix.shortestSolution(of: right, cutoff: 1e-7)
  }
}
