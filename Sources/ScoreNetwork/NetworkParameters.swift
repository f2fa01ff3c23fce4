internal import Glibc
public import LinearAlgebra
internal import Randomness

/// One weight and one bias for each layer of a network, in one arena: the parameters themselves, their
/// gradients, their average, or an optimiser's moments.
public final class NetworkParameters<Element: Scalar>: Sendable {
  /// One layer: `y = W x + b`.
  public struct Layer: Sendable {
    /// `W`, `(out, in)` as in PyTorch.
    public let weight: MatrixView<Element>
    /// `b`, `(out)`.
    public let bias: VectorView<Element>
  }

  /// The shape of the network they belong to.
  public let shape: NetworkShape
  /// The layers, first to last.
  public let layers: [Layer]
  private let arena: Arena<Element>

  /// Parameters that are all zero.
  public init(shape: NetworkShape) {
    let shapes = shape.layerShapes
    let arena = Arena<Element>(
      capacity: Arena<Element>.capacity(for: shapes.flatMap { [$0.output * $0.input, $0.output] }))
    self.shape = shape
    self.arena = arena
    layers = shapes.map {
      Layer(weight: arena.matrix($0.output, $0.input), bias: arena.vector($0.output))
    }
  }

  /// All parameters as one vector, padding (zeros) included.
  public var all: VectorView<Element> { arena.all }

  /// Fills the hidden layers with random weights and zero biases, and zeroes the output layer.
  ///
  /// Weights are normal with variance `1/in` (LeCun et al. 1998); a network whose last layer is zero
  /// starts as the best denoiser that is linear in x with the data scale alone.
  public func initialize(seed: UInt64) {
    all.fill(0)
    for (index, layer) in layers.dropLast().enumerated() {
      let stream = RandomStream(seed: seed, step: UInt32(index), purpose: .initialization)
      let scale = 1 / Double(layer.weight.columns).squareRoot()
      let normals = stream.normals(layer.weight.rows, layer.weight.columns)
      layer.weight.copy(from: normals.elements.map { Element($0 * scale) })
    }
  }

  /// A copy with memory of its own, in another precision if asked.
  public func copy<Other: Scalar>(as type: Other.Type = Other.self) -> NetworkParameters<Other> {
    let result = NetworkParameters<Other>(shape: shape)
    for (from, to) in zip(layers, result.layers) {
      to.weight.copy(from: from.weight.elements.map { Other($0) })
      to.bias.copy(from: from.bias.elements.map { Other($0) })
    }
    return result
  }
}
