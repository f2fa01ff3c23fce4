import LinearAlgebra
import Randomness
import Testing

@testable import ScoreNetwork

/// A network with random weights everywhere (the output layer too) and an input of random points.
struct RandomNetwork<Element: Scalar> {
  let parameters: NetworkParameters<Element>
  let work: NetworkWorkspace<Element>

  init(_ shape: NetworkShape, rows: Int, seed: UInt64 = 7) {
    parameters = NetworkParameters(shape: shape)
    for (index, layer) in parameters.layers.enumerated() {
      let stream = RandomStream(seed: seed, step: UInt32(index), purpose: .test)
      let scale = 1.5 / Double(layer.weight.columns).squareRoot()
      let w = stream.normals(layer.weight.rows, layer.weight.columns).elements
      layer.weight.copy(from: w.map { Element(scale * $0) })
      let b = stream.with(.probe).normals(layer.bias.count, 1).elements
      layer.bias.copy(from: b.map { Element(0.3 * $0) })
    }
    work = NetworkWorkspace(shape: shape, rows: rows, inputGradient: true)
    let input = RandomStream(seed: seed, step: 99, purpose: .test)
    work.input.copy(
      from: input.normals(rows, shape.inputWidth).elements.map { Element($0) })
  }

  /// A scalar loss of the output: `Σ_ri cos(r + 2i) y + ½ y²`, so that every output counts.
  func loss() -> Double {
    MultilayerPerceptron.forward(parameters, work)
    work.output.addToRows(parameters.layers[work.shape.depth].bias)
    var loss = 0.0
    for r in 0..<work.rows {
      for i in 0..<work.shape.dimension {
        let y = Double(work.output[r, i])
        loss += weight(r, i) * y + 0.5 * y * y
      }
    }
    return loss
  }

  /// Replaces the output by the gradient of `loss`.
  func seedBackward() {
    for r in 0..<work.rows {
      for i in 0..<work.shape.dimension { work.output[r, i] += Element(weight(r, i)) }
    }
  }

  private func weight(_ r: Int, _ i: Int) -> Double { Double((r * 3 + i * 5) % 7) / 3 - 1 }
}

@Suite struct GradientTests {
  static let shapes: [(NetworkShape, Int)] = Activation.allCases.flatMap { activation in
    [
      (d: 1, k: 1, width: 1, depth: 1, rows: 1), (d: 1, k: 2, width: 5, depth: 2, rows: 1),
      (d: 3, k: 2, width: 1, depth: 3, rows: 4), (d: 2, k: 4, width: 8, depth: 3, rows: 6),
      (d: 4, k: 1, width: 37, depth: 2, rows: 3),
      (d: 64, k: 3, width: 10, depth: 2, rows: 3), (d: 5, k: 1, width: 7, depth: 1, rows: 2),
    ].map {
      (
        NetworkShape(
          dimension: $0.d, frequencyCount: $0.k, width: $0.width, depth: $0.depth,
          activation: activation), $0.rows
      )
    }
  }

  /// Central difference of fourth order of `loss` by one number, with error about `h⁴ + 1e-16/h`.
  func difference(_ value: Double, set: (Double) -> Void, loss: () -> Double) -> Double {
    let h = 1e-3
    func at(_ steps: Double) -> Double {
      set(value + steps * h)
      return loss()
    }
    let result = (8 * (at(1) - at(-1)) - (at(2) - at(-2))) / (12 * h)
    set(value)
    return result
  }

  @Test("Every gradient agrees with finite differences: weights, biases, input", arguments: shapes)
  func gradients(shape: NetworkShape, rows: Int) {
    let network = RandomNetwork<Double>(shape, rows: rows)
    let gradient = NetworkParameters<Double>(shape: shape)
    #expect(network.loss().isFinite)
    network.seedBackward()
    MultilayerPerceptron.backward(network.parameters, network.work, gradient: gradient)
    let inputGradient = network.work.inputGradient?.elements ?? []
    #expect(inputGradient.count == rows * shape.inputWidth)

    /// Compares one tensor's gradient with differences, relative to its largest element.
    ///
    /// ReLU's kinks stay off: no unit is within 2h of its own at this seed, or the difference would
    /// be off by far more than the tolerance.
    func check(_ exact: [Double], _ differences: [Double]) {
      #expect(exact.count == differences.count && !exact.isEmpty)
      let scale = exact.map(abs).max() ?? 0
      let worst = zip(exact, differences).map { abs($0 - $1) }.max() ?? .infinity
      #expect(scale.isFinite && worst.isFinite)
      // 10⁻⁶ relative; differences of a loss of order 10 cannot tell gradients below 10⁻⁵ to that.
      #expect(worst <= 1e-6 * max(scale, 1e-5))
      compared += exact.count
      largest = max(largest, scale)
    }
    var (compared, largest) = (0, 0.0)
    for (layer, dLayer) in zip(network.parameters.layers, gradient.layers) {
      let (w, b) = (layer.weight, layer.bias)
      check(
        dLayer.weight.elements,
        (0..<w.rows * w.columns).map { index in
          let (r, c) = (index / w.columns, index % w.columns)
          return difference(w[r, c], set: { w[r, c] = $0 }, loss: network.loss)
        })
      check(
        dLayer.bias.elements,
        (0..<b.count).map { r in difference(b[r], set: { b[r] = $0 }, loss: network.loss) })
    }
    let x = network.work.input
    check(
      inputGradient,
      (0..<rows * shape.inputWidth).map { index in
        let (r, c) = (index / shape.inputWidth, index % shape.inputWidth)
        return difference(x[r, c], set: { x[r, c] = $0 }, loss: network.loss)
      })
    #expect(compared == shape.parameterCount + rows * shape.inputWidth)
    #expect(largest > 0.01)
  }

  @Test("Single precision follows double precision", arguments: Activation.allCases)
  func singlePrecision(activation: Activation) {
    let shape = NetworkShape(
      dimension: 3, frequencyCount: 4, width: 32, depth: 3, activation: activation)
    let (double, single) = (
      RandomNetwork<Double>(shape, rows: 16), RandomNetwork<Float>(shape, rows: 16)
    )
    let (lossD, lossS) = (double.loss(), single.loss())
    #expect(abs(lossD - lossS) < 1e-4 * abs(lossD))
    let (gradD, gradS) = (
      NetworkParameters<Double>(shape: shape), NetworkParameters<Float>(shape: shape)
    )
    double.seedBackward()
    single.seedBackward()
    MultilayerPerceptron.backward(double.parameters, double.work, gradient: gradD)
    MultilayerPerceptron.backward(single.parameters, single.work, gradient: gradS)
    for (a, b) in zip(gradD.layers, gradS.layers) {
      let scale = a.weight.elements.map(abs).max() ?? 0
      for (x, y) in zip(a.weight.elements, b.weight.elements) {
        #expect(abs(x - Double(y)) < 1e-4 * max(scale, 1))
      }
    }
  }
}
