internal import LinearAlgebra
internal import Randomness

extension PointsLaw {
  /// Splits the points into some to train on and some kept aside; nil if either part would be
  /// empty.
  ///
  /// `fraction` of the points, rounded to a whole number, is kept aside: those whose random number
  /// under `seed` is smallest. Weights are normalised in each part.
  public func split(
    heldOut fraction: Double, seed: UInt64
  ) -> (training: PointsLaw, heldOut: PointsLaw)? {
    let count = Int((fraction * Double(points.rows)).rounded())
    guard count > 0 && count < points.rows else { return nil }
    let stream = RandomStream(seed: seed, step: 0, purpose: .holdout)
    let keys = (0..<points.rows).map { stream.uniforms(at: UInt64($0)).0 }
    let order = (0..<points.rows).sorted { keys[$0] < keys[$1] }
    guard let heldOut = part(order.prefix(count).sorted()),
      let training = part(order.dropFirst(count).sorted())
    else { return nil }
    return (training, heldOut)
  }

  /// The law of some of the points.
  private func part(_ rows: [Int]) -> PointsLaw? {
    let total = rows.reduce(0) { $0 + weights[$1] }
    var part = Matrix<Double>(rows: rows.count, columns: dimension)
    part.withView { part in
      points.withReadOnlyView { points in
        for (k, row) in rows.enumerated() { part.row(k).copy(from: points.row(row)) }
      }
    }
    return try? PointsLaw(points: part, weights: rows.map { weights[$0] / total })
  }
}
