public import LinearAlgebra

/// A stage of the way from a noised point and its noise level to the predicted noise.
public struct NetworkStage: Sendable, Equatable {
  /// What a stage does.
  public enum Kind: Sendable, Equatable {
    /// The point becomes the network's input, `u = (x − mean)/ρ`.
    case scaling
    /// The noise level becomes cosines and sines of so many frequencies.
    case embedding(frequencies: Int)
    /// An affine map, then an activation function but in the output layer.
    case linear(inputs: Int, activation: Activation?)
    /// The output becomes the predicted noise, `ẑ = keep · u − gain · F`.
    case prediction
  }

  /// What it does.
  public let kind: Kind
  /// The columns of its output.
  public let outputs: Int
  /// Its weights and biases.
  public let parameters: Int
  /// Multiplications of a row, most of them with an addition; functions such as a cosine not
  /// counted.
  public let multiplyAdds: Int
}

extension NetworkShape {
  /// The stages, first to last.
  public var stages: [NetworkStage] {
    let layers = layerShapes.enumerated().map { index, layer in
      NetworkStage(
        kind: .linear(inputs: layer.input, activation: index < depth ? activation : nil),
        outputs: layer.output, parameters: layer.output * (layer.input + 1),
        multiplyAdds: layer.output * layer.input)
    }
    return [
      NetworkStage(kind: .scaling, outputs: dimension, parameters: 0, multiplyAdds: dimension),
      NetworkStage(
        kind: .embedding(frequencies: frequencyCount), outputs: 2 * frequencyCount, parameters: 0,
        multiplyAdds: frequencyCount),
    ] + layers + [
      NetworkStage(
        kind: .prediction, outputs: dimension, parameters: 0, multiplyAdds: 2 * dimension)
    ]
  }
}
