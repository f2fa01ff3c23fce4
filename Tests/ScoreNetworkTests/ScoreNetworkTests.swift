import ForwardProcess
import Glibc
import LinearAlgebra
import Randomness
import Testing

@testable import ScoreNetwork

@Suite struct ScoreNetworkTests {
  /// A learned score with random weights, in the precision asked for.
  static func network<Element: Scalar>(
    _ shape: NetworkShape, as type: Element.Type
  ) -> ScoreNetwork<Element> {
    ScoreNetwork(
      parameters: RandomNetwork<Double>(shape, rows: 1).parameters.copy(as: Element.self),
      embedding: NoiseEmbedding(frequencies: (0..<shape.frequencyCount).map { 0.3 + Double($0) }),
      preconditioning: Preconditioning(
        mean: (0..<shape.dimension).map { 0.1 * Double($0) - 0.2 }, scale: 0.7))
  }

  static let shapes = [
    NetworkShape(dimension: 1, frequencyCount: 2, width: 6, depth: 1, activation: .silu),
    NetworkShape(dimension: 3, frequencyCount: 3, width: 9, depth: 2, activation: .gelu),
    NetworkShape(dimension: 16, frequencyCount: 2, width: 8, depth: 3, activation: .tanh),
  ]

  @Test("The score is that of Karras et al.'s preconditioned denoiser", arguments: shapes)
  func preconditioning(shape: NetworkShape) {
    let network = Self.network(shape, as: Double.self)
    let x = RandomStream(seed: 3, step: 0, purpose: .test).normals(5, shape.dimension)
    let (s, mean) = (network.preconditioning.scale, network.preconditioning.mean)
    for sigma in [1e-3, 0.2, 1, 40] {
      let score = network.score(at: x, sigma: sigma)
      for row in 0..<5 {
        // F by plain loops from the definition of the network.
        var h = (0..<shape.dimension).map { (x[row, $0] - mean[$0]) / hypot(sigma, s) }
        let angles = network.embedding.frequencies.map { $0 * log(sigma / s) }
        h += angles.map { cos($0) } + angles.map { sin($0) }
        for (index, layer) in network.parameters.layers.enumerated() {
          h = (0..<layer.weight.rows).map { i in
            let a = layer.bias[i] + h.indices.reduce(0) { $0 + layer.weight[i, $1] * h[$1] }
            guard index < shape.depth else { return a }
            switch shape.activation {
            case .silu: return a / (1 + exp(-a))
            case .tanh: return Glibc.tanh(a)
            case .gelu: return a * erfc(-a / 2.0.squareRoot()) / 2
            case .relu: return max(a, 0)
            }
          }
        }
        let rho2 = sigma * sigma + s * s
        for j in 0..<shape.dimension {
          let centred = x[row, j] - mean[j]
          let denoised = s * s / rho2 * centred + sigma * s / rho2.squareRoot() * h[j]
          let expected = (denoised - centred) / (sigma * sigma)
          #expect(abs(score[row, j] - expected) <= 1e-9 * max(1, abs(expected)))
        }
      }
    }
  }

  @Test(
    "The Jacobian is the derivative of the score, and the divergence its trace", arguments: shapes)
  func jacobian(shape: NetworkShape) {
    let network = Self.network(shape, as: Double.self)
    let (d, sigma, h) = (shape.dimension, 0.6, 1e-3)
    // More rows than a block of tangents, so that blocks are crossed.
    let rows = 600
    let x = RandomStream(seed: 4, step: 0, purpose: .test).normals(rows, d)
    let jacobian = network.jacobian(at: x, sigma: sigma)
    let divergence = network.divergence(at: x, sigma: sigma)
    let scale = jacobian.elements.map(abs).max() ?? 0
    for j in 0..<d {
      func shifted(_ by: Double) -> Matrix<Double> {
        var moved = x
        for row in 0..<rows { moved[row, j] += by }
        return network.score(at: moved, sigma: sigma)
      }
      let (p1, m1, p2, m2) = (shifted(h), shifted(-h), shifted(2 * h), shifted(-2 * h))
      var worst = 0.0
      for row in 0..<rows {
        for i in 0..<d {
          let difference =
            (8 * (p1[row, i] - m1[row, i]) - (p2[row, i] - m2[row, i])) / (12 * h)
          let error = abs(difference - jacobian[row, i * d + j])
          worst = error.isFinite ? max(worst, error) : .infinity
        }
      }
      #expect(worst <= 1e-6 * scale)
    }
    for row in 0..<rows {
      let trace = (0..<d).reduce(0) { $0 + jacobian[row, $1 * d + $1] }
      #expect(abs(divergence[row] - trace) <= 1e-12 * scale * Double(d))
    }
  }

  @Test(
    "Jacobian products are derivatives of the score along a direction, a row each",
    arguments: shapes)
  func jacobianProducts(shape: NetworkShape) {
    let network = Self.network(shape, as: Double.self)
    let (d, rows, sigma, h) = (shape.dimension, 300, 0.6, 1e-3)
    let stream = RandomStream(seed: 14, step: 0, purpose: .test)
    let (x, v) = (stream.normals(rows, d), stream.with(.probe).normals(rows, d))
    let products = network.jacobianProducts(at: x, along: v, sigma: sigma)
    let jacobian = network.jacobian(at: x, sigma: sigma)
    func score(_ steps: Double) -> Matrix<Double> {
      network.score(at: perturbed(x, noise: v, sigma: steps * h), sigma: sigma)
    }
    let (p1, m1, p2, m2) = (score(1), score(-1), score(2), score(-2))
    let scale = jacobian.elements.map(abs).max() ?? 0
    var (worst, worstOfJacobian) = (0.0, 0.0)
    for row in 0..<rows {
      for i in 0..<d {
        let difference = (8 * (p1[row, i] - m1[row, i]) - (p2[row, i] - m2[row, i])) / (12 * h)
        let exact = (0..<d).reduce(0) { $0 + jacobian[row, i * d + $1] * v[row, $1] }
        let (error, other) = (
          abs(products[row, i] - difference), abs(products[row, i] - exact)
        )
        worst = error.isFinite ? max(worst, error) : .infinity
        worstOfJacobian = other.isFinite ? max(worstOfJacobian, other) : .infinity
      }
    }
    #expect(worst <= 1e-6 * scale && worstOfJacobian <= 1e-12 * scale * Double(d))
  }

  @Test("In single precision derivatives are those in double to single rounding")
  func singlePrecision() {
    let shape = Self.shapes[2]
    let (single, double) = (
      Self.network(shape, as: Float.self), Self.network(shape, as: Double.self)
    )
    let stream = RandomStream(seed: 15, step: 0, purpose: .test)
    let (x, v) = (stream.normals(50, 16), stream.with(.probe).normals(50, 16))
    for sigma in [1e-3, 0.6, 1e3] {
      let jacobian = double.jacobian(at: x, sigma: sigma).elements
      let scale = jacobian.reduce(0) { max($0, abs($1)) }
      func agree(_ a: [Double], _ b: [Double]) -> Bool {
        a.count == b.count && zip(a, b).allSatisfy { abs($0 - $1) <= 1e-4 * scale }
      }
      #expect(agree(single.jacobian(at: x, sigma: sigma).elements, jacobian))
      #expect(agree(single.divergence(at: x, sigma: sigma), double.divergence(at: x, sigma: sigma)))
      #expect(
        agree(
          single.jacobianProducts(at: x, along: v, sigma: sigma).elements,
          double.jacobianProducts(at: x, along: v, sigma: sigma).elements))
    }
  }

  @Test("A zero output layer predicts the noise of Gaussian data of the data scale")
  func initialScore() {
    let shape = NetworkShape(
      dimension: 2, frequencyCount: 4, width: 8, depth: 2, activation: .silu)
    let parameters = NetworkParameters<Double>(shape: shape)
    parameters.initialize(seed: 1)
    #expect(parameters.layers[2].weight.elements.allSatisfy { $0 == 0 })
    #expect(parameters.layers[0].weight.elements.allSatisfy { $0 != 0 })
    let network = ScoreNetwork(
      parameters: parameters, embedding: NoiseEmbedding(frequencies: [1, 2, 3, 4]),
      preconditioning: Preconditioning(mean: [1, -1], scale: 2))
    let score = network.score(at: Matrix([[3, 0.5]]), sigma: 1.5)
    // N(mean, s² + σ²): −(x − mean)/(4 + 2.25).
    #expect(abs(score[0, 0] + 2 / 6.25) < 1e-15 && abs(score[0, 1] + 1.5 / 6.25) < 1e-15)
  }

  // Seed 2; 384 and 1024 weights at 5 standard errors √(2/n) of a variance: fails for one seed in
  // 10⁶.
  @Test("Point and noise level reach the first layer with unit variance each, later layers too")
  func initialVariance() {
    let shape = NetworkShape(
      dimension: 3, frequencyCount: 4, width: 128, depth: 2, activation: .silu)
    let parameters = NetworkParameters<Double>(shape: shape)
    parameters.initialize(seed: 2)
    func check(_ weights: MatrixView<Double>) {
      let values = (0..<weights.rows).flatMap { weights.row($0).doubles }
      let variance = values.reduce(0) { $0 + $1 * $1 } / Double(values.count)
      let expected = 1 / Double(weights.columns)
      #expect(abs(variance / expected - 1) < 5 * (2 / Double(values.count)).squareRoot())
    }
    check(parameters.layers[0].weight.columns(0..<3))
    check(parameters.layers[0].weight.columns(3..<11))
    check(parameters.layers[1].weight)
  }

  @Test("A row's score and derivatives do not depend on the rows around it")
  func blocks() {
    let network = Self.network(Self.shapes[1], as: Float.self)
    let x = RandomStream(seed: 5, step: 0, purpose: .test).normals(300, 3)
    let whole = network.score(at: x, sigma: 0.4)
    let jacobian = network.jacobian(at: x, sigma: 0.4)
    let divergence = network.divergence(at: x, sigma: 0.4)
    let products = network.jacobianProducts(at: x, along: x, sigma: 0.4)
    for row in [0, 127, 128, 299] {
      let own = x.rows(row..<row + 1)
      #expect(network.score(at: own, sigma: 0.4) == whole.rows(row..<row + 1))
      #expect(network.jacobian(at: own, sigma: 0.4) == jacobian.rows(row..<row + 1))
      #expect(network.divergence(at: own, sigma: 0.4) == [divergence[row]])
      #expect(
        network.jacobianProducts(at: own, along: own, sigma: 0.4) == products.rows(row..<row + 1))
    }
  }
}
