import ForwardProcess
import Glibc
import LinearAlgebra
import Randomness
import Statistics
import Testing

@testable import Distributions

/// The laws that the tests run over, by name.
enum TestLaws {
  static let twoPoints = makePoints(Matrix([[-1], [1]]))
  static let unequalTwoPoints = makePoints(Matrix([[-1], [1]]), weights: [0.9, 0.1])
  /// Three unequal points on a line in three dimensions.
  static let unequalLine = makePoints(
    Matrix([[1, 2, 3], [1.5, 1, 4], [3, -2, 7]]), weights: [0.5, 0.3, 0.2])
  static let ring = makePoints(Matrix(ringRows(8)))
  /// The vertices of a regular simplex in `dimension` dimensions, one standard basis vector each
  /// and the point on the diagonal that is as far from them as they from each other.
  static func simplex(_ dimension: Int) -> PointsLaw {
    var rows = (0..<dimension).map { i in (0..<dimension).map { $0 == i ? 1.0 : 0.0 } }
    let d = Double(dimension)
    rows.append(Array(repeating: (1 - (d + 1).squareRoot()) / d, count: dimension))
    return makePoints(Matrix(rows))
  }
  static let simplex5 = simplex(5)
  /// Scattered points of unequal weights, more than one block of them.
  static let cloud = makeCloud(count: 1300, dimension: 7)
  static let gaussian = makeGaussian(rank: 6, dimension: 6)
  static let flatGaussian = makeGaussian(rank: 3, dimension: 6)
  static let axisGaussian = makeAxisGaussian()

  static let all: [NamedLaw] = [
    NamedLaw("two points", twoPoints), NamedLaw("unequal two points", unequalTwoPoints),
    NamedLaw("unequal line", unequalLine), NamedLaw("ring", ring), NamedLaw("simplex", simplex5),
    NamedLaw("cloud", cloud), NamedLaw("gaussian", gaussian),
    NamedLaw("flat gaussian", flatGaussian), NamedLaw("axis gaussian", axisGaussian),
  ]
  static let points: [NamedPoints] = [
    NamedPoints("two points", twoPoints), NamedPoints("unequal two points", unequalTwoPoints),
    NamedPoints("unequal line", unequalLine), NamedPoints("ring", ring),
    NamedPoints("simplex", simplex5), NamedPoints("cloud", cloud),
  ]

  static func ringRows(_ count: Int) -> [[Double]] {
    (0..<count).map {
      let angle = 2 * Double.pi * Double($0) / Double(count)
      return [cos(angle), sin(angle)]
    }
  }

  static func makePoints(_ points: Matrix<Double>, weights: [Double]? = nil) -> PointsLaw {
    guard let law = try? PointsLaw(points: points, weights: weights) else {
      preconditionFailure("a test law is invalid")
    }
    return law
  }

  static func makeCloud(count: Int, dimension: Int) -> PointsLaw {
    let stream = RandomStream(seed: 5, step: 0, purpose: .test)
    let raw = (0..<count).map { stream.with(.level).uniforms(at: UInt64($0)).0 }
    let sum = raw.reduce(0, +)
    return makePoints(stream.normals(count, dimension), weights: raw.map { $0 / sum })
  }

  /// A Gaussian with `rank` eigenvalues from 0.05 to 3, the others 0, along rotated axes.
  static func makeGaussian(rank: Int, dimension: Int) -> GaussianLaw {
    let stream = RandomStream(seed: 6, step: 0, purpose: .test)
    let random = stream.normals(dimension, dimension)
    guard let rotation = SymmetricEigen(.product(random, random, transposingRight: true)) else {
      preconditionFailure("no eigenvectors")
    }
    var scaled = rotation.vectors
    for j in 0..<dimension {
      let share = Double(j) / Double(max(1, rank - 1))
      let value = j < rank ? 0.05 * exp(share * log(60.0)) : 0
      for k in 0..<dimension { scaled[j, k] *= value }
    }
    let covariance = Matrix.product(rotation.vectors, scaled, transposingLeft: true)
    var symmetric = covariance
    for i in 0..<dimension { for j in 0..<i { symmetric[i, j] = covariance[j, i] } }
    let mean = (0..<dimension).map { Double($0) - 1.5 }
    guard let law = try? GaussianLaw(mean: mean, covariance: symmetric) else {
      preconditionFailure("a test law is invalid")
    }
    return law
  }

  static func makeAxisGaussian() -> GaussianLaw {
    guard let law = try? GaussianLaw(mean: [1, -2, 3], standardDeviations: [2, 0, 0.1]) else {
      preconditionFailure("a test law is invalid")
    }
    return law
  }
}

/// A law with a name for the test report.
struct NamedLaw: CustomTestStringConvertible, Sendable {
  let law: any Law
  let testDescription: String

  init(_ name: String, _ law: any Law) { (testDescription, self.law) = (name, law) }
}

/// A finite law with a name for the test report.
struct NamedPoints: CustomTestStringConvertible, Sendable {
  let law: PointsLaw
  let testDescription: String

  init(_ name: String, _ law: PointsLaw) { (testDescription, self.law) = (name, law) }
}

extension Law {
  /// `count` noised samples at `sigma`, `(count, D)`.
  func noised(_ count: Int, sigma: Double, seed: UInt64) -> Matrix<Double> {
    let stream = RandomStream(seed: seed, step: 0, purpose: .test)
    var x = samples(count, stream: stream)
    let z = stream.with(.noise).normals(count, dimension)
    for row in 0..<count {
      for j in 0..<dimension { x[row, j] += sigma * z[row, j] }
    }
    return x
  }
}

/// The largest absolute difference, or infinity if either array is not finite.
func maximumDifference(_ a: [Double], _ b: [Double]) -> Double {
  guard a.count == b.count && (a + b).allSatisfy(\.isFinite) else { return .infinity }
  return zip(a, b).reduce(0) { max($0, abs($1.0 - $1.1)) }
}

/// The largest absolute value, or infinity if one is not finite.
func maximumNorm(_ a: [Double]) -> Double { maximumDifference(a, a.map { _ in 0 }) }
