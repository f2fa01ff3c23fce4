internal import Glibc
internal import LinearAlgebra

extension CurveLaw {
  /// The density of the data on a grid in units of the noise; nil without noise, and where the grid
  /// would be too large.
  ///
  /// The Gaussians about the curve's nodes are products, so the density is a product of matrices.
  func makeGrid() -> DensityGrid? {
    guard noise > 0 else { return nil }
    let unit = noise / scale
    // Every shape is wider than 1 along both axes; and little noise would need many nodes.
    let least = 1 / (unit * DensityGrid.step)
    guard least * least <= Double(DensityGrid.largest) else { return nil }
    let nodes = nodes(spread: unit)
    let axes = [nodes.x, nodes.y].compactMap { positions in
      DensityGrid.Axis(
        from: positions.reduce(.infinity, min) / unit - DensityGrid.reach,
        to: positions.reduce(-.infinity, max) / unit + DensityGrid.reach, step: DensityGrid.step)
    }
    guard axes.count == 2 && axes[0].count * axes[1].count <= DensityGrid.largest else {
      return nil
    }
    var left = Self.factor(axes[0], nodes.x, unit: unit)
    for i in 0..<left.rows {
      for k in 0..<left.columns { left[i, k] *= nodes.weights[k] }
    }
    let right = Self.factor(axes[1], nodes.y, unit: unit)
    return DensityGrid(
      axes[0], axes[1], density: .product(left, right, transposingRight: true))
  }

  /// `exp(−(x − c)²/2)` for x on an axis and the coordinates c of nodes.
  private static func factor(
    _ axis: DensityGrid.Axis, _ positions: [Double], unit: Double
  ) -> Matrix<Double> {
    var result = Matrix<Double>(rows: axis.count, columns: positions.count)
    for i in 0..<axis.count {
      for (k, position) in positions.enumerated() {
        let distance = axis[i] - position / unit
        result[i, k] = exp(-distance * distance / 2)
      }
    }
    return result
  }
}
