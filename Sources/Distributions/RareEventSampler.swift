internal import ForwardProcess
internal import LinearAlgebra

struct RareEventSampler {
  let law: PointsLaw
  let workers: Workers
  func point(sigma: Double, level: Int, sampling: CurveSampling) -> InformationPoint {
    PosteriorMoments().point(sigma: sigma)
  }
}
