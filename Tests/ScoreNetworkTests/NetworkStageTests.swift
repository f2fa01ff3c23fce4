import LinearAlgebra
import ScoreNetwork
import Testing

@Suite struct NetworkStageTests {
  static let shapes = [
    NetworkShape(dimension: 1, frequencyCount: 2, width: 6, depth: 1, activation: .silu),
    NetworkShape(dimension: 16, frequencyCount: 3, width: 8, depth: 3, activation: .tanh),
  ]

  @Test("The stages hold all parameters, and those of a layer are its tensors'", arguments: shapes)
  func parameters(shape: NetworkShape) {
    let layers = shape.stages.filter { $0.parameters > 0 }
    let tensors = NetworkParameters<Float>(shape: shape).layers
    #expect(layers.map(\.parameters) == tensors.map { $0.weight.rows * ($0.weight.columns + 1) })
    #expect(layers.map(\.outputs) == tensors.map(\.weight.rows))
    #expect(shape.stages.reduce(0) { $0 + $1.parameters } == shape.parameterCount)
  }

  @Test("The last layer alone has no activation, and a layer reads what the one before gives")
  func order() {
    let kinds = Self.shapes[1].stages.map(\.kind)
    #expect(
      kinds == [
        .scaling, .embedding(frequencies: 3), .linear(inputs: 22, activation: .tanh),
        .linear(inputs: 8, activation: .tanh), .linear(inputs: 8, activation: .tanh),
        .linear(inputs: 8, activation: nil), .prediction,
      ])
  }

  @Test(
    "A training step's operations are six a multiply-add of the layers, less the input's gradient")
  func operations() {
    for shape in Self.shapes {
      let layers = shape.stages.filter { $0.parameters > 0 }.map(\.multiplyAdds)
      #expect(shape.trainingFLOPsPerRow == 6 * layers.reduce(0, +) - 2 * layers[0])
    }
  }
}
