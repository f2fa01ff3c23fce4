public import ForwardProcess
internal import Glibc
internal import Statistics

extension CheckerboardLaw {
  /// The information curve, by quadrature over the plane; `sampling` only lends its threads.
  ///
  /// Nodes are pairs of nodes along the axes (`EdgeNodes`), at which the sums over columns are
  /// taken once. With `P` the probability of the board about x in units of σ, the surprisal is `log
  /// 2πσ² P + ‖t‖²/2`, `y = x + σ t`. Error below 1e-9.
  public func informationCurve(
    at sigmas: [Double], sampling: CurveSampling
  ) -> [InformationPoint] {
    precondition(sigmas.allSatisfy { $0 > 0 && $0.isFinite })
    return sampling.workers.map(sigmas.count) { BoardQuadrature(self, sigma: sigmas[$0]).point() }
  }

  /// From the largest σ below which `C/D` is within 0.1 % of its limit, or 1e-3 of the data scale,
  /// to 20 standard deviations of a coordinate.
  ///
  /// The limit 2 is approached but linearly in σ: the share of a band along the edges is missing.
  func makeNoiseRange() -> NoiseRange {
    BandwidthEdge(limit: 2, tolerance: 0.002)
      .range(scale: width, floor: 1e-3 * moments.scale, maximum: 20 * moments.scale) {
        BoardQuadrature(self, sigma: $0).point().entropyRate.value
      }
  }
}

/// The information point of a checkerboard at one noise level.
private struct BoardQuadrature {
  /// A node along an axis: its weight and what the posterior is for either parity of the column.
  private struct Node {
    let weight: Double
    let even: Part
    let odd: Part
  }

  private struct Part {
    let mass, mean, variance, square, fourth: Double

    init(_ posterior: ParityPosterior) {
      mass = exp(posterior.logMass)
      (mean, variance) = (posterior.mean, posterior.variance)
      (square, fourth) = (posterior.square, posterior.fourth)
    }
  }

  /// The sums that `add` takes over nodes; entropies are relative to `reference`.
  private struct Sums {
    var rate = 0.0
    var entropy = 0.0
    var squaredEntropy = 0.0
    var squaredSurprisal = 0.0
  }

  private let sigma: Double
  private let nodes: [Node]
  private let squares: Double
  /// `log 2πσ²` less the entropy of the law.
  private let logScale: Double
  private let area: Double

  init(_ law: CheckerboardLaw, sigma: Double) {
    let lines = law.lines
    let axis = EdgeNodes(edges: lines, sigma: sigma)
    self.sigma = sigma
    squares = Double(law.squares)
    area = log(squares) + 2 * log(law.width)
    logScale = log(2 * Double.pi) + 2 * log(sigma) - area
    nodes = zip(axis.positions, axis.weights).map { x, weight in
      Node(
        weight: weight / law.width,
        even: Part(ParityPosterior(x: x, sigma: sigma, lines: lines, parity: 0)),
        odd: Part(ParityPosterior(x: x, sigma: sigma, lines: lines, parity: 1)))
    }
  }

  func point() -> InformationPoint {
    var sums = Sums()
    for k in nodes.indices {
      // The board is its own mirror image in the diagonal.
      for l in 0...k { add(nodes[k], nodes[l], weight: l < k ? 2 : 1, to: &sums) }
    }
    let entropy = sums.entropy
    return InformationPoint(
      sigma: sigma, entropyRate: Estimate(sums.rate), conditionalEntropy: Estimate(entropy + area),
      posteriorEntropyVariance: Estimate(max(0, sums.squaredEntropy - entropy * entropy)),
      surprisalVariance: Estimate(max(0, sums.squaredSurprisal - entropy * entropy)))
  }

  private func add(_ x: Node, _ y: Node, weight: Double, to sums: inout Sums) {
    let (a, b) = (x.even.mass * y.even.mass, x.odd.mass * y.odd.mass)
    let probability = a + b
    guard probability > 1e-40 else { return }
    let (p, q) = (a / probability, b / probability)
    let gap = (x.even.mean - x.odd.mean, y.even.mean - y.odd.mean)
    let mass = weight * x.weight * y.weight * probability / squares
    let offset = log(probability) + logScale
    let variance =
      p * (x.even.variance + y.even.variance) + q * (x.odd.variance + y.odd.variance)
      + p * q * (gap.0 * gap.0 + gap.1 * gap.1)
    let square = p * (x.even.square + y.even.square) + q * (x.odd.square + y.odd.square)
    let fourth =
      p * (x.even.fourth + y.even.fourth + 2 * x.even.square * y.even.square)
      + q * (x.odd.fourth + y.odd.fourth + 2 * x.odd.square * y.odd.square)
    let h = offset + square / 2
    sums.rate += mass * variance
    sums.entropy += mass * h
    sums.squaredEntropy += mass * h * h
    sums.squaredSurprisal += mass * (offset * offset + offset * square + fourth / 4)
  }
}
