import Distributions
import ForwardProcess
import Glibc
import LinearAlgebra
import Statistics
import Testing

/// A finite law with its posterior, and a name for the test report.
struct PathLaw: CustomTestStringConvertible, Sendable {
  let testDescription: String
  let law: PointsLaw

  var posterior: PointsSurprisal { PointsSurprisal(law) }

  init(_ name: String, _ points: [[Double]], weights: [Double]? = nil) {
    guard let law = try? PointsLaw(points: Matrix(points), weights: weights) else {
      preconditionFailure("a test law is invalid")
    }
    (testDescription, self.law) = (name, law)
  }

  static let twoPoints = PathLaw("two points", [[1], [-1]])
  static let unequal = PathLaw("unequal two points", [[1], [-1]], weights: [0.8, 0.2])
  static let ring = PathLaw(
    "ring",
    (0..<8).map { [cos(Double($0) * Double.pi / 4), sin(Double($0) * Double.pi / 4)] })
  static let simplex = PathLaw("simplex", simplexRows(5))
  static let all = [twoPoints, unequal, ring, simplex]

  /// The unit vectors of a space.
  static func simplexRows(_ dimension: Int) -> [[Double]] {
    (0..<dimension).map { i in (0..<dimension).map { $0 == i ? 1 : 0 } }
  }

  /// The information curve, of few samples where it is sampled.
  func curve(_ sigmas: [Double]) -> [InformationPoint] {
    law.informationCurve(
      at: sigmas, sampling: CurveSampling(samples: 20_000, seed: 9, workers: Workers(count: 2)))
  }
}

/// A score that is wrong by a factor.
struct ScaledScore: ScoreFunction {
  let base: any ScoreFunction
  let factor: Double

  var dimension: Int { base.dimension }

  func score(at x: Matrix<Double>, sigma: Double) -> Matrix<Double> {
    scaled(base.score(at: x, sigma: sigma))
  }

  func jacobian(at x: Matrix<Double>, sigma: Double) -> Matrix<Double> {
    scaled(base.jacobian(at: x, sigma: sigma))
  }

  private func scaled(_ matrix: Matrix<Double>) -> Matrix<Double> {
    Matrix(
      rows: matrix.rows, columns: matrix.columns, elements: matrix.elements.map { factor * $0 })
  }
}
