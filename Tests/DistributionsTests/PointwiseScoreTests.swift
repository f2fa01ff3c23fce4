import Distributions
import ForwardProcess
import LinearAlgebra
import Randomness
import Testing

@Suite struct PointwiseScoreTests {
  @Test(
    "The score of points row by row is that in blocks, and its Jacobian too",
    arguments: TestLaws.points, [0.05, 0.7, 3])
  func agrees(example: NamedPoints, sigma: Double) throws {
    let law = example.law
    let stream = RandomStream(seed: 3, step: 0, purpose: .test)
    let x = perturbed(
      law.samples(6, stream: stream), noise: stream.with(.noise).normals(6, law.dimension),
      sigma: sigma)
    let pointwise = PointwiseScore(law)
    let (scores, expected) = (
      pointwise.score(at: x, sigma: sigma), law.score(at: x, sigma: sigma)
    )
    for (a, b) in zip(scores.elements, expected.elements) {
      #expect(abs(a - b) < 1e-9 * (1 + abs(b)))
    }
    let (jacobians, reference) = (
      pointwise.jacobian(at: x, sigma: sigma), law.jacobian(at: x, sigma: sigma)
    )
    for (a, b) in zip(jacobians.elements, reference.elements) {
      #expect(abs(a - b) < 1e-8 / (sigma * sigma))
    }
  }
}
