public import ForwardProcess
internal import Glibc
public import LinearAlgebra

/// The posterior of a finite law with the surprisals of its points, which are found by their
/// coordinates.
public struct PointsSurprisal: PosteriorFunction {
  /// The law.
  public let law: PointsLaw
  /// The points of each fingerprint.
  private let places: [UInt64: [Int]]

  /// The posterior of `law`.
  public init(_ law: PointsLaw) {
    self.law = law
    places = law.points.withReadOnlyView { points in
      Dictionary(grouping: 0..<points.rows) { points.row($0).fingerprint }
    }
  }

  /// Which point of the law each row of `y` is, `(B)`; every row is one.
  func indices(of y: Matrix<Double>) -> [Int] {
    y.withReadOnlyView { y in
      law.points.withReadOnlyView { points in
        (0..<y.rows).map { row in
          let found = places[y.row(row).fingerprint]?.first {
            points.row($0).isEqual(to: y.row(row))
          }
          guard let found else { preconditionFailure("a value that the law does not have") }
          return found
        }
      }
    }
  }

  /// The posterior entropies, and the surprisals
  /// `−log p(y_i|x) = log p(x) − log w_i + ‖x − y_i‖²/2σ² + (D/2) log 2πσ²`.
  ///
  /// Where `y_i` is the most probable point that difference of large numbers loses the digits of a
  /// small surprisal: it is `−log(1 − doubt)` there.
  public func information(
    of y: Matrix<Double>?, at x: Matrix<Double>, sigma: Double
  ) -> PosteriorInformation {
    let posterior = law.posterior(at: x, sigma: sigma)
    guard let y else {
      return PosteriorInformation(entropies: posterior.entropy, surprisals: nil)
    }
    let noise = Double(law.dimension) * (log(2 * Double.pi) / 2 + log(sigma))
    let surprisals = x.withReadOnlyView { x in
      law.points.withReadOnlyView { points in
        indices(of: y).enumerated().map { row, index in
          guard posterior.nearest[row] != index else { return -log1p(-posterior.doubt[row]) }
          let square = x.row(row).squaredDistance(to: points.row(index)) / sigma / sigma
          return posterior.logDensity[row] - law.logWeights[index] + square / 2 + noise
        }
      }
    }
    return PosteriorInformation(entropies: posterior.entropy, surprisals: surprisals)
  }
}
