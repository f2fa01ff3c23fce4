import LinearAlgebra

@testable import Distributions

/// The continuous laws that tests run over; `References/laws.py` has the same ones.
enum ContinuousLaws {
  static let line = makeMixture([0.3, 0.7], [[-1], [2]], [[[0.25]], [[1.44]]])
  static let plane = makeMixture(
    [0.5, 0.3, 0.2], [[0, 0], [3, 1], [-1, 2]],
    [[[1, 0.3], [0.3, 0.5]], [[0.2, 0], [0, 0.2]], [[2, -0.9], [-0.9, 0.6]]])
  /// A disc, a line along (3, 4)/5, and a point.
  static let flat = makeMixture(
    [0.5, 0.25, 0.25], [[0, 0], [2, 0], [-2, 1]],
    [[[0.3, 0], [0, 0.3]], [[0.36, 0.48], [0.48, 0.64]], [[0, 0], [0, 0]]])
  static let space = makeMixture(
    [0.6, 0.4], [[1, 0, -1], [-1, 1, 0]],
    [
      [[1, 0.2, 0], [0.2, 0.6, 0.1], [0, 0.1, 0.4]], [[0.5, 0, 0], [0, 0.1, 0], [0, 0, 2]],
    ])

  static let circle = make { try HypersphereLaw(dimension: 2, radius: 1.5) }
  static let sphere8 = make { try HypersphereLaw(dimension: 8, radius: 2) }
  static let box = make { try BoxLaw(lower: [0, -2], upper: [1, 1]) }
  /// A box without a third side.
  static let flatBox = make { try BoxLaw(lower: [0, 5, -2], upper: [1, 5, 1]) }
  static let board4 = make { try CheckerboardLaw(cells: 4, width: 1) }
  static let board3 = make { try CheckerboardLaw(cells: 3, width: 0.7) }
  static let roll = make { try CurveLaw(shape: .swissRoll) }
  static let moons = make { try CurveLaw(shape: .twoMoons, scale: 2) }
  static let spiral = make { try CurveLaw(shape: .spiral) }
  static let noisyMoons = make { try CurveLaw(shape: .twoMoons, noise: 0.1) }

  static let all: [NamedLaw] =
    quick + [
      NamedLaw("swiss roll", roll), NamedLaw("two moons", moons), NamedLaw("spiral", spiral),
    ]
  /// Those whose information curve is quick however small the noise, even in a debug build.
  static let quick: [NamedLaw] = [
    NamedLaw("noisy moons", noisyMoons),
    NamedLaw("mixture on a line", line), NamedLaw("mixture in the plane", plane),
    NamedLaw("mixture of other dimensions", flat), NamedLaw("mixture in space", space),
    NamedLaw("box", box), NamedLaw("flat box", flatBox), NamedLaw("board of 4", board4),
    NamedLaw("board of 3", board3), NamedLaw("circle", circle), NamedLaw("sphere", sphere8),
    NamedLaw("sphere of two points", make { try HypersphereLaw(dimension: 1, radius: 1) }),
  ]

  /// The law that `make` makes, whose parameters are known to be right.
  static func make<Made: Law>(_ make: () throws -> Made) -> Made {
    guard let law = try? make() else { preconditionFailure("a test law is invalid") }
    return law
  }

  private static func makeMixture(
    _ weights: [Double], _ means: [[Double]], _ covariances: [[[Double]]]
  ) -> GaussianMixtureLaw {
    make {
      try GaussianMixtureLaw(
        components: zip(means, covariances).map {
          try GaussianLaw(mean: $0, covariance: Matrix($1))
        }, weights: weights)
    }
  }
}
