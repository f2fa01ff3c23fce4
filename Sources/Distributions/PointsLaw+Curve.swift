public import ForwardProcess
internal import LinearAlgebra
internal import Statistics

extension PointsLaw {
  /// The information curve: by quadrature for points on a line or in a plane of any space, else by
  /// Monte Carlo with standard errors.
  ///
  /// On a line the error is below 1e-11, in a plane below 1e-7, and the standard error reported is
  /// 0; `sampling` then only lends its threads. Quadrature costs time and memory in proportion to
  /// K: it serves up to 10⁶ points on a line and 10⁵ in a plane. Beyond, see `RareEventSampler`;
  /// where `K D` exceeds some millions it takes fewer samples than asked for, and the standard
  /// errors say so.
  public func informationCurve(
    at sigmas: [Double], sampling: CurveSampling
  ) -> [InformationPoint] {
    precondition(sigmas.allSatisfy { $0 > 0 && $0.isFinite })
    guard let frame = AffineFrame(self), weights.count <= Self.quadratureLimit(frame) else {
      let sampler = RareEventSampler(law: self, workers: sampling.workers)
      return sigmas.enumerated().map { level, sigma in
        sampler.point(sigma: sigma, level: level, sampling: sampling)
      }
    }
    switch frame.axes.count {
    case 0:
      return sigmas.map { PosteriorMoments().point(sigma: $0) }
    case 1:
      let quadrature = LineQuadrature(positions: frame.axes[0], weights: weights)
      return Self.points(sigmas, sampling.workers) { quadrature.moments(sigma: $0) }
    default:
      let quadrature = PlaneQuadrature(u: frame.axes[0], v: frame.axes[1], weights: weights)
      return Self.points(sigmas, sampling.workers) { quadrature.moments(sigma: $0) }
    }
  }

  /// The most points for which the quadrature of a line or plane is used.
  private static func quadratureLimit(_ frame: AffineFrame) -> Int {
    frame.axes.count == 2 ? 100_000 : 1_000_000
  }

  /// The information points of quadratures at `sigmas`, one task each.
  private static func points(
    _ sigmas: [Double], _ workers: Workers,
    moments: @Sendable (Double) -> PosteriorMoments
  ) -> [InformationPoint] {
    let arena = Arena<Double>(capacity: 4 * sigmas.count)
    let results = MatrixView(arena.all, rows: sigmas.count, columns: 4)
    workers.run(sigmas.count) { level in
      let value = moments(sigmas[level])
      results.row(level).copy(from: [
        value.rate, value.entropy, value.squaredEntropy, value.squaredSurprisal,
      ])
    }
    return withExtendedLifetime(arena) {
      sigmas.enumerated().map { level, sigma in
        PosteriorMoments(
          rate: results[level, 0], entropy: results[level, 1],
          squaredEntropy: results[level, 2], squaredSurprisal: results[level, 3]
        ).point(sigma: sigma)
      }
    }
  }
}
