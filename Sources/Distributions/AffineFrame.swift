internal import LinearAlgebra

/// Points of a line or a plane in coordinates of their own.
///
/// Noise at right angles to the affine subspace of the points says nothing about which one it is,
/// so their information curve is that of the coordinates alone, whatever the dimension of the
/// space.
struct AffineFrame {
  /// The extent in units of σ beyond which coordinates are too coarse for a posterior.
  static let resolution = 1e12

  /// The coordinates of the points about their mean, one array per axis: none for a single point.
  let axes: [[Double]]

  /// The coordinates of the points of `law`; nil if their affine subspace is beyond a plane.
  ///
  /// Each axis points at the point farthest from the subspace so far (Gram and Schmidt with
  /// pivots). Points within 1e-11 of their extent count as in the subspace: that is what rounding
  /// leaves of coordinates rotated in a space of many dimensions, and changes nothing above σ =
  /// 1e-10 of it.
  init?(_ law: PointsLaw) {
    let (K, D) = (law.points.rows, law.dimension)
    guard K > 1 else {
      axes = []
      return
    }
    let extent = law.squares.reduce(0, max).squareRoot()
    var (directions, axes): ([Matrix<Double>], [[Double]]) = ([], [])
    var residual = Matrix<Double>(rows: 1, columns: D)
    let center = Matrix(rows: 1, columns: D, elements: law.moments.mean)
    while axes.count <= 2 {
      var (farthest, distance) = (0, 0.0)
      for k in 0..<K {
        let square = Self.setResidual(&residual, law.points, k, center, directions)
        if square > distance { (farthest, distance) = (k, square) }
      }
      guard distance.squareRoot() > 1e-11 * extent else {
        self.axes = axes
        return
      }
      _ = Self.setResidual(&residual, law.points, farthest, center, directions)
      directions.append(Self.normalized(residual, distance.squareRoot()))
      axes.append(Self.coordinates(law.points, center, directions[axes.count]))
    }
    return nil
  }

  /// Sets `residual` `(1, D)` to the part of point `k` at right angles to `directions`; returns its
  /// squared length.
  private static func setResidual(
    _ residual: inout Matrix<Double>, _ points: Matrix<Double>, _ k: Int,
    _ center: Matrix<Double>, _ directions: [Matrix<Double>]
  ) -> Double {
    residual.withView { residual in
      let r = residual.row(0)
      points.withReadOnlyView { r.copy(from: $0.row(k)) }
      center.withReadOnlyView { r.update(adding: -1, times: $0.row(0)) }
      for direction in directions {
        direction.withReadOnlyView { r.update(adding: -r.dot($0.row(0)), times: $0.row(0)) }
      }
      return r.dot(r)
    }
  }

  private static func normalized(_ vector: Matrix<Double>, _ length: Double) -> Matrix<Double> {
    Matrix(rows: 1, columns: vector.columns, elements: vector.elements.map { $0 / length })
  }

  private static func coordinates(
    _ points: Matrix<Double>, _ center: Matrix<Double>, _ direction: Matrix<Double>
  ) -> [Double] {
    var centred = center
    return centred.withView { centred in
      points.withReadOnlyView { points in
        direction.withReadOnlyView { direction in
          center.withReadOnlyView { center in
            (0..<points.rows).map {
              centred.row(0).copy(from: points.row($0))
              centred.row(0).update(adding: -1, times: center.row(0))
              return centred.row(0).dot(direction.row(0))
            }
          }
        }
      }
    }
  }
}
