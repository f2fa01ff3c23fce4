import ForwardProcess
import Glibc
import LinearAlgebra
import Randomness
import Statistics
import Testing

@testable import Distributions

@Suite struct RegimeTests {
  private let sampling = CurveSampling(samples: 2048, seed: 1, workers: Workers(count: 2))

  @Test(
    "The active set is the inverse sum of squared posterior weights", arguments: TestLaws.points)
  func activeSet(_ example: NamedPoints) {
    let law = example.law
    let sampling = CurveSampling(samples: 40, seed: 2, workers: Workers(count: 2))
    for sigma in [0.3, 1.5] {
      let stream = RandomStream(
        seed: 2, step: RandomStream.evaluationSteps, purpose: .path)
      let y = law.samples(40, stream: stream)
      let x = perturbed(y, noise: stream.normals(40, law.dimension), sigma: sigma)
      let weights = x.withReadOnlyView { x in
        (0..<40).map { row in
          law.probabilities(
            at: x.row(row), sigma: sigma,
            nearest: law.posterior(at: law.single(x, row), sigma: sigma).nearest[0])
        }
      }
      let sizes = weights.map { 1 / $0.reduce(0) { $0 + $1 * $1 } }
      let largest = weights.map { $0.max() ?? 0 }
      let found = law.activeSets(at: [sigma], sampling: sampling)[0]
      #expect(abs(found.size.value / (sizes.reduce(0, +) / 40) - 1) < 1e-9)
      #expect(abs(found.largestWeight.value - largest.reduce(0, +) / 40) < 1e-9)
    }
  }

  @Test("Far above the data all points are active, far below one is")
  func activeLimits() {
    let found = TestLaws.ring.activeSets(at: [0.01, 1e4], sampling: sampling)
    #expect(abs(found[0].size.value - 1) < 1e-9 && abs(found[1].size.value - 8) < 1e-3)
  }

  @Test("Surprisals are minus the logarithm of the posterior weights", arguments: TestLaws.points)
  func surprisals(_ example: NamedPoints) {
    let law = example.law
    let stream = RandomStream(seed: 3, step: 0, purpose: .test)
    let y = law.samples(20, stream: stream)
    for sigma in [0.2, 2] {
      let x = perturbed(y, noise: stream.normals(20, law.dimension), sigma: sigma)
      let information = PointsSurprisal(law).information(of: y, at: x, sigma: sigma)
      let indices = PointsSurprisal(law).indices(of: y)
      x.withReadOnlyView { x in
        for row in 0..<20 {
          let nearest = law.posterior(at: law.single(x, row), sigma: sigma).nearest[0]
          let weights = law.probabilities(at: x.row(row), sigma: sigma, nearest: nearest)
          let expected = -log(weights[indices[row]])
          #expect(abs((information.surprisals?[row] ?? .nan) - expected) < 1e-8)
        }
      }
    }
  }

  @Test("The rate of a kernel density estimate follows from the points' at √(σ² + h²)")
  func kernelEstimate() throws {
    for h in [0.3, 1.0] {
      let estimate = try GaussianMixtureLaw(
        components: [
          GaussianLaw(mean: [1], standardDeviations: [h]),
          GaussianLaw(mean: [-1], standardDeviations: [h]),
        ], weights: [0.5, 0.5])
      for sigma in [0.1, 0.5, 2] {
        let points = TestLaws.twoPoints.informationCurve(at: [hypot(sigma, h)], sampling: sampling)
        let found = PointsLaw.smoothedRate(
          sigma: sigma, kernelWidth: h, rateOfPoints: points[0].entropyRate.value, dimension: 1)
        let expected = estimate.informationCurve(at: [sigma], sampling: sampling)[0].entropyRate
        // The mixture's quadrature in one dimension states no sampling error; both are good to
        // 1e-8.
        #expect(abs(found - expected.value) < 1e-7 + 5 * expected.standardError)
      }
    }
  }

  @Test("The kernel width makes each point most likely from the others", arguments: TestLaws.points)
  func kernelWidth(_ example: NamedPoints) throws {
    let law = example.law
    let h = try #require(law.leaveOneOutKernelWidth(workers: sampling.workers))
    /// The leave-one-out likelihood, summed in the plainest way, of at most 60 points i.
    func likelihood(_ h: Double) -> Double {
      let (K, D) = (law.weights.count, Double(law.dimension))
      return law.points.withReadOnlyView { points in
        (0..<K).reduce(0) { sum, i in
          let density = (0..<K).reduce(0.0) { density, j in
            guard j != i else { return density }
            let square = points.row(i).squaredDistance(to: points.row(j)) / h / h
            return density + law.weights[j] * exp(-square / 2)
          }
          return sum + law.weights[i] * (log(density) - D * log(h))
        }
      }
    }
    let best = likelihood(h)
    for factor in [0.5, 0.99, 1.01, 2] { #expect(likelihood(factor * h) < best) }
  }

  @Test("Two points have the kernel width of their distance")
  func pairKernelWidth() throws {
    // Σ log N(2; 0, h²) is largest at h = 2.
    let h = try #require(TestLaws.twoPoints.leaveOneOutKernelWidth(workers: sampling.workers))
    #expect(abs(h - 2) < 1e-5)
  }

  @Test("The regimes of a cloud are where their definitions hold")
  func regimes() throws {
    let law = TestLaws.cloud
    let regimes = DynamicalRegimes(law, sampling: sampling)
    let baseline = try #require(GaussianBaseline(law))
    let speciation = try #require(regimes.speciation)
    let entropyCollapse = try #require(regimes.entropyCollapse)
    #expect(abs(speciation * speciation - (baseline.eigenvalues.max() ?? 0)) < 1e-12)
    #expect(abs(baseline.entropy(above: entropyCollapse) - (law.entropy ?? 0)) < 1e-9)
    // Other samples than those it was found with: seed 1 against 4.
    let other = CurveSampling(samples: 4096, seed: 4, workers: sampling.workers)
    let half = try #require(regimes.halfWeight)
    let weight = law.activeSets(at: [half.value], sampling: other)[0].largestWeight
    #expect(half.standardError < 0.02 * half.value)
    #expect(abs(weight.value - 0.5) < 0.05)
    let (h, collapse) = (try #require(regimes.kernelWidth), try #require(regimes.collapse))
    let curve = law.informationCurve(
      at: [collapse.value, hypot(collapse.value, h)], sampling: other)
    let fit = PointsLaw.smoothedRate(
      sigma: collapse.value, kernelWidth: h, rateOfPoints: curve[1].entropyRate.value, dimension: 7)
    #expect(abs(curve[0].entropyRate.value / fit - 0.5) < 0.03)
  }

  @Test("A law without points to collapse on has speciation alone")
  func continuous() {
    let regimes = DynamicalRegimes(TestLaws.axisGaussian, sampling: sampling)
    #expect(regimes.speciation == 2)
    #expect(regimes.collapse == nil && regimes.halfWeight == nil && regimes.kernelWidth == nil)
  }

  @Test("Two points are never less than half decided")
  func undecided() {
    #expect(DynamicalRegimes(TestLaws.twoPoints, sampling: sampling).halfWeight == nil)
  }
}

extension PointsLaw {
  /// Row `row` of a view as a matrix.
  fileprivate func single(_ x: MatrixView<Double>, _ row: Int) -> Matrix<Double> {
    Matrix([x.row(row).elements])
  }
}
