import Distributions
import ForwardProcess
import Glibc
import LinearAlgebra
import Statistics
import Testing

@testable import Estimation

/// A law whose entropy, Shannon's or differential, is known.
struct EntropyLaw: CustomTestStringConvertible, Sendable {
  let testDescription: String
  let law: any Law
  let entropy: Double

  init(_ name: String, _ entropy: Double, _ make: () throws -> any Law) {
    guard let law = try? make() else { preconditionFailure("a test law is invalid") }
    (testDescription, self.law, self.entropy) = (name, law, entropy)
  }

  /// Finite laws with exact curves: those of `datasets`.
  static let finite = [
    EntropyLaw("two-points", log(2)) { try PointsLaw(points: Matrix([[1], [-1]])) },
    EntropyLaw("unequal-two-points", -0.8 * log(0.8) - 0.2 * log(0.2)) {
      try PointsLaw(points: Matrix([[1], [-1]]), weights: [0.8, 0.2])
    },
    EntropyLaw("ring-8", log(8)) { try PointsLaw(points: Matrix(circle(8))) },
    EntropyLaw("hierarchy", log(8)) {
      try PointsLaw(
        points: Matrix(
          [-4.25, -3.75, 3.75, 4.25].flatMap { x in [-1, 1].map { [x, $0] } }))
    },
  ]
  /// One without: its curve is sampled.
  static let simplex = EntropyLaw("simplex-16", log(16)) {
    try PointsLaw(
      points: Matrix((0..<16).map { i in (0..<16).map { i == $0 ? 1.0 : 0 } }))
  }

  /// Laws with a density: those of `datasets`, and a box.
  static let continuous = [
    EntropyLaw(
      "gaussian-16", eigenvalues.reduce(0) { $0 + (log(2 * Double.pi * $1) + 1) / 2 }
    ) {
      try GaussianLaw(
        mean: Array(repeating: 1, count: 16),
        standardDeviations: eigenvalues.map { $0.squareRoot() })
    },
    EntropyLaw("a row of grid-25", gridEntropy / 2) {
      try GaussianMixtureLaw(
        components: (-2...2).map {
          try GaussianLaw(mean: [Double($0)], standardDeviations: [0.1])
        }, weights: Array(repeating: 0.2, count: 5))
    },
    EntropyLaw("checkerboard", log(8)) { try CheckerboardLaw(cells: 4, width: 1) },
    EntropyLaw("box", log(6)) { try BoxLaw(lower: [0, -2, 5], upper: [1, 1, 7]) },
    EntropyLaw("skewed mixture", skewedEntropy) {
      try GaussianMixtureLaw(
        components: [
          try GaussianLaw(mean: [-1], standardDeviations: [0.5]),
          try GaussianLaw(mean: [2], standardDeviations: [1.2]),
        ], weights: [0.3, 0.7])
    },
  ]

  /// One whose curve takes seconds.
  static let grid = EntropyLaw("grid-25", gridEntropy) {
    try GaussianMixtureLaw(
      components: (0..<25).map {
        try GaussianLaw(
          mean: [Double($0 % 5 - 2), Double($0 / 5 - 2)], standardDeviations: [0.1, 0.1])
      }, weights: Array(repeating: 0.04, count: 25))
  }

  static let eigenvalues = (0..<16).map { 0.05 * pow(60, Double($0) / 15) }

  static func circle(_ count: Int) -> [[Double]] {
    (0..<count).map {
      let angle = 2 * Double.pi * Double($0) / Double(count)
      return [cos(angle), sin(angle)]
    }
  }

  /// Twice that of five normal laws of deviation 0.1 at distances 1 on a line: the grid is a
  /// product.
  static let gridEntropy = 2 * lineEntropy((-2...2).map { (0.2, Double($0), 0.1) })
  static let skewedEntropy = lineEntropy([(0.3, -1, 0.5), (0.7, 2, 1.2)])

  /// `−∫ p log p` of a mixture on a line (weight, mean, deviation), to rounding.
  static func lineEntropy(_ components: [(Double, Double, Double)]) -> Double {
    trapezoidalIntegral(from: -20, to: 20, step: 0.005) { x in
      let p = components.reduce(0) {
        let z = (x - $1.1) / $1.2
        return $0 + $1.0 * exp(-z * z / 2) / ($1.2 * (2 * Double.pi).squareRoot())
      }
      return p > 0 ? -p * log(p) : 0
    }
  }

  /// The Gaussian baseline of `law`, whose covariance is known.
  static func baseline(_ law: some Law) throws -> GaussianBaseline {
    let baseline = GaussianBaseline(law)
    return try #require(baseline)
  }

  /// The information curve at `count` levels of the law's range, or of `range`.
  func curve(_ count: Int, range: NoiseRange? = nil, samples: Int = 2048) -> [InformationPoint] {
    law.informationCurve(
      at: (range ?? law.noiseRange).levels(count),
      sampling: CurveSampling(samples: samples, seed: 4, workers: Workers(count: 2)))
  }
}
