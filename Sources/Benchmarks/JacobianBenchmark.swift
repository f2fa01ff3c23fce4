internal import ForwardProcess
internal import LinearAlgebra
internal import Randomness
internal import Report
internal import ScoreNetwork

/// The exact Jacobian of a network and its products with vectors, against forward passes.
///
/// Sixteen dimensions, width 128, depth 3: the Jacobian shall cost at most 1.3 D passes.
struct JacobianBenchmark {
  private static let stream = RandomStream(seed: 9, step: 0, purpose: .test)
  private static let sigma = 0.7

  private let dimension = 16
  private let parameters: NetworkParameters<Float>

  /// A network with random weights everywhere.
  init() {
    parameters = NetworkParameters(
      shape: NetworkShape(
        dimension: dimension, frequencyCount: 16, width: 128, depth: 3, activation: .silu))
    parameters.initialize(seed: 9)
    let last = parameters.layers[parameters.shape.depth].weight
    last.copy(from: Self.stream.normals(last.rows, last.columns).elements.map { Float(0.1 * $0) })
  }

  private func network<Element: Scalar>(as type: Element.Type) -> ScoreNetwork<Element> {
    ScoreNetwork(
      parameters: parameters.copy(as: type),
      embedding: NoiseEmbedding(frequencies: NoiseEmbedding<Element>.defaultFrequencies),
      preconditioning: Preconditioning(mean: Array(repeating: 0.5, count: dimension), scale: 1.5))
  }

  /// The Jacobian against central differences in double precision, in single precision against
  /// that, and products against the Jacobian.
  func verify() {
    let (double, single) = (network(as: Double.self), network(as: Float.self))
    let rows = 150
    let x = Self.stream.normals(rows, dimension)
    let v = Self.stream.with(.probe).normals(rows, dimension)
    let jacobian = double.jacobian(at: x, sigma: Self.sigma)
    let products = double.jacobianProducts(at: x, along: v, sigma: Self.sigma)
    let scale = jacobian.elements.reduce(0) { max($0, abs($1)) }
    func moved(_ h: Double) -> Matrix<Double> {
      double.score(at: perturbed(x, noise: v, sigma: h), sigma: Self.sigma)
    }
    let (h, ahead, behind) = (1e-4, moved(1e-4), moved(-1e-4))
    for row in 0..<rows {
      for i in 0..<dimension {
        let exact = (0..<dimension).reduce(0) {
          $0 + jacobian[row, i * dimension + $1] * v[row, $1]
        }
        // Negated, so that a number that is not one fails, too.
        precondition(abs(products[row, i] - exact) <= 1e-12 * scale)
        let difference = (ahead[row, i] - behind[row, i]) / (2 * h)
        precondition(abs(difference - exact) <= 1e-5 * scale)
      }
    }
    let rounded = single.jacobian(at: x, sigma: Self.sigma)
    precondition(
      zip(rounded.elements, jacobian.elements).allSatisfy { abs($0 - $1) <= 1e-5 * scale })
  }

  /// The costs in forward passes, on one thread, checked first.
  func table(repeats: Int) throws -> TextTable {
    verify()
    let network = network(as: Float.self)
    let x = Self.stream.normals(1024, dimension)
    let v = Self.stream.with(.probe).normals(1024, dimension)
    let calls: [(name: String, call: () -> Void)] = [
      ("score", { _ = network.score(at: x, sigma: Self.sigma) }),
      ("Jacobian", { _ = network.jacobian(at: x, sigma: Self.sigma) }),
      ("divergence", { _ = network.divergence(at: x, sigma: Self.sigma) }),
      (
        "Jacobian times a vector",
        { _ = network.jacobianProducts(at: x, along: v, sigma: Self.sigma) }
      ),
    ]
    let times = try interleavedMedians(repeats: repeats, calls.map(\.call))
    var table = TextTable(
      title:
        "Derivatives of a network (width 128, depth 3, D = \(dimension), \(x.rows) rows), one thread",
      columns: [
        .init("what", alignment: .left), .init("time", unit: "us"),
        .init("cost", unit: "passes"), .init("cost / D"),
      ])
    for (call, time) in zip(calls, times) {
      let cost = time / times[0]
      table.append([
        call.name, "\(Int(time * 1e6))", figure(cost), figure(cost / Double(dimension)),
      ])
    }
    return table
  }
}
