internal import Glibc
internal import LinearAlgebra

extension GaussianMixtureLaw {
  /// The narrowest standard deviation of a component along any direction.
  var narrowest: Double {
    components.reduce(.infinity) { $1.eigenvalues.reduce($0) { min($0, $1.squareRoot()) } }
  }

  /// The density on a grid in units of `narrowest`; nil without a density, beyond a plane, and
  /// where the grid would be too large.
  func makeGrid() -> DensityGrid? {
    guard hasDensity && dimension <= 2 else { return nil }
    let unit = narrowest
    let axes = (0..<dimension).compactMap { j in
      let reaches = components.map { DensityGrid.reach * $0.deviation(along: j) }
      return DensityGrid.Axis(
        from: components.indices.reduce(.infinity) {
          min($0, (centredMeans[$1, j] - reaches[$1]) / unit)
        },
        to: components.indices.reduce(-.infinity) {
          max($0, (centredMeans[$1, j] + reaches[$1]) / unit)
        }, step: DensityGrid.step)
    }
    guard axes.count == dimension else { return nil }
    guard let v = dimension == 2 ? axes[1] : DensityGrid.Axis(from: 0, to: 0, step: 1) else {
      return nil
    }
    guard axes[0].count * v.count <= DensityGrid.largest else { return nil }
    var density = Matrix<Double>(rows: axes[0].count, columns: v.count)
    for k in components.indices { addComponent(k, to: &density, axes[0], v, unit: unit) }
    return DensityGrid(axes[0], v, density: density)
  }

  /// Adds component `k` at the nodes that it reaches, but for the factor that all components share.
  private func addComponent(
    _ k: Int, to density: inout Matrix<Double>, _ u: DensityGrid.Axis, _ v: DensityGrid.Axis,
    unit: Double
  ) {
    let component = components[k]
    let variances = component.eigenvalues.map { $0 / unit / unit }
    let logFactor = variances.reduce(logWeights[k]) { $0 - log($1) / 2 }
    let isPlane = dimension == 2
    let (a, b) = component.eigenvectors.map { ($0[0, 0], $0[0, isPlane ? 1 : 0]) } ?? (1, 0)
    let mean = (0..<dimension).map { centredMeans[k, $0] / unit }
    let reach = (0..<dimension).map { DensityGrid.reach * component.deviation(along: $0) / unit }
    for i in u.indices(within: reach[0], of: mean[0]) {
      for j in isPlane ? v.indices(within: reach[1], of: mean[1]) : 0..<1 {
        let x = u[i] - mean[0]
        let y = isPlane ? v[j] - mean[1] : 0
        let along = isPlane ? a * x + b * y : x
        let across = isPlane ? a * y - b * x : 0
        let square = along * along / variances[0] + (isPlane ? across * across / variances[1] : 0)
        density[i, j] += exp(logFactor - square / 2)
      }
    }
  }
}

extension GaussianLaw {
  /// The standard deviation along coordinate `j`.
  fileprivate func deviation(along j: Int) -> Double {
    guard let eigenvectors else { return eigenvalues[j].squareRoot() }
    return eigenvalues.indices.reduce(0) {
      $0 + eigenvalues[$1] * eigenvectors[$1, j] * eigenvectors[$1, j]
    }.squareRoot()
  }
}

extension DensityGrid.Axis {
  /// The indices of the nodes that are at most `distance` from `position`.
  fileprivate func indices(within distance: Double, of position: Double) -> Range<Int> {
    let lower = max(0, Int(((position - distance - first) / step).rounded(.up)))
    let upper = min(count, Int(((position + distance - first) / step).rounded(.down)) + 1)
    return lower..<max(lower, upper)
  }
}
